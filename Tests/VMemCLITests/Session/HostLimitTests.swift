import Glibc
import TestSupport
import Testing

/// What the host does not give: file sizes, memory, space.
struct HostLimitTests {
  private let folder: TemporaryFolder
  private var image: String { folder.path + "/m.img" }

  init() throws { folder = try TemporaryFolder() }

  private func sh(_ script: String) throws -> Command {
    try Command.run(
      ["bash", "-c", "cd \"$1\" && V=$2 && " + script, "sh", folder.path, TestFiles.vmemctl],
      environment: ["VMEMCTL_IMAGE": image])
  }

  @Test func filesThatMayNotBecomeLarger() throws {
    let fresh = try sh("ulimit -f 10; $V boot --memory 16M")
    #expect(fresh.status == 74 && fresh.errorText.contains("File too large"))
    #expect(folder.files.isEmpty)
    #expect(try sh("$V boot --memory 16M && $V A = get_vm_area 4K").status == 0)
    let before = try folder.bytes("m.img-wal")
    for line in ["vmalloc 2M", "P = alloc_pages 100", "get_vm_area 4K"] {
      let ran = try sh("ulimit -f 30; $V \(line)")
      #expect(ran.status == 74 && ran.errorText.contains("m.img-wal: File too large"), "\(ran)")
      #expect(ran.output.isEmpty)
    }
    for verb in ["memory", "vmcore", "kcore", "snapshot"] {
      let ran = try sh("ulimit -f 10; $V \(verb) dump; s=$?; rm -f dump; exit $s")
      #expect(ran.status == 74 && ran.errorText.contains("File too large"), "\(ran)")
    }
    #expect(try folder.bytes("m.img-wal").starts(with: before))
    #expect(try sh("$V check && $V find_vm_area A").status == 0)
  }

  /// Whatever the limit, the word is the host's, and nothing acknowledged is lost.
  @Test func memoryThatIsNotGiven() throws {
    #expect(try sh("$V boot --memory 64M && $V A = vmalloc 1M").status == 0)
    for kind in ["v", "d"] {
      for limit in [100, 3_000, 30_000, 100_000, 1_000_000] {
        for line in ["fill A 1M 7", "check", "kcore k"] {
          let ran = try sh("ulimit -S\(kind) \(limit) && $V \(line)")
          // The loader of programs has words of its own where not even it can begin.
          #expect(
            [0, 74, 127, 139, 137].contains(ran.status), "-\(kind) \(limit) \(line): \(ran)")
          if ran.status == 74 {
            #expect(
              ran.errorText.contains("ulimit") || ran.errorText.contains("allocate memory"),
              "\(ran.errorText)")
          }
        }
      }
    }
    unlink(folder.path + "/k")
    #expect(try sh("$V check && $V find_vm_area A").status == 0)
  }

  /// Reading a hole of a file takes space where the file system is memory.
  @Test(.enabled(if: geteuid() == 0, "only root can mount a small file system"))
  func aFileSystemThatIsFull() throws {
    let mounted = try sh("mkdir t && mount -t tmpfs -o size=600k tmpfs t")
    defer { _ = try? sh("umount t; rmdir t") }
    guard mounted.status == 0 else { return }
    let small = "V=\"$V --image t/m.img\" && "
    #expect(try sh(small + "$V boot --memory 16M && $V A = vmalloc 64K").status == 0)
    #expect(try sh("! dd if=/dev/zero of=t/fill bs=4k 2>/dev/null").status == 0)
    for line in ["read A 8", "fill A 64K 9", "vmalloc 1M", "get_vm_area 4K", "snapshot t/s.img"] {
      let ran = try sh(small + "$V \(line)")
      #expect(ran.status == 74 && !ran.errorText.contains("corrupt"), "\(line): \(ran)")
    }
    #expect(try sh("rm t/fill && ls t").outputText == "m.img\nm.img-wal\n")
    #expect(try sh(small + "$V check && $V find_vm_area A && $V read A 8").status == 0)
  }

  /// A file that becomes shorter under a process is no reference that leads nowhere.
  @Test func aFileThatBecomesShorter() throws {
    #expect(try sh("$V boot --memory 16M").status == 0)
    try folder.write(
      Array("A = vmalloc 8M\nsync\nrepeat 1000000 {\n@fill A 8M 1\n@fill A 8M 0\n}\n".utf8),
      to: "s.vmem")
    let ran = try sh(
      "{ $V run --image m.img s.vmem > out & while [ ! -s out ]; do sleep 0.05; done; "
        + "truncate -s 0 m.img; wait $!; }")
    #expect(
      ran.status == 4 && ran.errorText.contains("became shorter")
        && ran.errorText.hasPrefix("vmemctl: s.vmem:"), "\(ran)")
  }

  /// A commit that was made is a success, whatever becomes of the history.
  @Test func aHistoryThatCannotBeWritten() throws {
    #expect(try sh("$V boot --memory 16M && mkdir m.img-history").status == 0)
    for number in 1...3 {
      let ran = try Command.vmemctl("run", "--image", image, "-", input: "get_vm_area 4K\n")
      #expect(ran.status == 0, "\(ran.errorText)")
      #expect(ran.errorText.contains("m.img-history is a folder"))
      #expect(try sh("$V vmallocinfo").lines.count == number)
    }
    rmdir(image + "-history")
    let ran = try Command.vmemctl("run", "--image", image, "-", input: "get_vm_area 4K\n")
    #expect(ran.status == 0 && ran.errorText.isEmpty)
    #expect(
      try sh("$V log").outputText
        == "boot --memory 16M\n" + String(repeating: "get_vm_area 4K\n", count: 4))
    // Lines that are gone, or are none, are told as such.
    try folder.write(Array("get".utf8), to: "m.img-history")
    let short = try sh("$V log")
    #expect(short.status == 4 && short.errorText.contains("m.img-history"))
    try folder.write([UInt8](repeating: 0, count: 4096), to: "m.img-history")
    #expect(try sh("$V log").status == 4)
    try folder.write(
      Array("get_vm_area 4K\n\u{1b}[2J\nget_vm_area 4K".utf8) + [0xff, 10]
        + [UInt8](repeating: 10, count: 100), to: "m.img-history")
    let strange = try sh("$V log")
    #expect(strange.status == 0)
    #expect(strange.output.allSatisfy { $0 == 10 || (0x20..<0x7f).contains($0) })
    #expect(
      strange.outputText.contains("# not replayed") && strange.outputText.contains("\\x1b[2J"))
    unlink(image + "-history")
    let missing = try sh("$V log")
    #expect(missing.status == 66 && missing.errorText.contains("m.img-history"))
  }
}
