import Glibc
import TestSupport
import Testing

/// The shell, on a real terminal.
struct ShellTests {
  private let folder: TemporaryFolder
  private var image: String { folder.path + "/m.img" }

  init() throws { folder = try TemporaryFolder() }

  private func shell(
    columns: Int = 80, _ environment: [String: String] = [:]
  ) throws -> PseudoTerminal {
    let own = [
      "VMEMCTL_IMAGE": image, "XDG_STATE_HOME": folder.path + "/state", "PAGER": "",
    ]
    return try PseudoTerminal(
      [TestFiles.vmemctl, "shell"], columns: columns,
      environment: own.merging(environment) { $1 })
  }

  private func cleanUp() {
    unlink(folder.path + "/state/vmemctl/history")
    rmdir(folder.path + "/state/vmemctl")
    rmdir(folder.path + "/state")
  }

  @Test(arguments: [80, 40], ["", "1"])
  func aSession(_ columns: Int, _ noColour: String) throws {
    let shell = try shell(columns: columns, ["NO_COLOR": noColour])
    #expect(shell.shows("m.img> "))
    shell.type("s = get_vm_area 64K --flags sparse\r")
    #expect(shell.shows("0xffffc90000000000\r\n"))
    // A failure is told and ends nothing.
    shell.type("vfree nobody\r")
    #expect(shell.shows("nobody"))
    #expect(shell.shows("m.img> "))
    shell.type("vmalloc 0\r")
    #expect(shell.shows("NULL"))
    // Completion of verbs and of live names, and the history.
    shell.type("find_v\ts\t\r")
    #expect(shell.shows("flags=0x1000"))
    shell.type("\u{1b}[A\u{15}kmem -v\r")
    #expect(shell.shows("vmemctl+0x0/0x0 sparse"))
    #expect(shell.shows("m.img> "))
    // A line that is cancelled does nothing.
    shell.type("free_vm_area s\u{03}")
    #expect(shell.shows("^C"))
    shell.type("\u{12}sparse\r")
    #expect(shell.shows("-EEXIST"))
    // Another process works on the same image meanwhile.
    let other = try Command.vmemctl("--image", image, "t", "=", "get_vm_area", "8K")
    #expect(other.outputText == "0xffffc90000011000\n")
    shell.type("find_vm_area t\r")
    #expect(shell.shows("size=12288"))
    shell.type("\u{04}")
    #expect(try shell.end() == 0)
    #expect(shell.seen.contains("\u{1b}[1m") == noColour.isEmpty)
    let history = try TestFiles.read(folder.path + "/state/vmemctl/history")
    #expect(history.hasPrefix("s = get_vm_area 64K --flags sparse\nvfree nobody\nvmalloc 0\n"))
    #expect(!history.contains("free_vm_area s\n"))
    #expect(try Command.vmemctl("--image", image, "check").status == 0)
    cleanUp()
  }

  /// Ctrl-C ends any line that runs, at once: loops, views, files, one long call. What the line has
  /// not printed is not kept.
  @Test(arguments: [
    "test_vmalloc test_repeat_count=1000", "repeat 1000000000 { sync }",
    "repeat 1000000000 { repeat 1000000000 { @find_vm_area s } }", "include LOOP",
    "repeat 1000000000 { vmap_state --lists }", "include FIFO",
  ])
  func aLongLineIsInterrupted(_ line: String) throws {
    let shell = try shell()
    try folder.write(Array("repeat 1000000000 {\n echo x\n}\n".utf8), to: "loop.vmem")
    mkfifo(folder.path + "/fifo", 0o600)
    let line = line.replacing("LOOP", with: folder.path + "/loop.vmem")
      .replacing("FIFO", with: folder.path + "/fifo")
    #expect(shell.shows("m.img> "))
    shell.type("s = get_vm_area 64K\r")
    #expect(shell.shows("0xffffc90000000000\r\n"))
    #expect(shell.shows("m.img> "))
    shell.type(line + "\r")
    var isOver = false
    // What a terminal of its own sends for the key. Before the line runs it does nothing.
    for _ in 0..<50 where !isOver {
      kill(shell.process, SIGINT)
      isOver = shell.shows("interrupted;", seconds: 0.2)
    }
    #expect(isOver)
    #expect(shell.shows("m.img> "))
    shell.type("vmap_state --sum\r")
    #expect(shell.shows("sum nbusy=1 nlazy=0"))
    shell.type("check\r")
    #expect(shell.shows("0\r\n"))
    shell.type("\u{04}")
    #expect(try shell.end() == 0)
    cleanUp()
  }

