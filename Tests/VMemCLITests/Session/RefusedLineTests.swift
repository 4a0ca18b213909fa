import Glibc
import TestSupport
import Testing

/// Lines that cannot be carried out: what the history says of them, and what they leave behind.
struct RefusedLineTests {
  private let folder: TemporaryFolder
  private var image: String { folder.path + "/m.img" }

  init() throws { folder = try TemporaryFolder() }

  private func sh(_ script: String) throws -> Command {
    try Command.run(
      ["bash", "-c", "cd \"$1\" && V=$2 && " + script, "sh", folder.path, TestFiles.vmemctl],
      environment: ["VMEMCTL_IMAGE": image])
  }

  private func boot() throws { #expect(try sh("$V boot --memory 16M").status == 0) }

  private func log() throws -> String { try sh("$V log").outputText }

  /// The machine's hash, and that of the one that the history makes.
  private func hashes() throws -> (kept: Substring?, made: Substring?) {
    let kept = try sh("$V info --hash").lines.last
    let script = try log() + "info --hash\n"
    let ran = try Command.vmemctl("run", "--keep-going", "--quiet", "-", input: script)
    return (kept, ran.lines.last)
  }

  /// Names of the machine are not called unbound for what else is wrong with a line.
  @Test(arguments: ["write P hello", "walk s foo", "vfree s 3", "walk s '|' head"])
  func namesOfTheMachineAreKnown(_ line: String) throws {
    try boot()
    #expect(try sh("$V s = vmalloc 4K && $V P = alloc_pages 1").status == 0)
    let ran = try sh("$V \(line)")
    #expect(ran.status == 65 && !ran.errorText.contains("never bound"), "\(ran.errorText)")
  }

  /// What another machine is kept in is nobody's page cache, and no script to rewrite.
  @Test func filesOfAnotherMachineStay() throws {
    try boot()
    #expect(
      try sh("$V --image o.img boot --memory 16M && $V --image o.img K = vmalloc 4K").status == 0)
    #expect(try sh("$V f = file_open o.img && $V pwrite f 0 text:YY").status == 0)
    let written = try sh("$V fsync f")
    #expect(written.status == 73 && written.errorText.contains("belongs to another machine"))
    for script in ["o.img-history", "m.img-history"] {
      #expect(try sh("echo boot >\(script); $V run --rewrite \(script)").status == 73)
      #expect(try sh("cat \(script); rm \(script)").outputText == "boot\n")
    }
    #expect(try sh("$V --image o.img check && $V --image o.img vfree K").status == 0)
  }

  /// Neither the line nor the time that it would have taken are of the machine.
  @Test(arguments: [
    ("file_open m.img", 73), ("f = file_open m.img-wal", 73), ("write 0 @m.img", 73),
    ("let x = n / z", 65), ("let x = 4 /", 65), ("fill P[0] 4K n", 65),
    ("write 0 @nowhere", 66), ("replay nowhere", 66),
    ("replay t.txt", 65), ("replay good.txt --plot m.img", 73),
    ("replay good.txt --plot no/where.svg", 73),
  ])
  func aLineThatIsNotCarriedOutIsNotOfTheHistory(_ line: String, _ status: Int32) throws {
    try boot()
    try folder.write(Array("no trace\n".utf8), to: "t.txt")
    try folder.write(Array(Self.trace.utf8), to: "good.txt")
    #expect(try sh("$V P = alloc_pages 2 && $V let n = 300 && $V let z = 0").status == 0)
    let before = try log()
    let (hash, _) = try hashes()
    let alone = try sh("$V \(line)")
    #expect(alone.status == status, "\(line): \(alone)")
    #expect(try log() == before)
    #expect(try hashes().kept == hash)
    // In a script, other lines are committed with it.
    try folder.write(Array("A = vmalloc 4K\n\(line)\n".utf8), to: "s.vmem")
    let ran = try sh("$V run --image m.img s.vmem; s=$?; $V undo >/dev/null; exit $s")
    #expect(ran.status == status, "\(line): \(ran)")
    let piped = try sh("sed s/A/B/ s.vmem | $V run --image m.img -")
    #expect(piped.status == status, "\(line): \(piped)")
    let (kept, made) = try hashes()
    let now = try log()
    #expect(kept == made && !now.contains("failed"), "\(now)")
  }

  /// Nor does it make an image where there is none.
  @Test(arguments: [
    ("replay nowhere", 66), ("replay t.txt", 65), ("replay good.txt --plot no/where.svg", 73),
  ])
  func aTraceThatIsNoneMakesNoImage(_ line: String, _ status: Int32) throws {
    try folder.write(Array("no trace\n".utf8), to: "t.txt")
    try folder.write(Array(Self.trace.utf8), to: "good.txt")
    #expect(try sh("$V \(line)").status == status)
    #expect(Set(folder.files) == ["t.txt", "good.txt"])
    // What comes by a pipe is read once.
    #expect(try sh("$V replay - < good.txt && $V replay <(cat good.txt)").status == 0)
    #expect(try sh("$V replay good.txt && rm m.img*").status == 0)
  }

