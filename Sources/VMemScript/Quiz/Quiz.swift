internal import VMem

/// An exercise: a small machine, and a question about it. Topic and seed make both.
package struct Quiz {
  package let topic: QuizTopic
  package let seed: UInt64
  /// Lines that make the machine; the first one boots it.
  package internal(set) var lines: [String] = []
  package internal(set) var question = ""
  /// Whether the answer is an address.
  var isAddress = false
  /// Lines that are run behind the others, on a machine of their own, to find the answer.
  var probe: [String] = []
  /// The answer, by what they print: without this the last line.
  var read: (_ output: [String]) -> UInt64? = { $0.last.flatMap { Quiz.number($0) } }
  /// What the answer counts: since boot, or what the probe adds when there is one.
  var counter: ((borrowing Machine) -> UInt64)?
  /// The way to it. What the probe prints says what only a machine knows.
  var steps: (_ output: [String], _ answer: UInt64) -> [String] = { _, _ in [] }
  /// Answers that come from a known mistake, and what to think of again.
  var mistakes: (_ output: [String]) -> [(UInt64, String)] = { _ in [] }
  /// What to think of again for an answer that is near; nil for one that is not.
  var nearby: (_ output: [String], _ given: UInt64) -> String? = { _, _ in nil }
  /// What any other wrong answer is told.
  var hint = ""

  package init(_ topic: QuizTopic, seed: UInt64) {
    self.topic = topic
    self.seed = seed
    var random = QuizRandom(topic, seed: seed)
    switch topic {
    case .walk: askWalk(&random)
    case .levels: askLevels(&random)
    case .sparse: askSparse(&random)
    case .fit: askFit(&random)
    case .tlb: askTLB(&random)
    case .faults: askFaults(&random)
    case .kmap: askKmap(&random)
    case .arena: askArena(&random)
    }
  }

  /// A number as scripts and their answers write it.
  static func number(_ text: some StringProtocol) -> UInt64? {
    text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
  }

  static func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

  /// The answer as it is to be given.
  func text(_ answer: UInt64) -> String { isAddress ? Self.hex(answer) : "\(answer)" }

  // MARK: Machines

  /// A machine that the exercise's lines have made, and what they print besides.
  func made(_ table: VerbTable, with more: [String] = []) -> Interpreter? {
    guard let machine = try? Machine(Configuration()) else { return nil }
    var interpreter = Interpreter(
      machine: machine, options: Options(), table: table, output: nil, messages: nil)
    let script = (lines + more).joined(separator: "\n") + "\n"
    let exit = interpreter.run(ScriptSource(name: "quiz", bytes: Array(script.utf8)))
    guard exit == .success else { return nil }
    return interpreter
  }

  /// What the probe prints, and the answer; nil where the exercise cannot be made.
  package func solved(_ table: VerbTable) -> (output: [String], answer: UInt64)? {
    guard var interpreter = made(table, with: probe) else { return nil }
    let output = interpreter.takeOutput().split(separator: "\n").map(String.init)
    guard let counter else { return read(output).map { (output, $0) } }
    let after = counter(interpreter.machine)
    guard probe.isEmpty else {
      guard let before = made(table) else { return nil }
      return (output, after - counter(before.machine))
    }
    return (output, after)
  }

  // MARK: Judging

  /// Why an answer is wrong, without the right one; nil for the right one.
  func complaint(about given: String, _ output: [String], _ answer: UInt64) -> String? {
    guard let value = Self.number(given) else {
      return "`\(given)` is no number: "
        + (isAddress ? "0x and hexadecimal digits" : "decimal digits")
    }
    if value == answer { return nil }
    let known = mistakes(output).first { $0.0 == value }
    return known?.1 ?? nearby(output, value) ?? hint
  }
}