  @Test func aCommandIsInterrupted() throws {
    #expect(try Command.vmemctl("--image", image, "get_vm_area", "4K").status == 0)
    let run = try Command.run([
      "timeout", "--preserve-status", "-s", "INT", "1", TestFiles.vmemctl, "--image", image,
      "test_vmalloc", "test_repeat_count=1000",
    ])
    #expect(run.status == 130)
    let state = try Command.vmemctl("--image", image, "vmap_state", "--sum").outputText
    #expect(state.hasPrefix("sum nbusy=1 nlazy=0"))
  }

  @Test func choicesAreShown() throws {
    let shell = try shell()
    #expect(shell.shows("m.img> "))
    shell.type("vmalloc_\t\t")
    #expect(shell.shows("vmalloc_huge"))
    shell.type("\u{15}exit\r")
    #expect(try shell.end() == 0)
    cleanUp()
  }

  /// It says where one is, and how to leave; blocks go on until they are closed.
  @Test func greetingAndBlocks() throws {
    let shell = try shell()
    #expect(shell.shows("kernel 6.18, 1 GiB of RAM in m.img as soon as a line changes it"))
    #expect(shell.shows("Ctrl-D leaves"))
    #expect(shell.shows("m.img> "))
    shell.type("repeat 2 {\r")
    #expect(shell.shows(".....> "))
    shell.type("get_vm_area 4K\r}\r")
    #expect(shell.shows("0xffffc90000000000\r\n0xffffc90000002000\r\n"))
    #expect(shell.shows("m.img> "))
    // A block that is cancelled does nothing.
    shell.type("repeat 2 {\rget_vm_area 4K\r\u{03}")
    #expect(shell.shows("m.img> "))
    shell.type("print areas.busy\r")
    #expect(shell.shows("2\r\n"))
    shell.type("vmallocinfo | grep x\r")
    #expect(shell.shows("pipes are bash's: vmemctl --image F vmallocinfo | grep x"))
    shell.type("\u{04}")
    #expect(try shell.end() == 0)
    cleanUp()
  }

  /// What is longer than the screen goes through the pager; what is not, and what changes something,
  /// does not.
  @Test func longViewsArePaged() throws {
    let shell = try shell(columns: 80, ["PAGER": "sed 's/^/| /'"])
    #expect(shell.shows("m.img> "))
    shell.type("help areas\r")
    #expect(shell.shows("\nAreas of address space\r\n"))
    shell.type("help\r")
    #expect(shell.shows("| Areas of address space\r\n"))
    #expect(shell.shows("m.img> "))
    shell.type("repeat 40 { get_vm_area 4K }\r")
    #expect(shell.shows("\n0xffffc90000000000\r\n"))
    #expect(shell.shows("m.img> "))
    shell.type("vmallocinfo\r")
    #expect(shell.shows("| 0xffffc90000000000-0xffffc90000002000"))
    #expect(shell.shows("m.img> "))
    shell.type("vmallocinfo 1\r")
    #expect(shell.shows("one argument too many"))
    shell.type("\u{04}")
    #expect(try shell.end() == 0)
    cleanUp()
  }

