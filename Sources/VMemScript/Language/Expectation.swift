internal import VMem

/// The outcomes a line announces with `expect`.
package struct Expectation {
  enum Wanted {
    /// A fault stands for every refused access: signals too.
    case outcome(Refusal.Outcome)
    case value(UInt64)
    case warn
    case stale
  }

  /// Most outcomes one line may announce.
  static let maximum = 8

  private var outcomes = InlineArray<8, Wanted>(repeating: .warn)
  private(set) var count = 0
  /// The words, for messages; nil where nothing is announced.
  private(set) var text: Text?

  var isEmpty: Bool { count == 0 }

  @inline(__always)
  mutating func removeAll() { (count, text) = (0, nil) }

  /// Begins with the outcomes that a text has.
  mutating func begin(_ text: Text) { (count, self.text) = (0, text) }

  @inline(__always)
  subscript(index: Int) -> Wanted { outcomes[index] }

  mutating func append(_ wanted: Wanted) {
    outcomes[count] = wanted
    count += 1
  }

  /// Whether an announced outcome is as `isWanted` says.
  @inline(__always)
  func contains(where isWanted: (Wanted) -> Bool) -> Bool {
    for index in 0..<count where isWanted(outcomes[index]) { return true }
    return false
  }

  /// Whether NULL is announced.
  var hasNull: Bool {
    contains { if case .outcome(.null) = $0 { true } else { false } }
  }
  var hasWarn: Bool {
    contains { if case .warn = $0 { true } else { false } }
  }
  var hasStale: Bool {
    contains { if case .stale = $0 { true } else { false } }
  }

  /// Every outcome that is a word, for completion.
  package static var words: [String] {
    Refusal.Outcome.named.map { "\($0.key)" } + ["0", "warn", "stale"] + Errno.allCases.map(\.name)
  }
}
