import TestSupport
import Testing

/// What runs beside a task that does not wait, who comes first, and time that passes between lines.
struct ModuleTimeTests: ModuleSuite {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The numbers of the line of a log that begins with a word.
  private func numbers(_ ran: Command, _ word: String) -> [Int] {
    let line = ran.lines.map(String.init).first { $0.contains("] \(word) ") } ?? ""
    return (line.split(separator: "]").last ?? "").split(separator: " ").compactMap { Int($0) }
  }

  /// Timers interrupt delays and loops over jiffies, but not with interrupts off; work runs on another CPU.
  @Test(.compilesModules, arguments: 0..<3)
  func timersInterrupt(_ way: Int) throws {
    let ran = try run("insmod \(Self.fixture("other_cpus")) way=\(way)")
    let counts = numbers(ran, "timer")
    try #require(counts.count == 3, "\(ran.outputText)\(ran.errorText)")
    if way == 2 {
      #expect(counts[0] <= 1 && counts[1] <= 1, "\(counts)")
    } else {
      #expect(counts[0] >= 90 && counts[1] >= 900, "\(counts)")
    }
    #expect(counts[2] >= 40, "\(counts)")
  }

  /// A task that delays on one CPU keeps nobody on another from going on, with a spinlock or without.
  @Test(.compilesModules, arguments: 3..<5)
  func othersRunDuringDelays(_ way: Int) throws {
    let ran = try run("insmod \(Self.fixture("other_cpus")) way=\(way)")
    let counts = numbers(ran, "slept")
    try #require(counts.count == 3, "\(ran.outputText)\(ran.errorText)")
    #expect(counts[0] <= 102 && (9...11).contains(counts[1]) && counts[2] >= 90, "\(counts)")
  }

  /// Who looks at a flag and at the clock sees what another CPU does.
  @Test(.compilesModules)
  func loopsOverTheClock() throws {
    let ran = try run("insmod \(Self.fixture("other_cpus")) way=5")
    #expect(ran.outputText.contains("flag 1 after 0"), "\(ran.outputText)\(ran.errorText)")
  }

  /// Time that a line lets pass is theirs who go on after init.
  @Test(.compilesModules)
  func timePasses() throws {
    let ran = try run("insmod \(Self.fixture("goes_on"))\nmsleep 3500\nrmmod goes_on\nmsleep 10")
    let text = ran.outputText
    #expect(text.ranges(of: "] timer\n").count == 3, "\(text)\(ran.errorText)")
    #expect(text.ranges(of: "] thread\n").count == 4, "\(text)")
    #expect(text.ranges(of: "] work\n").count == 1, "\(text)")
    #expect(text.hasSuffix("] end\n0\n") && ran.status == 0, "\(text)")
  }

  /// A day is the most that passes at once, and `sleep` is told which verb it is.
  @Test
  func longestTime() throws {
    #expect(try run("msleep 86400000").status == 0)
    let ran = try run("msleep 86400001")
    #expect(ran.status == 65 && ran.errorText.contains("longer than a day"), "\(ran.errorText)")
    #expect(try run("sleep 3").errorText.contains("msleep MILLISECONDS"))
  }

  struct Order: Sendable {
    let way: Int
    let says: [String]
    let not: String
  }

  static let orders = [
    Order(way: 0, says: ["start 0", "end 0", "start 1", "end 1"], not: "BUG"),
    Order(way: 1, says: ["try 0", "writer"], not: "BUG"),
    Order(way: 2, says: ["deadlock: "], not: "writer\n"),
    Order(way: 3, says: ["worked", "after 0"], not: "BUG"),
    Order(
      way: 4, says: ["add_timer", "add_timer of a timer that is pending", "] timer"], not: "BUG"),
    Order(
      way: 5,
      says: [
        "tasklet: soft 1 hard 0 interrupt 1 task 0 off 0",
        "irq_work: soft 0 hard 1 interrupt 1 task 0 off 1",
      ], not: "sleeping function"),
    Order(
      way: 6, says: ["invalid context at kmem_cache_create"], not: "scheduling while atomic"),
    Order(way: 7, says: ["invalid context at cond_resched"], not: "scheduling while atomic"),
  ]

  /// Queues of one, readers behind a writer, flushed delays, timers, tasklets and what may sleep.
  @Test(.compilesModules, arguments: orders)
  func order(_ order: Order) throws {
    let ran = try run("insmod \(Self.fixture("order")) way=\(order.way)\ncheck")
    var rest = ran.outputText[...]
    for part in order.says {
      let found = rest.firstRange(of: part)
      #expect(found != nil, "no `\(part)` in:\n\(ran.outputText)\(ran.errorText)")
      if let found { rest = rest[found.upperBound...] }
    }
    #expect(!ran.outputText.contains(order.not), "\(ran.outputText)")
    #expect(ran.outputText.hasSuffix("\n0\n"), "\(ran.outputText)")
  }
}