  /// A line that has two files writes neither over the other, by whatever names they come.
  @Test(arguments: [
    ("replay good.txt --plot good.txt", 73), ("replay good.txt --plot ./good.txt", 73),
    ("replay good.txt --plot link.txt", 73), ("replay good.txt --plot hard.txt", 73),
    ("replay link.txt --plot hard.txt --force", 73), ("replay - --plot good.txt < good.txt", 73),
    ("replay good.txt --plot out > out", 73), ("replay good.txt --plot other.svg", 0),
    ("vmcore core --vmlinux core", 73), ("vmcore core --vmlinux ../$(basename $PWD)/core", 73),
    ("vmcore core --vmlinux soft", 73), ("vmcore - --vmlinux out > out", 73),
    ("vmcore core --vmlinux out > out", 73), ("vmcore core --vmlinux -", 65),
    ("vmcore core --vmlinux vmlinux && $V vmcore core --vmlinux vmlinux", 0),
    ("vmcore /dev/null --vmlinux /dev/null", 0),
  ])
  func filesOfALineAreApart(_ line: String, _ status: Int32) throws {
    try boot()
    try folder.write(Array(Self.trace.utf8), to: "good.txt")
    #expect(try sh("ln -s good.txt link.txt; ln good.txt hard.txt; ln -s core soft").status == 0)
    let ran = try sh("$V \(line)")
    #expect(ran.status == status, "\(line): \(ran)")
    #expect(status != 73 || ran.errorText.contains("each needs its own"), "\(ran.errorText)")
    #expect(try folder.bytes("good.txt") == Array(Self.trace.utf8))
    #expect(status == 0 || !folder.files.contains("core") || line.contains("soft"))
  }

  private static let trace = """
    # tracer: nop
    a-1 [000] 1.000001: alloc_vmap_area: va_start: 18446683600570023936 size=8192 align=4096 \
    vstart=0xffffc90000000000 vend=0xffffe8ffffffffff failed=0

    """

  /// In a loop it ends the iteration that it stands in.
  @Test func aLoopEndsInFrontOfIt() throws {
    try boot()
    let script = """
      P = alloc_pages 2
      let n = 54
      repeat 5 {
        fill P[0] 4K n
        let n = n + 100
      }

      """
    let ran = try Command.vmemctl("run", "--image", image, "-", input: script)
    #expect(ran.status == 65 && ran.errorText.contains("354 is not a byte"), "\(ran.errorText)")
    #expect(
      try log() == """
        boot --memory 16M
        P = alloc_pages 2
        let n = 54
        repeat 3 {
          fill P[0] 4K n
          let n = n + 100
        }

        """)
    let (kept, made) = try hashes()
    #expect(kept == made)
  }

  /// What the host takes back too late stands as a line that failed, as does a difference.
  @Test func aLineThatFailedAfterItHadActedIsMarked() throws {
    try folder.write(
      Array(Self.trace.replacing("18446683600570023936", with: "0xffffc90000100000").utf8),
      to: "other.txt")
    for (words, status) in [
      ("replay other.txt --plot /dev/full", 74), ("replay other.txt --strict", 2),
    ] as [(String, Int32)] {
      #expect(try sh("$V boot --memory 16M --force").status == 0)
      let ran = try sh("$V \(words)")
      #expect(ran.status == status, "\(words): \(ran)")
      let now = try log()
      #expect(now.hasSuffix("\(words)\n# the line above failed\n"), "\(now)")
      #expect(try sh("$V check").status == 0)
    }
  }

  /// A name that stands for nothing is no failure of the line before.
  @Test func aMarkIsTheLineItself() throws {
    try boot()
    #expect(try sh("$V get_vm_area 4K && ! $V a = get_vm_area 0").status == 0)
    #expect(try sh("$V get_vm_area 4K && $V free_vm_area a").status == 1)
    let now = try log()
    #expect(
      now.hasSuffix("a = get_vm_area 0\n# the line above failed\nget_vm_area 4K\n"), "\(now)")
  }

  /// Lines that go on behind a refusal that was announced are kept.
  @Test func anAnnouncedRefusalMakesAnImage() throws {
    let script = "f = expect ENOENT file_open nowhere\nA = get_vm_area 4K\n"
    let ran = try Command.vmemctl("run", "--image", image, "-", input: script)
    #expect(ran.status == 0, "\(ran.errorText)")
    #expect(try sh("$V find_vm_area A").status == 0)
  }

  // MARK: No image for it

  @Test(arguments: [
    ("cpu 77", 1), ("a = get_vm_area 0", 1), ("write 0 41", 3), ("file_open nowhere", 1),
    ("step 5", 1), ("mmap 0 4K", 1), ("free_vm_area 4K", 3), ("vfree 0x123", 3),
    ("get_vm_area 4K", 0), ("expect EINVAL cpu 77", 0), ("write 0 @/dev/null", 0),
  ])
  func whatIsRefusedMakesNoImage(_ line: String, _ status: Int32) throws {
    // A WARN has happened: the log tells of it.
    let isMade = status == 0 || ["vfree 0x123", "free_vm_area 4K"].contains(line)
    try folder.write(Array("\(line)\n".utf8), to: "s.vmem")
    for way in ["$V \(line)", "$V run --image m.img - < s.vmem", "$V run --image m.img s.vmem"] {
      let ran = try sh(way)
      #expect(ran.status == status, "\(way): \(ran)")
      #expect((access(image, F_OK) == 0) == isMade, "\(way)")
      #expect(isMade || !ran.errorText.contains("booted"))
      _ = try sh("rm -f m.img*")
    }
    // What goes on may still change something.
    let ran = try sh("{ cat s.vmem; echo get_vm_area 8K; } | $V run --keep-going --image m.img -")
    #expect(ran.status == status && access(image, F_OK) == 0, "\(ran)")
    #expect(try sh("$V vmallocinfo").outputText.contains("12288"))
  }

  /// A line that is tried reads its input once.
  @Test func inputIsThereOnce() throws {
    let ran = try sh("printf hello | $V write 0xffff888000100000 @/dev/stdin")
    #expect(ran.status == 0, "\(ran)")
    #expect(try sh("$V read 0xffff888000100000 5").outputText == "68 65 6c 6c 6f\n")
  }
}