  /// A command's help is paged as git does it: by $PAGER, else by less, and as it is where that is empty,
  /// where there is no less, on a terminal that can do little, and in a pipe.
  @Test func helpIsPaged() throws {
    try folder.write(Array("#!/bin/sh\necho \"less $*\"; sed 's/^/| /'\n".utf8), to: "less")
    chmod(folder.path + "/less", 0o755)
    func shown(_ words: [String], _ environment: [String: String]) throws -> String {
      let terminal = try PseudoTerminal(
        [TestFiles.vmemctl] + words, columns: 80, environment: environment)
      _ = terminal.shows("\0", seconds: 1)
      #expect(try terminal.end() == 0)
      return terminal.seen.replacing("\r\n", with: "\n")
    }
    let path = folder.path + ":/usr/bin:/bin"
    let all = try Command.vmemctl("help").outputText
    let paged = all.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map { "| \($0)\n" }.joined()
    #expect(try shown(["help"], ["PAGER": "sed 's/^/| /'"]) == paged)
    let less = ["PATH": path, "TERM": "xterm"]
    let terminal = try PseudoTerminal(
      ["/usr/bin/env", "-u", "PAGER", TestFiles.vmemctl, "help"], columns: 80, environment: less)
    _ = terminal.shows("\0", seconds: 1)
    #expect(try terminal.end() == 0)
    #expect(terminal.seen.replacing("\r\n", with: "\n") == "less -FRX\n" + paged)
    #expect(try shown(["help"], ["PAGER": "", "TERM": "xterm", "PATH": path]) == all)
    // What the screen has room for needs none.
    let short = try Command.vmemctl("help", "dmesg").outputText
    #expect(try shown(["help", "dmesg"], ["PAGER": "sed 's/^/| /'"]) == short)
    let run = try Command.vmemctl("help", "run").outputText
    #expect(try shown(["run", "--help"], ["PAGER": "sed 's/^/| /'"]).hasPrefix("| vmemctl run"))
    #expect(run.hasPrefix("vmemctl run"))
    for (terminal, path) in [("dumb", path), ("xterm", "/nowhere")] {
      let plain = try PseudoTerminal(
        ["/usr/bin/env", "-u", "PAGER", TestFiles.vmemctl, "help"], columns: 80,
        environment: ["TERM": terminal, "PATH": path])
      _ = plain.shows("\0", seconds: 1)
      #expect(try plain.end() == 0)
      #expect(plain.seen.replacing("\r\n", with: "\n") == all)
    }
    unlink(folder.path + "/less")
  }

  @Test func interruptsDoNotEndIt() throws {
    let shell = try shell()
    #expect(shell.shows("m.img> "))
    kill(shell.process, SIGINT)
    shell.type("get_vm_area 64K\r")
    #expect(shell.shows("0xffffc90000000000"))
    shell.type("quit\r")
    #expect(try shell.end() == 0)
    cleanUp()
  }

  /// Lines of a file that is included are one commit; boot asks before it replaces a machine.
  @Test func filesAndMachines() throws {
    try folder.write(Array("a = get_vm_area 16K\nrepeat 2 {\nvmalloc 4K\n}\n".utf8), to: "a.vmem")
    let shell = try shell(columns: 40)
    #expect(shell.shows("m.img> "))
    shell.type("include \(folder.path)/a.vmem\r")
    #expect(shell.shows("0xffffc90000007000"))
    #expect(shell.shows("m.img> "))
    shell.type("boot --memory 16M\r")
    #expect(shell.shows("boot --force makes another"))
    shell.type("log\r")
    #expect(shell.shows("vmalloc 4K"))
    shell.type("boot --force --memory 16M\r")
    #expect(shell.shows("m.img> "))
    shell.type("info\r")
    #expect(shell.shows("memory: 16777216"))
    shell.type("\u{04}")
    #expect(try shell.end() == 0)
    cleanUp()
  }

  /// A question makes the machine of an image that is not there yet; one that is there is replaced with
  /// --force only, and judged answers leave it.
  @Test func aQuestionMakesTheMachine() throws {
    unlink(folder.path + "/m.img")
    let shell = try shell()
    #expect(shell.shows("m.img> "))
    shell.type("quiz walk --seed 3\r")
    #expect(shell.shows("To which physical address"))
    shell.type("names\r")
    #expect(shell.shows("s area 0xffffc90000000000"))
    shell.type("quiz walk --seed 3 --answer 1\r")
    #expect(shell.shows("wrong"))
    shell.type("quiz tlb\r")
    #expect(shell.shows("holds a machine already"))
    shell.type("quiz tlb --force\r")
    #expect(shell.shows("How many of the"))
    shell.type("log\r")
    #expect(shell.shows("\r\nquiz tlb\r\n"))
    shell.type("\u{04}")
    #expect(try shell.end() == 0)
    cleanUp()
  }

  @Test func whatIsPipedIsAScript() throws {
    let script = "s = get_vm_area 16K\nvmallocinfo\nvfree 0x1000\necho unreached\n"
    let piped = try Command.vmemctl("shell", input: script)
    let ran = try Command.vmemctl("run", "-", input: script)
    #expect(piped.outputText == ran.outputText && piped.status == ran.status)
    #expect(piped.errorText == ran.errorText)
    // On an image, it is a script on that image.
    let kept = try Command.vmemctl("--image", image, "shell", input: "s = get_vm_area 16K\n")
    #expect(kept.outputText == "0xffffc90000000000\n")
    #expect(try Command.vmemctl("--image", image, "vmallocinfo").lines.count == 1)
  }
}
