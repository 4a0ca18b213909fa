import Glibc
import TestSupport
import Testing

/// Native code on stacks in the program itself: as scripts, as single commands and in the shell.
struct StackRunTests {
  private static let lines = [
    "s = stack_alloc --policy dynamic",
    "stack_run s --depth 12K",
    "read s.end-12K 8",
    "schedule",
    "t = stack_alloc --size 64K --policy dynamic",
    "expect fault stack_run t --depth 64K --frame 4K",
    "schedule",
    "expect fault stack_run s --depth 20K --frame 16",
    "stack_touch t 12K --write",
    "u = stack_alloc --policy reclaim",
    "stack_run u --depth 5000",
    "stack_reclaim u",
    "stack_stat",
    "dmesg",
    "check",
  ]

  @Test func whatFollowsARunWorks() throws {
    let script = Self.lines.joined(separator: "\n")
    let ran = try Command.vmemctl("run", "-", input: "boot --memory 64M\n\(script)\n")
    #expect(ran.status == 0 && ran.errorText == "", "\(ran.errorText)")
    #expect(
      ran.lines.prefix(12) == [
        "0xffffc90000000000", "12288", "00 30 00 00 00 00 00 00", "0", "0xffffc90000010000",
        "-EFAULT", "0", "-EFAULT", "0", "0xffffc90000008000", "5120", "2",
      ])
    #expect(ran.lines.last == "0")
    for message in [
      "Failed to allocate a page during kernel_stack_fault", "PANIC: double fault, error_code: 0x0",
      "Oops: double fault: 0000 [#1] SMP", "Oops: stack guard page: 0000 [#2] SMP",
      "BUG: TASK stack guard page was hit at ffffc8fffffffff8 "
        + "(stack is ffffc90000000000..ffffc90000004000)",
    ] {
      #expect(ran.lines.count { $0.hasSuffix("] \(message)") } == 1, "\(message)")
    }
  }

  /// An announced fault is no failure; one that nobody announced is exit 3, and says where and why.
  @Test func anUnexpectedEnd() throws {
    let ran = try Command.vmemctl(
      "run", "-", input: "s = stack_alloc\nstack_run s --depth 17K\necho not reached\n")
    #expect(ran.status == 3)
    #expect(ran.lines == ["0xffffc90000000000", "-EFAULT"])
    #expect(
      ran.errorText.contains(
        "stack_run: fault: 0xffffc8fffffffff8 is in the guard page below the stack"))
  }

  /// One script is one machine, whoever runs it: nothing of the host gets in.
  @Test func theSameMachineEverywhere() throws {
    let folder = try TemporaryFolder()
    let all = Self.lines + ["info --hash"]
    func hash(_ text: String) -> Substring? {
      text.split(separator: "\n").last { $0.hasPrefix("hash: ") }
    }
    var hashes: [Substring?] = []
    let script = "boot --memory 64M\n\(all.joined(separator: "\n"))\n"
    for _ in 0..<4 {
      hashes.append(hash(try Command.vmemctl("run", "-", input: script).outputText))
    }
    func session(_ name: String, _ words: [String], input: String = "") throws -> String {
      let ran = try Command.run(
        [TestFiles.vmemctl] + words, input: Array(input.utf8),
        environment: ["VMEMCTL_IMAGE": "\(folder.path)/\(name)"])
      #expect(ran.status == 0, "\(words): \(ran.errorText)")
      return ran.outputText
    }
    _ = try session("one.img", ["boot", "--memory", "64M"])
    for line in all {
      let text = try session("one.img", line.split(separator: " ").map(String.init))
      if line == "info --hash" { hashes.append(hash(text)) }
    }
    hashes.append(hash(try session("shell.img", ["shell"], input: script)))
    #expect(hashes[0] != nil)
    #expect(Set(hashes).count == 1, "\(hashes)")
  }

  // MARK: Signals

  private static let endless = """
    s = stack_alloc --size 64K
    repeat 1000000 {
      @stack_run s --depth 64K --frame 16
    }
    echo end

    """

  /// Starts the program on an endless script, sends it signals, and returns its status.
  private func status(
    of words: [String], environment: [String: String] = [:], _ body: (pid_t) -> Void
  ) throws -> (status: Int32, output: String) {
    let (source, sink) = (try TemporaryFile(Array(Self.endless.utf8)), try TemporaryFile())
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, source.descriptor, 0)
    posix_spawn_file_actions_adddup2(&actions, sink.descriptor, 1)
    let process = try Command.spawn([TestFiles.vmemctl] + words, &actions, environment)
    usleep(150_000)
    body(process)
    let status = try Command.wait(for: process)
    return (status, String(decoding: try sink.contents(), as: UTF8.self))
  }

  /// Signals that arrive before, in and after runs end the program as they always do, or not at all.
  @Test func interrupts() throws {
    for _ in 0..<8 {
      let ended = try status(of: ["run", "-"]) { process in
        // These say nothing to it.
        for _ in 0..<50 {
          for signal in [SIGCHLD, SIGWINCH, SIGURG, SIGSTOP, SIGCONT] { kill(process, signal) }
        }
        usleep(UInt32.random(in: 0..<2000))
        kill(process, SIGINT)
      }
      #expect(ended.status == 130)
    }
  }

  /// A signal that nobody handles ends the program as ever.
  @Test func alarms() throws {
    let ended = try status(of: ["run", "-"]) { kill($0, SIGALRM) }
    #expect(ended.status == 128 + SIGALRM)
  }

  /// Whatever kills a run, what was answered before is there, and nothing by half.
  @Test func killed() throws {
    let folder = try TemporaryFolder()
    let environment = ["VMEMCTL_IMAGE": "\(folder.path)/m.img"]
    func vmemctl(_ words: String...) throws -> Command {
      try Command.run([TestFiles.vmemctl] + words, environment: environment)
    }
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    #expect(try vmemctl("t", "=", "stack_alloc", "--policy", "dynamic").status == 0)
    #expect(try vmemctl("stack_run", "t", "--depth", "8K").lines == ["8192"])
    let before = try vmemctl("info", "--hash").outputText
    for _ in 0..<3 {
      let ended = try status(of: ["run", "--image", "\(folder.path)/m.img", "-"]) {
        kill($0, SIGKILL)
      }
      #expect(ended.status == 128 + SIGKILL && ended.output == "")
      #expect(try vmemctl("check").status == 0)
      #expect(try vmemctl("info", "--hash").outputText == before)
    }
  }
}
