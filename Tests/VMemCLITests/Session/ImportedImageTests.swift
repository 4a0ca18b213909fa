import Glibc
import TestSupport
import Testing

/// `import_vmallocinfo` as a command of its own: which machines it replaces, where rows come from, and
/// that a process killed in it leaves one of two machines.
struct ImportedImageTests {
  private let folder: TemporaryFolder
  private var image: String { folder.path + "/m.img" }
  private let rows = Fixture.folder + "vmallocinfo/kaslr.6.18.15"

  init() throws { folder = try TemporaryFolder() }

  private func vmemctl(_ words: String..., input: String = "") throws -> Command {
    try Command.run(
      [TestFiles.vmemctl, "--image", image] + words, input: Array(input.utf8))
  }

  @Test func aMachineIsReplacedOnlyByForce() throws {
    #expect(try vmemctl("boot", "--memory", "8M").status == 0)
    #expect(try vmemctl("get_vm_area", "16K").status == 0)
    let before = try vmemctl("info", "--hash").outputText
    let refused = try vmemctl("import_vmallocinfo", rows)
    #expect(refused.status == 73 && refused.errorText.contains("import_vmallocinfo"))
    #expect(try vmemctl("info", "--hash").outputText == before)
    let ran = try vmemctl("import_vmallocinfo", rows, "--force")
    #expect(ran.status == 0, "\(ran)")
    #expect(try vmemctl("vmallocinfo").outputText == Fixture.text("vmallocinfo/kaslr.6.18.15"))
    #expect(try vmemctl("check").outputText == "0\n")
    // A second time the first import is a machine like any other.
    #expect(try vmemctl("import_vmallocinfo", rows).status == 73)
  }

  /// What is refused makes no image, and leaves one that is there.
  @Test func aBadFileLeavesTheMachine() throws {
    let bad = folder.path + "/bad"
    try folder.write(Array("0xffffc90000000000-0xffffc90000005000 20481 f vmap\n".utf8), to: "bad")
    #expect(try vmemctl("import_vmallocinfo", bad).status == 65)
    #expect(try vmemctl("import_vmallocinfo", folder.path + "/none").status == 66)
    #expect(folder.files == ["bad"])
    #expect(try vmemctl("get_vm_area", "16K").status == 0)
    let before = try vmemctl("info", "--hash").outputText
    for (file, status) in [(bad, 65), (folder.path + "/none", 66)] as [(String, Int32)] {
      #expect(try vmemctl("import_vmallocinfo", "--force", file).status == status)
      #expect(try vmemctl("info", "--hash").outputText == before)
    }
  }

  @Test func rowsFromStandardInput() throws {
    let text = try Fixture.text("vmallocinfo/kaslr.6.18.15")
    let ran = try vmemctl("import_vmallocinfo", "-", input: text)
    #expect(ran.status == 0, "\(ran)")
    #expect(try vmemctl("vmallocinfo").outputText == text)
    let bad = try vmemctl("import_vmallocinfo", "--force", "-", input: "nothing\n")
    #expect(bad.status == 65 && bad.errorText.contains("<stdin>:1: "))
    let script = try Command.vmemctl("run", "-", input: "import_vmallocinfo -\n")
    #expect(script.status == 65 && script.errorText.contains("standard input is the script"))
  }

  /// Byte for byte into a pipe; a terminal is not steered.
  @Test func controlBytes() throws {
    let row = "0xffffc90000000000-0xffffc90000005000   20480 f\u{1b}[1m+0x1/0x2 vmap\n"
    #expect(try vmemctl("import_vmallocinfo", "-", input: row).status == 0)
    #expect(try vmemctl("vmallocinfo").outputText == row)
    let terminal = try PseudoTerminal(
      [TestFiles.vmemctl, "--image", image, "vmallocinfo"], columns: 120, environment: [:])
    _ = terminal.shows("vmap", seconds: 10)
    _ = try terminal.end()
    #expect(terminal.seen.contains("f\\x1b[1m+0x1/0x2 vmap"), "\(terminal.seen)")
  }

  /// This machine's own file, whose size is said to be 0: a machine, or why there is none.
  @Test func thisMachinesOwnFile() throws {
    let file = "/proc/vmallocinfo"
    let ran = try vmemctl("import_vmallocinfo", file)
    switch ran.status {
    case 0: #expect(try !vmemctl("vmallocinfo").lines.isEmpty)
    case 65: #expect(ran.errorText.contains("\(file):1: "), "\(ran)")
    default: #expect(ran.status == 66 && open(file, O_RDONLY) < 0, "\(ran)")
    }
  }

  /// Killed at any time, the image holds the machine of before or that of the file, whole.
  @Test func killedImports() throws {
    #expect(try vmemctl("boot", "--memory", "8M").status == 0)
    #expect(try vmemctl("get_vm_area", "16K").status == 0)
    let before = try vmemctl("vmallocinfo").outputText
    let after = try Fixture.text("vmallocinfo/kaslr.6.18.15")
    var started = timespec()
    clock_gettime(CLOCK_MONOTONIC, &started)
    #expect(try vmemctl("import_vmallocinfo", "--force", rows).status == 0)
    var ended = timespec()
    clock_gettime(CLOCK_MONOTONIC, &ended)
    let usual =
      (ended.tv_sec - started.tv_sec) * 1_000_000 + (ended.tv_nsec - started.tv_nsec) / 1000
    #expect(try vmemctl("boot", "--force", "--memory", "8M").status == 0)
    #expect(try vmemctl("get_vm_area", "16K").status == 0)
    for round in 0..<Scale.operations(20, long: 200) {
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      let sink = try TemporaryFile()
      posix_spawn_file_actions_adddup2(&actions, sink.descriptor, 1)
      posix_spawn_file_actions_adddup2(&actions, sink.descriptor, 2)
      let process = try Command.spawn(
        [TestFiles.vmemctl, "--image", image, "import_vmallocinfo", "--force", rows], &actions, [:])
      usleep(UInt32.random(in: 0...UInt32(clamping: usual * 5 / 4)))
      kill(process, SIGKILL)
      _ = try Command.wait(for: process)
      let found = try vmemctl("vmallocinfo").outputText
      guard found == before || found == after, try vmemctl("check").outputText == "0\n" else {
        Issue.record("round \(round): \(found)")
        return
      }
      if found == after {
        #expect(try vmemctl("boot", "--force", "--memory", "8M").status == 0)
        #expect(try vmemctl("get_vm_area", "16K").status == 0)
      }
    }
  }
}
