import Glibc
import TestSupport
import Testing

/// `run --shell` and `run --step`: runs that somebody follows.
struct FollowedRunTests {
  private let folder: TemporaryFolder
  private var script: String { folder.path + "/s.vmem" }
  private var image: String { folder.path + "/m.img" }

  init() throws { folder = try TemporaryFolder() }

  private func run(_ words: String..., input: String = "") throws -> Command {
    try Command.run([TestFiles.vmemctl, "run"] + words, input: Array(input.utf8))
  }

  private func write(_ text: String, to name: String = "s.vmem") throws {
    try folder.write(Array(text.utf8), to: name)
  }

  private func terminal(_ words: String..., columns: Int = 80) throws -> PseudoTerminal {
    try PseudoTerminal(
      [TestFiles.vmemctl, "run"] + words, columns: columns,
      environment: ["XDG_STATE_HOME": folder.path + "/state", "NO_COLOR": ""])
  }

  private func cleanUp() {
    unlink(folder.path + "/state/vmemctl/history")
    rmdir(folder.path + "/state/vmemctl")
    rmdir(folder.path + "/state")
  }

  // MARK: --shell

  private static let failing = "s = get_vm_area 16K --flags sparse\nget_vm_area 0\necho unreached\n"

  /// The machine is as the failing line left it, and what is typed does not change the exit code.
  @Test func theMachineOfAFailedLine() throws {
    try write(Self.failing)
    let ran = try run(
      "--shell", script, input: "print s.size\nget_vm_area 0\nvfree nobody\nnames\n")
    #expect(ran.status == 1)
    #expect(
      ran.lines == [
        "0xffffc90000000000", "NULL", "16384", "NULL", "s area 0xffffc90000000000 16384 bytes",
      ])
    #expect(ran.errorText.contains("`nobody` was never bound"))
    #expect(!ran.errorText.contains("its machine is gone"))
  }

  @Test func theMachineOfAWholeScript() throws {
    try write("boot --memory 64M\na = vmalloc 4K\n")
    let ran = try run("--shell", script, input: "assert 1 eq 2\nprint machine.total\n")
    #expect(ran.status == 0)
    #expect(ran.lines.last == "16384")
    #expect(ran.errorText.contains("assert: expected 1 eq 2 got 1 and 2"))
    // Blocks have as many lines as they need, and quit leaves.
    let block = try run(
      "--shell", script, input: "repeat 2 {\necho x\nrepeat 2 { echo y }\n}\nquit\necho z\n")
    #expect(block.lines.dropFirst() == ["x", "y", "y", "x", "y", "y"])
  }

  /// Where nothing has run there is no machine to look at.
  @Test func aScriptThatIsNoneGivesNoPrompt() throws {
    try write("s = get_vm_area 16K\nfrobnicate\n")
    let ran = try run("--shell", "--step", script, input: "echo typed\n")
    #expect(ran.status == 65 && ran.outputText == "")
  }

  @Test func typedLinesAreKeptByAnImage() throws {
    try write("info\n")
    #expect(try Command.vmemctl("--image", image, "boot").status == 0)
    let ran = try run("--image", image, "--shell", "--quiet", script, input: "a = vmalloc 8K\n")
    #expect(ran.status == 0)
    #expect(try Command.vmemctl("--image", image, "print", "a.pages").outputText == "2\n")
    #expect(try Command.vmemctl("--image", image, "log").outputText.contains("a = vmalloc 8K\n"))
  }

  @Test func eachScriptHasItsPrompt() throws {
    try write("a = vmalloc 4K\n")
    try write("b = vmalloc 8K\n", to: "t.vmem")
    let ran = try run("--shell", script, folder.path + "/t.vmem", input: "names\nexit\nnames\n")
    #expect(
      ran.lines.filter { $0.contains(" area ") }.map { $0.split(separator: " ")[0] } == ["a", "b"])
  }

  /// Without a prompt behind it, a machine that has failed is gone; with an image it is not.
  @Test func stepsThatFailAreToldWhatKeeps() throws {
    try write(Self.failing)
    let ran = try run("--step", script, input: "\n\n\n")
    #expect(ran.status == 1)
    #expect(
      ran.errorText.contains("  its machine is gone: run --shell stops at the line, run --image"))
    let kept = try run("--step", "--image", image, script, input: "\n\n\n")
    #expect(kept.status == 1 && !kept.errorText.contains("its machine is gone"))
    #expect(try Command.vmemctl("--image", image, "print", "s.size").outputText == "16384\n")
  }

  @Test func onATerminal() throws {
    try write(Self.failing)
    let terminal = try terminal("--shell", script)
    #expect(terminal.shows("s.vmem:2: the script has stopped here"))
    #expect(terminal.shows("s.vmem:2> "))
    // Completion knows the names of this machine.
    terminal.type("print s\t\u{7f}.end\r")
    #expect(terminal.shows("0xffffc90000004000"))
    #expect(terminal.shows("s.vmem:2> "))
    terminal.type("repeat 2 {\r")
    #expect(terminal.shows("...> "))
    terminal.type("echo x\r}\r")
    #expect(terminal.shows("x\r\nx\r\n"))
    // A line that does not end is stopped between two of its lines; the machine stays.
    terminal.type("repeat 1000000000 { find_vm_area s }\r")
    #expect(terminal.shows("size=20480"))
    kill(terminal.process, SIGINT)
    #expect(terminal.shows("interrupted"))
    #expect(terminal.shows("s.vmem:2> "))
    terminal.type("names\r")
    #expect(terminal.shows("s area 0xffffc90000000000"))
    terminal.type("\u{04}")
    #expect(try terminal.end() == 1)
    cleanUp()
  }

  /// A signal to the process that was started reaches the line that runs, however often others have
  /// taken over meanwhile, and does not reach the next one.
  @Test func everyInterruptArrivesOnce() throws {
    try write("s = get_vm_area 16K --flags sparse\n")
    let terminal = try terminal("--shell", script)
    for round in 0..<20 {
      #expect(terminal.shows("s.vmem> "))
      terminal.type("repeat 1000000000 { find_vm_area s }\r")
      #expect(terminal.shows("size=20480"))
      usleep(UInt32(round) * 500)
      kill(terminal.process, SIGINT)
      guard terminal.shows("interrupted", seconds: 10) else {
        Issue.record("interrupt \(round) was lost")
        return
      }
    }
    #expect(terminal.shows("s.vmem> "))
    terminal.type("\u{04}")
    #expect(try terminal.end() == 0)
    cleanUp()
  }

  /// Ctrl-C in the middle of a line that takes long ends it at once, typed or not: the machine is as it
  /// was in front of the line, after all lines before it.
  @Test func aLongLineIsInterrupted() throws {
    try write(
      """
      s = get_vm_area 16K
      repeat 2000 {
      @x = vmalloc 4K
      @vfree x
      }
      t = get_vm_area 8K
      test_vmalloc nr_threads=1 run_test_mask=1 test_loop_count=100000000
      echo unreached

      """)
    let terminal = try terminal("--shell", "--color", "never", script)
    #expect(terminal.shows("0xffffc90000000000"))
    usleep(3_000_000)
    kill(terminal.process, SIGINT)
    // What the lines before it print comes all the same, once.
    #expect(terminal.shows("t = get_vm_area 8K\r\n0xffffc9", seconds: 1))
    #expect(terminal.shows("s.vmem:7: interrupted in this line", seconds: 1))
    #expect(terminal.shows("s.vmem:7> "))
    terminal.type("names\r")
    #expect(terminal.shows("s area 0xffffc90000000000"))
    #expect(terminal.shows("t area 0x"))
    terminal.type("u = vmalloc 4K\r")
    #expect(terminal.shows("0xffffc9"))
    #expect(terminal.shows("s.vmem:7> "))
    terminal.type("test_vmalloc nr_threads=1 run_test_mask=1 test_loop_count=100000000\r")
    usleep(200_000)
    kill(terminal.process, SIGINT)
    #expect(terminal.shows("interrupted in this line", seconds: 1))
    #expect(terminal.shows("s.vmem:7> "))
    terminal.type("check\rprint u.pages\r")
    #expect(terminal.shows("0\r\n"))
    #expect(terminal.shows("1\r\n"))
    terminal.type("\u{04}")
    #expect(try terminal.end() == 130)
    cleanUp()
  }

  /// The line that waits is asked for again; one with an image ends the process, and what was kept is.
  @Test func aLongStepIsInterrupted() throws {
    let long = "test_vmalloc nr_threads=1 run_test_mask=1 test_loop_count=100000000"
    try write("a = vmalloc 4K\n\(long)\necho last\n")
    let terminal = try terminal("--step", "--color", "never", script)
    #expect(terminal.shows("step> "))
    terminal.type("\r")
    #expect(terminal.shows("s.vmem:2: test_vmalloc"))
    #expect(terminal.shows("step> "))
    terminal.type("\r")
    usleep(200_000)
    kill(terminal.process, SIGINT)
    #expect(terminal.shows("s.vmem:2: interrupted in this line", seconds: 1))
    #expect(terminal.shows("step> "))
    terminal.type("quit\r")
    _ = try terminal.end()
    let image = folder.path + "/k.img"
    let kept = try self.terminal("--image", image, "--step", "--color", "never", script)
    #expect(kept.shows("step> "))
    kept.type("\r")
    #expect(kept.shows("s.vmem:2: test_vmalloc"))
    #expect(kept.shows("step> "))
    kept.type("\r")
    usleep(200_000)
    kill(kept.process, SIGINT)
    #expect(kept.shows("interrupted in the middle of a line", seconds: 1))
    #expect(try kept.end() == 130)
    let names = try Command.vmemctl("--image", image, "names")
    #expect(names.outputText.hasPrefix("a area"))
    cleanUp()
  }

  /// Ctrl-C while the script runs gives the prompt there.
  @Test func anInterruptedScript() throws {
    try write("s = get_vm_area 16K\nrepeat 1000000000 {\nfind_vm_area s\n}\n")
    let terminal = try terminal("--shell", "--color", "never", script)
    #expect(terminal.shows("size=20480"))
    kill(terminal.process, SIGINT)
    #expect(terminal.shows("interrupted in"))
    #expect(terminal.shows("s.vmem:"))
    terminal.type("print s.size\r")
    #expect(terminal.shows("16384"))
    terminal.type("\u{04}")
    #expect(try terminal.end() == 130)
    cleanUp()
  }

  // MARK: --step

  private static let stepped = """
    a = vmalloc 4K
    repeat 2 {
      echo x
    }
    echo last

    """

  @Test func linesRunOneByOne() throws {
    try write(Self.stepped)
    // Two lines are run, one is said in between, and the rest runs by itself.
    let ran = try run("--step", script, input: "\n\nprint a.pages\n")
    #expect(ran.status == 0)
    #expect(ran.lines == ["0xffffc90000000000", "1", "x", "x", "last"])
    let name = script
    #expect(
      ran.errorText.split(separator: "\n") == [
        "\(name):1: a = vmalloc 4K", "\(name):2: repeat 2 {", "\(name):3: echo x",
        "\(name):3: echo x",
      ])
    let left = try run("--step", script, input: "\nquit\n\n\n")
    #expect(left.status == 0 && left.lines == ["0xffffc90000000000"])
    // With a prompt at the end of it.
    let both = try run("--step", "--shell", script, input: "\nexit\nprint a.pages\n")
    #expect(both.lines == ["0xffffc90000000000", "1"])
  }

  @Test func linesOfOtherFilesWaitToo() throws {
    try write("b = vmalloc 8K\n", to: "t.vmem")
    try write("include t.vmem\n@vfree b\n")
    let ran = try run("--step", script, input: "\n\n\n")
    #expect(
      ran.errorText.split(separator: "\n").map { $0.split(separator: "/").last } == [
        "s.vmem:1: include t.vmem", "t.vmem:1: b = vmalloc 8K", "s.vmem:2: @vfree b",
      ])
  }

  /// What is kept is what would have been without steps, loops included.
  @Test func steppedRunsMakeTheSameMachine() throws {
    try write("a = vmalloc 4K\nrepeat 3 {\n  vmalloc 4K\n  repeat 2 { vmalloc 8K }\n}\n")
    let other = folder.path + "/n.img"
    #expect(try run("--image", image, script).status == 0)
    let stepped = try run("--image", other, "--step", script, input: "\n\n\n\n\n")
    #expect(stepped.status == 0)
    let hashes = try [image, other].map {
      try Command.vmemctl("--image", $0, "info", "--hash").outputText
    }
    #expect(hashes[0] == hashes[1])
    // The history of the stepped one is a script that makes it again.
    let log = try Command.vmemctl("--image", other, "log").outputText
    try write(log, to: "log.vmem")
    #expect(try run("--check", folder.path + "/log.vmem").status == 0)
    let again = folder.path + "/o.img"
    #expect(try run("--image", again, folder.path + "/log.vmem").status == 0)
    #expect(try Command.vmemctl("--image", again, "info", "--hash").outputText == hashes[0])
  }

  @Test func stepsOnATerminal() throws {
    try write(Self.stepped)
    let terminal = try terminal("--step", script)
    #expect(terminal.shows("s.vmem:1: a = vmalloc 4K"))
    #expect(terminal.shows("step> "))
    terminal.type("\r")
    #expect(terminal.shows("0xffffc90000000000"))
    #expect(terminal.shows("step> "))
    terminal.type("names\r")
    #expect(terminal.shows("a area"))
    #expect(terminal.shows("step> "))
    terminal.type("\u{04}")
    #expect(terminal.shows("last"))
    #expect(try terminal.end() == 0)
    cleanUp()
  }

  // MARK: What is refused, and what is said

  @Test(arguments: [
    ["--shell", "-"], ["--step", "-"], ["--shell", "--echo", "x"], ["--step", "--tap", "x"],
    ["--shell", "--check", "x"], ["--step", "--kernel", "all", "x"], ["--step", "--verify", "x"],
  ])
  func contradictions(_ words: [String]) throws {
    let ran = try Command.run([TestFiles.vmemctl, "run"] + words)
    #expect(ran.status == 64)
    #expect(ran.errorText.hasPrefix("vmemctl: \(words[0]) "))
  }

  /// A script that fails on a machine that nobody keeps says how to keep it.
  @Test func theHint() throws {
    try write(Self.failing)
    let hint = "run --shell stops at the line, run --image FILE keeps the machine\n"
    #expect(try run(script).errorText.hasSuffix(hint))
    for words in [["--image", image], ["--keep-going"], ["--quiet"], ["--json"], ["--tap"]] {
      let ran = try Command.run([TestFiles.vmemctl, "run"] + words + [script])
      #expect(ran.status == 1 && !ran.errorText.contains(hint))
    }
    #expect(try !run("-", input: Self.failing).errorText.contains(hint))
    try write("frobnicate\n")
    #expect(try !run(script).errorText.contains(hint))
  }
}
