internal import VMem

/// The outcomes a line announces with `expect`.
package struct Expectation {
  enum Wanted: Equatable {
    /// A fault stands for every refused access: signals too.
    case outcome(Refusal.Outcome)
    case value(UInt64)
    case warn
    case stale
  }

  /// Most outcomes one line may announce.
  static let maximum = 8

  var wanted: [Wanted] = []
  /// The words, for messages.
  var text = ""

  /// Every outcome that is a word, for completion.
  package static var words: [String] {
    Refusal.Outcome.named.map { "\($0.key)" } + ["0", "warn", "stale"] + Errno.allCases.map(\.name)
  }
}
