import TestSupport
import Testing

/// Modules that no caller should write: the machine goes on after each of them.
struct ModuleEndTests: ModuleSuite {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Loads a fixture, takes it away again, and returns what the script prints, the log apart.
  private func run(_ fixture: String, _ words: String) throws -> ([String], Command) {
    let lines = "insmod \(Self.fixture(fixture)) \(words)\nrmmod \(fixture)\ncheck\nvmalloc 4K"
    let ran = try run(lines, kernel: "6.18", boot: "--memory 64M")
    let answers = ran.lines.map(String.init).filter { !$0.hasPrefix("[") }
    return (answers, ran)
  }

  /// Whatever numbers a module hands over, the emulator answers or ends the module.
  @Test(.compilesModules, arguments: 0..<27)
  func anyArgument(_ call: Int) throws {
    let (answers, ran) = try run("any_argument", "call=\(call)")
    #expect(ran.status <= 3, "\(call): \(ran.outputText)\n\(ran.errorText)")
    #expect(
      answers.suffix(2).first == "0" && answers.last?.hasPrefix("0xffff") == true,
      "\(call): \(ran.outputText)\n\(ran.errorText)")
    let overruns = "behind the upper end of the stack of insmod"
    if call == 25 || call == 26 { #expect(ran.outputText.contains(overruns), "\(ran.outputText)") }
    // Sizes that cannot be, and times that are legal, are no oops.
    if call < 9 || (11...15).contains(call) {
      #expect(!ran.outputText.contains("Oops"), "\(call): \(ran.outputText)")
    }
  }

  /// A module that waits for what never comes is told so.
  @Test(.compilesModules, arguments: 0..<8)
  func waitsForEver(_ way: Int) throws {
    let (answers, ran) = try run("waits_for_ever", "--lockup 1 way=\(way)")
    #expect(ran.status == 1 && answers.first == "-EDEADLK", "\(way): \(ran.outputText)")
    #expect(answers.suffix(2).first == "0", "\(way): \(ran.outputText)\n\(ran.errorText)")
    #expect(ran.outputText.contains("vmemctl: "), "\(way): \(ran.outputText)")
    // As kernels report it: only of who waits in one call, and cannot be interrupted.
    let isReported = ran.outputText.contains(
      "INFO: task insmod:100 blocked for more than 120 seconds.")
    #expect(isReported || way == 7, "\(way): \(ran.outputText)")
  }

  /// Whoever polls does not keep others from their time, and a finite wait is no deadlock.
  @Test(.compilesModules, arguments: 0..<8)
  func polite(_ way: Int) throws {
    let (answers, ran) = try run("polite", "way=\(way)")
    #expect(ran.status == 0, "\(way): \(ran.outputText)\n\(ran.errorText)")
    #expect(ran.outputText.contains("done"), "\(way): \(ran.outputText)")
    #expect(!ran.outputText.contains("BUG") && !ran.outputText.contains("interrupts are on"))
    #expect(way != 5 || ran.outputText.contains("] once a jiffy"), "\(ran.outputText)")
    #expect(answers.suffix(2).first == "0", "\(way): \(ran.outputText)")
  }

  /// 64 calls of native code within each other are the most.
  @Test(.compilesModules)
  func callbacksWithinCallbacks() throws {
    let (_, most) = try run("nested_calls", "depth=64")
    #expect(most.status == 0 && most.outputText.contains("came back"), "\(most.outputText)")
    let (answers, ran) = try run("nested_calls", "depth=65")
    #expect(ran.status == 3, "\(ran.outputText)\n\(ran.errorText)")
    #expect(ran.outputText.contains("the stack of insmod is full"), "\(ran.outputText)")
    #expect(ran.outputText.contains("[nested_calls]"), "\(ran.outputText)")
    #expect(answers.suffix(2).first == "0")
  }

  /// A second is the least that a task can be allowed, and a day the most.
  @Test(.compilesModules)
  func secondsOfATask() throws {
    for (seconds, status) in [(0, 65), (-1, 65), (1, 0), (86_400, 0), (86_401, 65)]
      as [(Int, Int32)]
    {
      let (_, ran) = try run("requeued_work", "--lockup \(seconds)")
      #expect(ran.status == status, "\(seconds): \(ran.errorText)")
    }
  }

  @Test(.compilesModules)
  func workThatQueuesItself() throws {
    let (answers, ran) = try run("requeued_work", "")
    #expect(ran.status == 0, "\(ran.outputText)\n\(ran.errorText)")
    #expect(ran.outputText.contains("flushed after a few runs"))
    #expect(ran.outputText.contains("cancelled"))
    #expect(answers.suffix(2).first == "0")
  }
}
