import Glibc
import TestSupport
import Testing

/// Commands on a machine that lives in a file.
struct SessionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var image: String { folder.path + "/m.img" }

  private func vmemctl(_ words: String...) throws -> Command {
    try Command.run([TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": image])
  }

  @Test func oneLineAtATimeMakesTheMachineOfAScript() throws {
    let lines = [
      "s = get_vm_area 64K --flags sparse", "P = alloc_pages 2", "write P[0] 'text:a b'",
      "vm_area_map_pages s s+8K..s+16K P[0..2]", "read s+8K 5", "let n = 3",
      "expect ERANGE vm_area_map_pages s s+64K..s+68K P[0]", "v = vmalloc 40K", "vfree v",
      "vm_unmap_aliases", "inject slab after=1 cache=vm_struct", "get_vm_area 4K",
      "expect NULL get_vm_area 4K", "injections",
    ]
    var answers = ""
    for line in lines {
      let words = line.replacing("'text:a b'", with: "text:a_b").split(separator: " ")
        .map { String($0).replacing("_b", with: " b") }
      let isText = words.contains("text:a b")
      let ran = try Command.run(
        [TestFiles.vmemctl] + (isText ? words : line.split(separator: " ").map(String.init)),
        environment: ["VMEMCTL_IMAGE": image])
      #expect(ran.status == 0, "\(line): \(ran.errorText)")
      answers += ran.outputText
    }
    let script = lines.joined(separator: "\n") + "\n"
    let whole = try Command.vmemctl("run", "-", input: script + "info --hash\n")
    #expect(whole.outputText.hasPrefix(answers))
    let hash = try vmemctl("info", "--hash")
    #expect(hash.lines.last == whole.lines.last)
    // And so does the same script on an image at once.
    let other = folder.path + "/other.img"
    let kept = try Command.vmemctl("run", "--image", other, "-", input: script)
    #expect(kept.outputText == answers)
    #expect(
      try Command.vmemctl("--image=\(other)", "info", "--hash").outputText == hash.outputText)
    #expect(try vmemctl("check").status == 0)
    // What ran is a script that makes the machine once more.
    let history = String(decoding: try folder.bytes("other.img-history"), as: UTF8.self)
    let again = try Command.vmemctl("run", "-", input: history + "info --hash\n")
    #expect(again.lines.last == whole.lines.last)
  }

  @Test func aFreshImageIsSmall() throws {
    let ran = try vmemctl("get_vm_area", "16K")
    #expect(ran.errorText == "vmemctl: booted a machine of 1 GiB in \(image)\n")
    #expect(folder.usage("m.img") + folder.usage("m.img-wal") <= 512 << 10)
    #expect(try vmemctl("get_vm_area", "16K").errorText.isEmpty)
  }

  @Test func readersWriteNothing() throws {
    for words in [["info"], ["vmallocinfo"], ["dmesg"], ["assert", "1", "eq", "1"], ["help"]] {
      let ran = try Command.run(
        [TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": image])
      // An image that was named has to be there for whoever looks at it.
      #expect(ran.status == (words == ["help"] ? 0 : 66) && folder.files.isEmpty, "\(words)")
    }
    _ = try vmemctl("get_vm_area", "16K")
    let before = [try folder.bytes("m.img-wal"), Array(folder.files.joined().utf8)]
    for words in [["info"], ["vmallocinfo"], ["page_tables"], ["check"]] {
      let ran = try Command.run(
        [TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": image])
      #expect(ran.status == 0, "\(words): \(ran.errorText)")
    }
    #expect([try folder.bytes("m.img-wal"), Array(folder.files.joined().utf8)] == before)
  }

  /// A trace that is none is known before there is a machine; what has no end is not read to its end.
  @Test(arguments: [("/dev/null", 65), ("/dev/zero", 65), ("/dev/urandom", 65), ("/tmp", 66)])
  func tracesThatAreNone(_ path: String, _ status: Int32) throws {
    let ran = try vmemctl("replay", path)
    #expect(ran.status == status && folder.files.isEmpty, "\(ran.errorText)")
    #expect(!ran.errorText.contains("booted"))
    let input = try Command.vmemctl("run", "-", input: "replay -\n")
    #expect(input.status == 65 && input.errorText.contains("standard input is the script itself"))
  }

  @Test func linesThatAreNotOfTheLanguageLeaveNoTrace() throws {
    for words in [["vmaloc", "16K"], ["get_vm_area", "16Q"], ["vmalloc"], ["let", "x"]] {
      let ran = try Command.run(
        [TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": image])
      #expect(ran.status == 65 && folder.files.isEmpty, "\(words): \(ran.errorText)")
    }
    _ = try vmemctl("get_vm_area", "16K")
    let before = try vmemctl("info", "--hash").outputText
    #expect(try vmemctl("get_vm_area", "16Q").status == 65)
    #expect(try vmemctl("info", "--hash").outputText == before)
  }

  /// What a failing call leaves behind is kept: time, and the kernel's log.
  @Test func failuresAreCommitted() throws {
    #expect(try vmemctl("vfree", "0xffffc90000000000").status == 3)
    #expect(try vmemctl("dmesg").outputText.contains("Trying to vfree()"))
    #expect(try vmemctl("get_vm_area", "0").status == 1)
    #expect(try vmemctl("info").outputText.contains("clock: 2\n"))
  }

  @Test func aMachineIsNotReplacedByMistake() throws {
    #expect(try vmemctl("boot", "--memory", "64M").status == 0)
    _ = try vmemctl("get_vm_area", "16K")
    let refused = try vmemctl("boot", "--memory", "8M")
    #expect(refused.status == 73)
    #expect(refused.errorText.contains("boot --force"))
    #expect(try vmemctl("vmallocinfo").lines.count == 1)
    #expect(try vmemctl("boot", "--force", "--memory", "8M").status == 0)
    #expect(try vmemctl("vmallocinfo").lines.isEmpty)
    #expect(try vmemctl("info").outputText.contains("memory: 8388608 bytes"))
    // A script on an image boots it only where there is none.
    let ran = try Command.vmemctl("run", "--image", image, "-", input: "boot\n")
    #expect(ran.status == 73)
    let other = folder.path + "/other.img"
    let booted = try Command.vmemctl(
      "run", "--image", other, "-", input: "boot --cpus 3\nget_vm_area 16K\n")
    #expect(booted.outputText == "0xffffc90000000000\n")
    #expect(try Command.vmemctl("--image", other, "info").outputText.contains("cpus: 3\n"))
  }

  @Test func whoHoldsTheImageIsNamed() throws {
    _ = try vmemctl("get_vm_area", "16K")
    let descriptor = open(image, O_RDWR | O_CLOEXEC)
    defer { close(descriptor) }
    var request = flock()
    request.l_type = Int16(F_WRLCK)
    request.l_len = 1
    #expect(fcntl(descriptor, F_SETLK, &request) == 0)
    let ran = try vmemctl("get_vm_area", "16K", "--no-wait")
    #expect(ran.status == 75)
    #expect(ran.errorText == "vmemctl: \(image): process \(getpid()) holds the image\n")
    #expect(try vmemctl("--no-wait", "info").status == 75)
    // Readers share.
    request.l_type = Int16(F_RDLCK)
    #expect(fcntl(descriptor, F_SETLK, &request) == 0)
    #expect(try vmemctl("--no-wait", "info").status == 0)
    #expect(try vmemctl("--no-wait", "get_vm_area", "16K").status == 75)
  }

  @Test func commandsAtTheSameTimeAllCount() throws {
    _ = try vmemctl("get_vm_area", "16K")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    var processes: [pid_t] = []
    for _ in 0..<12 {
      processes.append(
        try Command.spawn(
          [TestFiles.vmemctl, "--durable", "get_vm_area", "16K"], &actions,
          ["VMEMCTL_IMAGE": image]))
    }
    for process in processes { #expect(try Command.wait(for: process) == 0) }
    #expect(try vmemctl("vmallocinfo").lines.count == 13)
  }

  @Test func aFileThatIsNoImageIsRefused() throws {
    try folder.write(Array("hello\n".utf8), to: "m.img")
    #expect(try vmemctl("info").status == 65)
    try folder.write([UInt8](repeating: 7, count: 20000), to: "m.img")
    let ran = try vmemctl("get_vm_area", "16K")
    #expect(ran.status == 65)
    #expect(ran.errorText.contains("is not an image of vmemctl"))
    #expect(try Command.vmemctl("--image", folder.path, "get_vm_area", "16K").status != 0)
    #expect(
      try Command.vmemctl("--image", "/nonexistent/m.img", "get_vm_area", "16K").status == 73)
  }

  @Test func undoTakesOneCommitBackAtATime() throws {
    #expect(try vmemctl("boot", "--memory", "8M").status == 0)
    var states = [try vmemctl("info", "--hash").outputText]
    let lines = ["get_vm_area 16K", "P = alloc_pages 2", "write P[0] text:a"]
    for line in lines {
      _ = try Command.run(
        [TestFiles.vmemctl] + line.split(separator: " ").map(String.init),
        environment: ["VMEMCTL_IMAGE": image])
      states.append(try vmemctl("info", "--hash").outputText)
    }
    #expect(
      try vmemctl("log").outputText == "boot --memory 8M\n" + lines.joined(separator: "\n") + "\n")
    for line in lines.reversed() {
      states.removeLast()
      #expect(try vmemctl("undo").outputText == line + "\n")
      #expect(try vmemctl("info", "--hash").outputText == states.last)
      #expect(try vmemctl("check").status == 0)
    }
    let refused = try vmemctl("undo")
    #expect(refused.status == 1)
    #expect(refused.errorText.contains("nothing to take back"))
    // After a checkpoint there is nothing to take back either.
    let ran = try Command.vmemctl("run", "--image", image, "-", input: "get_vm_area 16K\n")
    #expect(ran.status == 0)
    #expect(try vmemctl("undo").status == 1)
    #expect(try vmemctl("log").outputText == "boot --memory 8M\nget_vm_area 16K\n")
  }

  @Test func aSnapshotIsAMachineOfItsOwn() throws {
    _ = try vmemctl("s", "=", "get_vm_area", "16K")
    let copy = folder.path + "/copy.img"
    #expect(try vmemctl("snapshot", copy).outputText == "0\n")
    let again = try vmemctl("snapshot", copy)
    #expect(again.status == 73 && again.errorText.contains("remove it first"))
    #expect(try vmemctl("snapshot", "-").status == 65)
    #expect(folder.usage("copy.img") < 512 << 10)
    let hash = try vmemctl("info", "--hash").outputText
    #expect(try Command.vmemctl("--image", copy, "info", "--hash").outputText == hash)
    #expect(try vmemctl("diff", copy, image).outputText.isEmpty)
    _ = try vmemctl("vmalloc", "16K")
    #expect(try Command.vmemctl("--image", copy, "info", "--hash").outputText == hash)
    let changes = try vmemctl("diff", copy, image).lines
    #expect(changes.prefix(3) == ["--- \(copy)", "+++ \(image)", "@@ vmallocinfo"])
    #expect(changes.filter { $0.contains("pages=4 vmalloc") }.map { $0.first } == ["+"])
    #expect(changes.contains("@@ vmstat"))
    // The other way round every sign turns.
    let back = try vmemctl("diff", image, copy).lines
    func turned(_ line: Substring) -> String {
      let sign = line.hasPrefix("-") ? "+" : line.hasPrefix("+") ? "-" : ""
      return sign.isEmpty ? String(line) : sign + line.dropFirst()
    }
    #expect(Set(back.dropFirst(2).map(String.init)) == Set(changes.dropFirst(2).map(turned)))
    #expect(try vmemctl("diff", copy, folder.path + "/none.img").status == 66)
    #expect(try vmemctl("diff", copy).status == 65)
  }

  /// A copy knows how it came to be, and so do its copies.
  @Test func aSnapshotKeepsTheLog() throws {
    _ = try vmemctl("boot", "--memory", "8M")
    _ = try vmemctl("s", "=", "get_vm_area", "16K")
    let copy = folder.path + "/copy.img"
    _ = try vmemctl("snapshot", copy)
    let script = "boot --memory 8M\ns = get_vm_area 16K\n"
    #expect(try Command.vmemctl("--image", copy, "log").outputText == script)
    _ = try Command.vmemctl("--image", copy, "get_vm_area", "4K")
    #expect(
      try Command.vmemctl("--image", copy, "log").outputText == script + "get_vm_area 4K\n")
    // Of a machine without an image nobody has kept the lines.
    let other = folder.path + "/other.img"
    _ = try Command.vmemctl("run", "-", input: "vmalloc 4K\nsnapshot \(other)\n")
    let log = try Command.vmemctl("--image", other, "log").lines
    #expect(log.first == "# lines before a snapshot are not known")
  }

  @Test func theLogSaysWhatItCannotDo() throws {
    _ = try vmemctl("P", "=", "alloc_pages", "1")
    _ = try vmemctl("write", "P[0]", "text:a\nb")
    #expect(try vmemctl("log").outputText == "P = alloc_pages 1\nwrite P[0] 610a62\n")
    #expect(try vmemctl("vmalloc", "1T").status == 1)
    let log = try vmemctl("log").outputText
    #expect(log.hasPrefix("# a line failed: run --keep-going goes on after it\n"))
    #expect(log.hasSuffix("vmalloc 1T\n# the line above failed\n"))
    let again = try Command.vmemctl("run", "--keep-going", "-", input: log + "info --hash\n")
    #expect(again.status == 1)
    #expect(try again.lines.last == vmemctl("info", "--hash").lines.last)
    _ = try vmemctl("get_vm_area", "4K", "--caller", "a\nb")
    _ = try vmemctl("write", "P[0]", "@/dev/null")
    #expect(
      try vmemctl("log").lines.first
        == "# a line that a script cannot hold is left out; a line failed: run --keep-going goes on "
        + "after it; files are read as they are then")
  }

  @Test func undoIsNoLineOfAScript() throws {
    _ = try vmemctl("s", "=", "get_vm_area", "16K")
    let ran = try Command.vmemctl("run", "--image", image, "-", input: "vmalloc 4K\nundo\n")
    #expect(ran.status == 65 && ran.errorText.contains("vmemctl undo"))
    let script = folder.path + "/undo.vmem"
    try folder.write(Array("undo\n".utf8), to: "undo.vmem")
    #expect(try vmemctl("include", script).status == 65)
    #expect(try vmemctl("vmallocinfo").lines.count == 2)
    #expect(try vmemctl("check").status == 0)
  }

  /// A dump into a file of the session would be the end of it.
  @Test func dumpsSpareTheImage() throws {
    _ = try vmemctl("s", "=", "get_vm_area", "16K")
    symlink(image, folder.path + "/link.img")
    defer { unlink(folder.path + "/link.img") }
    for file in [image, image + "-wal", folder.path + "/link.img"] {
      for verb in ["memory", "kcore", "vmcore"] {
        let refused = try vmemctl(verb, file)
        #expect(refused.status == 73 && refused.errorText.contains("session's image"))
      }
    }
    // By another name it is the same machine still, and the lock stays.
    #expect(try vmemctl("diff", folder.path + "/link.img", image).outputText.isEmpty)
    let ran = try Command.vmemctl(
      "run", "--image", image, "-",
      input: "t = vmalloc 4K\ndiff \(folder.path)/link.img \(image)\nvfree t\n")
    #expect(ran.outputText == "0xffffc90000005000\n0\n")
    #expect(try vmemctl("check").status == 0)
  }
}
