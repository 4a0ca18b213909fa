import Glibc
import TestSupport
import Testing

/// What may not happen to the files of an image, and to those that stand in their places.
struct ForeignFileTests {
  private let folder: TemporaryFolder
  private var image: String { folder.path + "/m.img" }

  init() throws { folder = try TemporaryFolder() }

  private func vmemctl(_ words: String..., at path: String? = nil) throws -> Command {
    try Command.run(
      [TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": path ?? image])
  }

  private func sh(_ script: String) throws -> Command {
    try Command.run(
      ["sh", "-c", "cd \"$1\" && V=$2 && " + script, "sh", folder.path, TestFiles.vmemctl],
      environment: ["VMEMCTL_IMAGE": image])
  }

  // MARK: Closed descriptors

  /// Whatever is closed, nothing that is printed gets into a file.
  @Test(arguments: [
    "<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-",
  ])
  func closedDescriptors(_ closed: String) throws {
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    #expect(try vmemctl("A", "=", "vmalloc", "16K").status == 0)
    let isDeaf = closed.contains(">&- ") || closed.hasSuffix(" >&-") || closed == ">&-"
    for line in ["get_vm_area 4K", "vmallocinfo", "nonsense", "get_vm_area 0"] {
      let ran = try sh("$V \(line) \(closed)")
      let expected: Int32 = line == "nonsense" ? 65 : line == "get_vm_area 0" ? 1 : 0
      #expect(ran.status == expected || isDeaf && ran.status == 74, "\(line) \(closed): \(ran)")
    }
    #expect(try sh("$V get_vm_area 4K \(closed)").status == (isDeaf ? 74 : 0))
    #expect(try sh("$V memory dump \(closed)").status == (isDeaf ? 74 : 0))
    #expect(try sh("cmp -n 16777216 dump dump && wc -c < dump").outputText == "16777216\n")
    #expect(try vmemctl("check").status == 0)
    // Two areas of 4 KiB and their guard pages, and that of the beginning.
    #expect(try vmemctl("vmallocinfo").lines.count == 3)
    #expect(try vmemctl("find_vm_area", "A").status == 0)
  }

  // MARK: Names

  @Test func aLinkIsTheImageThatItLeadsTo() throws {
    #expect(mkdir(folder.path + "/data", 0o755) == 0)
    defer { _ = try? Command.run(["rm", "-r", folder.path + "/data", folder.path + "/way"]) }
    let real = folder.path + "/data/r.img"
    #expect(symlink("data/r.img", image) == 0)
    #expect(symlink("data", folder.path + "/way") == 0)
    // The image may come into being through its link.
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    for (number, path) in [real, image, folder.path + "/way/r.img"].enumerated() {
      #expect(try vmemctl("get_vm_area", "4K", at: path).status == 0)
      #expect(try vmemctl("vmallocinfo", at: real).lines.count == number + 1)
    }
    let ran = try Command.vmemctl("run", "--image", image, "-", input: "get_vm_area 4K\n")
    #expect(ran.status == 0)
    #expect(try vmemctl("vmallocinfo", at: real).lines.count == 4)
    #expect(folder.files == ["data", "m.img", "way"])
    // A new machine takes the image's place, not the link's.
    #expect(try vmemctl("boot", "--force", "--memory", "8M").status == 0)
    #expect(try vmemctl("info", at: real).outputText.contains("memory: 8388608"))
    #expect(isLink(image))
    #expect(try vmemctl("check", at: real).status == 0)
  }

  private func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  @Test(arguments: ["m.img", "m.img-wal", "m.img-history"])
  func aSecondNameIsRefused(_ file: String) throws {
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    #expect(
      try Command.vmemctl("run", "--image", image, "-", input: "get_vm_area 4K\n").status == 0)
    #expect(try vmemctl("A", "=", "get_vm_area", "4K").status == 0)
    let before = [try folder.bytes("m.img"), try folder.bytes("m.img-wal")]
    let path = folder.path + "/" + file
    #expect(link(path, folder.path + "/other") == 0)
    let words = file == "m.img-history" ? ["log"] : ["get_vm_area", "4K"]
    let refused = try Command.run(
      [TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": image])
    #expect(refused.status == 73)
    #expect(refused.errorText.contains("\(path) has 2 names (hard links)"))
    #expect([try folder.bytes("m.img"), try folder.bytes("m.img-wal")] == before)
    unlink(folder.path + "/other")
    #expect(try vmemctl("find_vm_area", "A").status == 0)
    #expect(try vmemctl("log").status == 0)
  }

  // MARK: In the place of the log, the history, the image

  @Test func aLogThatIsALinkIsLeftAlone() throws {
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    try folder.write(Array("precious\n".utf8), to: "victim")
    for file in ["m.img-wal", "m.img-history"] {
      unlink(folder.path + "/" + file)
      #expect(symlink("victim", folder.path + "/" + file) == 0)
      let ran = try Command.vmemctl("run", "--image", image, "-", input: "get_vm_area 4K\n")
      #expect(ran.status == 65, "\(ran.errorText)")
      #expect(ran.errorText.contains("\(image)\(file.dropFirst(5)) is a symbolic link"))
      #expect(try folder.bytes("victim") == Array("precious\n".utf8))
      unlink(folder.path + "/" + file)
    }
  }

  @Test(arguments: [
    Array("precious\n".utf8), Array("x".utf8), [UInt8](repeating: 0x41, count: 20_000),
  ])
  func aLogThatIsNoneIsLeftAlone(_ bytes: [UInt8]) throws {
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    try folder.write(bytes, to: "m.img-wal")
    for words in [["get_vm_area", "4K"], ["info"], ["boot", "--force"]] {
      let refused = try Command.run(
        [TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": image])
      #expect(refused.status == 65 && refused.errorText.contains("m.img-wal"), "\(refused)")
    }
    unlink(image)
    #expect(try vmemctl("boot").status == 65)
    #expect(try folder.bytes("m.img-wal") == bytes)
    #expect(folder.files == ["m.img-wal"])
  }

  @Test func theLogOfAnotherMachineIsLeftAlone() throws {
    let other = folder.path + "/o.img"
    for path in [image, other] {
      #expect(try vmemctl("boot", "--memory", "16M", at: path).status == 0)
      #expect(try vmemctl("A", "=", "get_vm_area", "4K", at: path).status == 0)
    }
    let log = try folder.bytes("o.img-wal")
    try folder.write(log, to: "m.img-wal")
    let refused = try vmemctl("get_vm_area", "4K")
    #expect(refused.status == 65 && refused.errorText.contains("is the log of another machine"))
    #expect(try folder.bytes("m.img-wal") == log)
    // Nor is it lost with a new image in the old one's place.
    unlink(image)
    #expect(try vmemctl("boot").status == 73)
    #expect(try vmemctl("get_vm_area", "4K").status == 73)
    #expect(try vmemctl("snapshot", image, at: other).status == 73)
    #expect(try folder.bytes("m.img-wal") == log)
  }

  @Test func anEmptyLogIsNoLoss() throws {
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    try folder.write([], to: "m.img-wal")
    let ran = try vmemctl("get_vm_area", "4K")
    #expect(ran.status == 0 && ran.errorText.isEmpty)
  }

  @Test func whatALogHasLostIsSaid() throws {
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    #expect(try vmemctl("A", "=", "get_vm_area", "4K").status == 0)
    let log = try folder.bytes("m.img-wal")
    unlink(image + "-wal")
    #expect(try vmemctl("info").errorText.contains("commits after number 0 are missing"))
    try folder.write([], to: "m.img-wal")
    #expect(try vmemctl("info").errorText.contains("commits after number 0 are missing"))
    try folder.write(Array(log.dropLast(512)), to: "m.img-wal")
    #expect(try vmemctl("info").errorText.contains("was cut short"))
    var flipped = log
    flipped[log.count - 4096 - 100] ^= 4
    try folder.write(flipped, to: "m.img-wal")
    let note = try vmemctl("info").errorText
    #expect(note.contains("commit 1, the last one, is damaged") && !note.contains("cut short"))
    try folder.write(log, to: "m.img-wal")
    #expect(try vmemctl("find_vm_area", "A").errorText.isEmpty)
    // What was taken back is not missing.
    #expect(try vmemctl("undo").status == 0)
    #expect(try vmemctl("info").errorText.isEmpty)
  }

  /// Nothing waits for the other end of a pipe, and nothing is taken for a file that is none.
  @Test(arguments: ["mkfifo", "mkdir", "ln -s /dev/full", "ln -s /dev/null", "ln -s /dev/zero"])
  func whatIsNoFile(_ make: String) throws {
    for file in ["m.img", "m.img-wal", "m.img-history"] {
      unlink(image)
      unlink(image + "-wal")
      if file != "m.img" {
        #expect(try vmemctl("boot", "--memory", "16M").status == 0)
        unlink(image + "-wal")
      }
      #expect(try sh("\(make) \(file)").status == 0)
      defer { _ = try? sh("rm -rf \(file)") }
      for words in [
        "get_vm_area 4K", "info", "check", "log", "undo", "run --image m.img /dev/null",
      ] {
        let ran = try sh("timeout 20 $V \(words)")
        let isRight =
          file == "m.img-history"
          ? [0, 65].contains(ran.status) : [65, 66].contains(ran.status)
        #expect(isRight, "\(make) \(file): \(words): \(ran.status) \(ran.errorText)")
      }
    }
  }

  /// Names of temporary files cannot be guessed, and what stands in a guessed one's place stays.
  @Test func temporaryFilesFollowNoLink() throws {
    try folder.write(Array("precious\n".utf8), to: "victim")
    let script = """
      i=$$; while [ $i -lt $(($$ + 200)) ]; do ln -s victim m.img.$i.new; i=$((i + 1)); done
      $V boot --memory 16M; $V boot --force --memory 8M; rm -f m.img.*.new; cat victim
      """
    #expect(try sh(script).outputText == "precious\n")
    #expect(folder.files == ["m.img", "m.img-wal", "victim"])
  }

  @Test func whatAKilledProcessHasLeftIsSwept() throws {
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    for name in ["m.img.0123456789abcdef.new", "m.img.mine.new", "m.img.0123456789abcdef.old"] {
      try folder.write([1], to: name)
    }
    #expect(try vmemctl("boot", "--force", "--memory", "16M").status == 0)
    #expect(
      folder.files == ["m.img", "m.img-wal", "m.img.0123456789abcdef.old", "m.img.mine.new"])
  }

  // MARK: Lines that name the image's files

  @Test func noLineOpensTheFilesOfItsImage() throws {
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    #expect(
      try Command.vmemctl("run", "--image", image, "-", input: "P = alloc_pages 1\n").status == 0)
    #expect(try vmemctl("get_vm_area", "4K").status == 0)
    #expect(symlink(image, folder.path + "/link") == 0)
    let before = try vmemctl("vmallocinfo").outputText
    for file in [image, image + "-wal", image + "-history", folder.path + "/link"] {
      for line in [
        "write P @\(file)", "f = file_open \(file)", "include \(file)", "memory \(file)",
        "kcore \(file)", "vmcore \(file)", "snapshot \(file)",
      ] {
        let ran = try Command.vmemctl("run", "--image", image, "-", input: line + "\n")
        #expect(ran.status == 73, "\(line): \(ran.errorText)")
        #expect(ran.errorText.contains("belongs to the session's image"), "\(line)")
      }
    }
    let fresh = folder.path + "/fresh.img"
    for file in [fresh, fresh + "-wal"] {
      let line = "boot --memory 1G --lists \(file)\n"
      let ran = try Command.vmemctl("run", "--image", fresh, "-", input: line)
      #expect(ran.status == 73, "\(ran.errorText)")
    }
    #expect(try vmemctl("vmallocinfo").outputText == before)
    // Not even names that are still free.
    let new = folder.path + "/new.img"
    #expect(try vmemctl("boot", "--memory", "16M", at: new).status == 0)
    #expect(try vmemctl("memory", new + "-history", at: new).status == 73)
    #expect(try vmemctl("snapshot", new + "-history", at: new).status == 73)
  }

  /// A file that was opened before it was the image of a session is not written either.
  @Test func fsyncSparesTheImage() throws {
    let target = folder.path + "/t.img"
    try folder.write([UInt8](repeating: 7, count: 5000), to: "t.img")
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    #expect(try vmemctl("f", "=", "file_open", target).status == 0)
    #expect(try vmemctl("pwrite", "f", "0", "text:hello").status == 0)
    unlink(target)
    #expect(symlink(image, target) == 0)
    let before = try folder.bytes("m.img-wal")
    let refused = try vmemctl("fsync", "f")
    #expect(refused.status == 73 && refused.errorText.contains("session's image"))
    #expect(try folder.bytes("m.img-wal").starts(with: before))
    #expect(try vmemctl("check").status == 0)
  }

  @Test func dumpsSpareOtherMachines() throws {
    let other = folder.path + "/o.img"
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    #expect(try vmemctl("boot", "--memory", "8M", at: other).status == 0)
    #expect(
      try Command.vmemctl("run", "--image", other, "-", input: "get_vm_area 4K\n").status == 0)
    #expect(try vmemctl("A", "=", "get_vm_area", "4K", at: other).status == 0)
    for file in [other, other + "-wal", other + "-history"] {
      for verb in ["memory", "kcore", "vmcore", "snapshot"] {
        let refused = try vmemctl(verb, file)
        #expect(refused.status == 73, "\(verb) \(file)")
      }
      let script = try Command.vmemctl("run", "-", input: "boot --memory 4M\nmemory \(file)\n")
      #expect(script.status == 73 && script.errorText.contains("another machine"))
    }
    #expect(try vmemctl("find_vm_area", "A", at: other).status == 0)
    #expect(try vmemctl("check", at: other).status == 0)
    // A name that a machine's log or history may come to need is taken, too.
    unlink(other + "-history")
    for words in [["snapshot", other + "-history"], ["--image", other + "-history", "boot"]] {
      let refused = try Command.run(
        [TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": image])
      #expect(refused.status == 73 && refused.errorText.contains("name another file"))
    }
    #expect(access(other + "-history", F_OK) != 0)
    // What is said twice is meant; an ordinary dump is replaced without a word.
    #expect(try vmemctl("snapshot", other, "--force").status == 0)
    #expect(try vmemctl("info", at: other).outputText.contains("memory: 16777216"))
    #expect(try vmemctl("check", at: other).status == 0)
    #expect(try vmemctl("log", at: other).outputText == "boot --memory 16M\n")
    #expect(try vmemctl("memory", other, "--force").status == 0)
    #expect(try vmemctl("memory", other).status == 0)
  }

  /// A path that came with an image from elsewhere is written only when that is said.
  @Test func pathsOfStrangers() throws {
    let target = folder.path + "/target"
    try folder.write(Array("hello".utf8), to: "target")
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    #expect(try vmemctl("f", "=", "file_open", target).status == 0)
    #expect(try vmemctl("pwrite", "f", "0", "text:J").status == 0)
    #expect(try sh("cp m.img c.img; cp m.img-wal c.img-wal").status == 0)
    let copy = folder.path + "/c.img"
    let twice = folder.path + "/t.img"
    #expect(try vmemctl("snapshot", twice, at: copy).status == 0)
    for path in [copy, twice] {
      let refused = try vmemctl("fsync", "f", at: path)
      #expect(refused.status == 73 && refused.errorText.contains("--host-paths"), "\(refused)")
      #expect(try folder.bytes("target") == Array("hello".utf8))
    }
    // What this process has opened is nobody else's path.
    let script = "g = file_open \(folder.path)/mine\npwrite g 0 text:b\nfsync g\n"
    try folder.write(Array("a".utf8), to: "mine")
    let ran = try Command.vmemctl("run", "--image", copy, "-", input: script)
    #expect(ran.status == 0, "\(ran.errorText)")
    #expect(try folder.bytes("mine") == Array("b".utf8))
    #expect(try vmemctl("fsync", "f", "--host-paths", at: copy).outputText == "1\n")
    #expect(try folder.bytes("target") == Array("Jello".utf8))
    try folder.write(Array("hello".utf8), to: "target")
    #expect(try vmemctl("fsync", "f").outputText == "1\n")
    #expect(try folder.bytes("target") == Array("Jello".utf8))
  }

  /// Paths are bytes, whatever they stand for.
  @Test func pathsNeedNotBeUTF8() throws {
    let script = #"""
      n=$(printf 'x\377\364\217\277\277y'); V="$V --image $n.img"
      $V boot --memory 16M && $V P = alloc_pages 1 && printf hi > "$n.in" &&
      $V write P "@$n.in" && $V read P 2 && $V memory "$n.ram" && $V snapshot "$n.copy" &&
      $V diff "$n.copy" "$n.img" && $V f = file_open "$n.in" && $V pwrite f 0 text:ho &&
      $V fsync f && cat "$n.in" && printf 'echo yes\n' > "$n.vmem" && $V include "$n.vmem" &&
      $V run "$n.vmem" && VMEMCTL_IMAGE=$n.img $2 info > /dev/null && ln -s "$n.img" link &&
      $2 --image link check && ls | od -An -c | grep -c 357 ; ls | wc -l
      """#
    let ran = try sh(script)
    #expect(
      ran.outputText.split(separator: "\n").filter { !$0.hasPrefix("0xffff") }
        == [
          "1", "0", "68 69", "0", "0", "2", "1",
          "hoyes", "yes", "0", "0", "8",
        ],
      "\(ran.outputText) \(ran.errorText)")
    let missing = try sh(#"$V --image "$(printf 'no\377ne')/x" boot"#)
    #expect(missing.status == 73 && missing.errorText.contains(#"no\xffne"#), "\(missing)")
    // What is no text is shown as such, and names nothing.
    #expect(try sh(#"$V echo "$(printf 'a\377')""#).outputText == "a\\xff\n")
    #expect(try sh(#"$V vfree "$(printf 'a\377')""#).status == 65)
    _ = try sh("rm -f x*")
  }

  // MARK: Locks

  @Test func theLockOutlivesEveryOtherDescriptor() throws {
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    let script = """
      P = alloc_pages 1
      write P @\(folder.path)/other
      sync
      repeat 100000000 {
      @expect NULL find_vm_area 0
      }
      """
    try folder.write(Array(script.utf8), to: "s.vmem")
    try folder.write([UInt8](repeating: 1, count: 100), to: "other")
    let (input, output) = (try TemporaryFile(), try TemporaryFile())
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input.descriptor, 0)
    posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1)
    let holder = try Command.spawn(
      [TestFiles.vmemctl, "run", "--image", image, folder.path + "/s.vmem"], &actions, [:])
    for _ in 0..<400 where try output.contents().isEmpty { usleep(20_000) }
    #expect(try output.contents() == Array("1\n0\n".utf8))
    for line in ["get_vm_area", "info"] {
      let words = line == "info" ? [line] : [line, "4K"]
      let refused = try Command.run(
        [TestFiles.vmemctl, "--no-wait"] + words, environment: ["VMEMCTL_IMAGE": image])
      #expect(refused.status == 75, "\(refused)")
      #expect(refused.errorText == "vmemctl: \(image): process \(holder) holds the image\n")
    }
    kill(holder, SIGKILL)
    #expect(try Command.wait(for: holder) == 137)
    // Nobody is waited for, or named, who is gone.
    #expect(try vmemctl("--no-wait", "get_vm_area", "4K").status == 0)
    #expect(try vmemctl("check").status == 0)
  }
}
