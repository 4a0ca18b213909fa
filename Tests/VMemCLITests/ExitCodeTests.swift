import Glibc
import TestSupport
import Testing

/// What the process tells whoever started it.
@Suite struct ExitCodeTests {
  @Test(arguments: [
    ("s = get_vm_area 16K\n", 0),
    ("get_vm_area 0\n", 1),
    ("expect NULL get_vm_area 0\n", 0),
    ("free_vm_area nothing\n", 65),
    ("expect ENOMEM get_vm_area 16K\n", 2),
    ("assert 1 == 2\n", 2),
    ("read 0 1\n", 3),
    ("s = get_vm_area 16K --flags sparse\nvm_area_map_pages s s..+8K null\n", 3),
    ("free_vm_area 0xffffc90000000000\n", 3),
    ("no_such_verb\n", 65),
    ("get_vm_area\n", 65),
    ("get_vm_area 99999999999999999999\n", 65),
    ("\n# nothing\n", 0),
    ("", 0),
  ])
  func script(_ text: String, _ code: Int) throws {
    let ran = try Command.vmemctl("run", "-", input: text)
    #expect(ran.status == Int32(code), "\(text)\(ran.errorText)")
    #expect(ran.errorText.isEmpty == (code == 0))
  }

  /// 3 before 2 before 1, whatever came last.
  @Test(arguments: [
    ("read 0 1\nassert 1 == 2\nget_vm_area 0\n", 3),
    ("get_vm_area 0\nassert 1 == 2\nget_vm_area 0\n", 2),
    ("get_vm_area 0\nget_vm_area 4K\n", 1),
  ])
  func precedence(_ text: String, _ code: Int) throws {
    let ran = try Command.vmemctl("run", "--keep-going", "-", input: text)
    #expect(ran.status == Int32(code))
  }

  @Test func missingScript() throws {
    let ran = try Command.vmemctl("run", "/nonexistent/script.vmem")
    #expect(ran.status == 66)
    #expect(ran.errorText.contains("/nonexistent/script.vmem"))
    #expect(ran.output.isEmpty)
  }

  @Test func folderAsScript() throws {
    #expect(try Command.vmemctl("run", "/").status == 66)
  }

  /// The scripts after a missing one still run.
  @Test func severalScripts() throws {
    let ran = try Command.vmemctl("run", "/nonexistent", "-", input: "echo here\n")
    #expect(ran.status == 66)
    #expect(ran.outputText == "here\n")
  }

  @Test(arguments: [
    ["--bogus"], ["run"], ["run", "--bogus", "-"], ["run", "--tap", "--json", "-"],
    ["run", "--tap", "-", "-"], ["bench", "nothing"], ["bench", "boot", "--memory", "5X"],
    ["bench", "boot", "--memory", "4K"], ["bench", "boot", "--rounds", "0"],
    ["bench", "script", "--lines", "1"], ["info", "--image"], ["info", "--image="], [],
  ])
  func usage(_ arguments: [String]) throws {
    let ran = try Command.run([TestFiles.vmemctl] + arguments)
    #expect(ran.status == 64)
    #expect(ran.output.isEmpty)
    #expect(ran.errorText.hasPrefix("vmemctl: "))
  }

  @Test func cannotCreate() throws {
    #expect(try Command.vmemctl("run", "-", input: "memory /nonexistent/file\n").status == 73)
  }

  @Test func closedPipe() throws {
    let ran = try Command.run([
      "bash", "-c",
      "printf 'repeat 100000 {\\n echo x\\n}\\n' | { trap '' PIPE; \"$0\" run -; } "
        + "| true; exit ${PIPESTATUS[1]}", TestFiles.vmemctl,
    ])
    #expect(ran.status == 141)
  }

  @Test func fullDevice() throws {
    let ran = try Command.run([
      "bash", "-c",
      "\"$0\" --version >/dev/full; echo $?; echo info | \"$0\" run - >/dev/full; echo $?",
      TestFiles.vmemctl,
    ])
    #expect(ran.lines == ["74", "74"])
    let word = "vmemctl: standard output: No space left on device\n"
    #expect(ran.errorText == word + word)
  }

  /// A process that waits for its script is interrupted.
  @Test func interrupted() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    let process = try Command.spawn([TestFiles.vmemctl, "run", "-"], &actions, [:])
    // Long enough to start; too early an interrupt ends it with the same status.
    usleep(200_000)
    kill(process, SIGINT)
    #expect(try Command.wait(for: process) == 130)
  }
}
