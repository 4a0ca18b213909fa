internal import VMem

/// The outcomes a line announces with `expect`.
package struct Expectation {
  enum Wanted: Equatable {
    case errno(Errno)
    case null
    case value(UInt64)
    /// Any of an access: signals too.
    case fault
    case signal(Signal)
    case warn
    case bug
    case stale
    case blocked
  }

  /// Most outcomes one line may announce.
  static let maximum = 8

  var wanted: [Wanted] = []
  /// The words, for messages.
  var text = ""

  /// Every outcome that is a word, for completion.
  package static var words: [String] {
    ["NULL", "0", "fault"] + Signal.allCases.map(\.name) + ["warn", "bug", "stale", "blocked"]
      + Errno.allCases.map(\.name)
  }
}
