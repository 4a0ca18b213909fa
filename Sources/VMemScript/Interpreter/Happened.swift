internal import VMem

/// What a line came to, beside a WARN.
enum Happened: Equatable {
  /// The emulated kernel gave no value.
  case refused(Refusal.Outcome)
  /// An address or a number.
  case value(UInt64)
  /// Success without a value.
  case ok
  /// Success whose answer is a text.
  case text
  /// The offset where two ranges differ.
  case difference(UInt64)
  case broken
}

extension Happened {
  var isSuccess: Bool {
    switch self {
    case .value, .ok, .text: true
    case .refused, .difference, .broken: false
    }
  }
}
