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

  // MARK: Descriptors, stack

  /// Whatever a descriptor is wanted for, its want has one word and one code.
  @Test func descriptorsThatAreNotGiven() throws {
    #expect(
      try sh("$V boot --memory 16M && echo 0 > d && echo get_vm_area 4K > s.vmem").status == 0)
    for limit in 2...6 {
      for line in [
        "info", "help", "get_vm_area 4K", "memory d", "kcore k", "snapshot s.img", "log",
        "diff m.img m.img", "write 0 @d", "boot --lists d", "import_vmallocinfo d", "replay d",
        "run s.vmem", "run d", "include s.vmem", "--image n.img boot", "--image n.img cpu 0",
      ] {
        for file in ["n.img", "n.img-wal", "n.img-history", "k"] {
          unlink(folder.path + "/" + file)
        }
        let ran = try sh("ulimit -n \(limit); exec $V \(line)")
        // The loader of programs has words of its own.
        let codes: [Int32] = line.hasSuffix("d") ? [0, 3, 65, 73] : [0]
        #expect(
          ran.status == 74 || ran.status == 127 || codes.contains(ran.status),
          "-n \(limit) \(line): \(ran)")
        if ran.status == 74 {
          #expect(ran.errorText.contains("ulimit -n"), "-n \(limit) \(line): \(ran.errorText)")
        }
      }
    }
    _ = try sh("rm -f n.img* k s.img*")
    #expect(try sh("$V check").status == 0)
  }

  @Test func aStackThatIsTooSmall() throws {
    #expect(try sh("$V boot --memory 16M").status == 0)
    for (limit, status) in [(200, 74), (255, 74), (256, 0), (300, 0)] as [(Int, Int32)] {
      for line in ["info", "help", "get_vm_area 4K", "map"] {
        let ran = try sh("ulimit -Ss \(limit); ulimit -Hs \(limit); exec $V \(line)")
        #expect(ran.status == status, "-s \(limit) \(line): \(ran)")
        #expect(
          status == 0 || ran.errorText == "vmemctl: a stack of 256 KiB is needed (ulimit -s)\n")
      }
    }
    // A limit that may be raised is none.
    #expect(try sh("ulimit -Ss 128; exec $V get_vm_area 4K").status == 0)
  }

  /// Where no file can be, that is said.
  @Test func foldersThatTakeNoFile() throws {
    #expect(try sh("$V boot --memory 16M").status == 0)
    for verb in ["snapshot", "memory", "kcore", "vmcore"] {
      let there = try sh("$V \(verb) /proc/x")
      #expect(
        there.status == 73
          && there.errorText.contains("the file system of /proc/ takes no new file"),
        "\(there)")
      let gone = try sh("$V \(verb) nowhere/x")
      #expect(gone.status == 73 && gone.errorText.contains("folder nowhere/: No such"), "\(gone)")
    }
  }

  /// A folder is no image, whoever opens it.
  @Test func aFolderIsNoImage() throws {
    _ = try sh("mkdir m.img")
    defer { rmdir(image) }
    for line in [
      "info", "get_vm_area 4K", "boot", "boot --force", "undo", "log", "diff m.img m.img",
      "run --image m.img - <<< 'get_vm_area 4K'", "run --image m.img - <<< info",
    ] {
      let ran = try sh("$V \(line)")
      #expect(ran.status == 65 && ran.errorText.contains("m.img is a folder"), "\(line): \(ran)")
    }
  }
}
