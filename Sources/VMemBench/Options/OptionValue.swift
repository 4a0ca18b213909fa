internal import VMemScript

/// A value of an option: read as it is typed, and described as it could be.
protocol OptionValue: Sendable, CustomStringConvertible {
  /// What stands for it in help: `N`.
  static var sign: String { get }
  /// What it has to be: `a number`.
  static var rule: String { get }

  /// Nil for a word that is no such value.
  init?(_ word: String)
}

extension OptionValue {
  /// The value that `word` gives to the option `name`.
  init(_ word: String, of name: String) throws(Misuse) {
    guard let value = Self(word) else { throw Misuse("\(name) takes \(Self.rule), not `\(word)`") }
    self = value
  }
}

extension OptionValue where Self: FixedWidthInteger {
  static var sign: String { "N" }
  static var rule: String { "a number" }

  /// A number in a range.
  init(_ word: String, of name: String, in range: ClosedRange<Self>) throws(Misuse) {
    try self.init(word, of: name)
    try range.require(self, of: name)
  }
}

extension Int: OptionValue {}
extension UInt64: OptionValue {}

extension ClosedRange where Bound: FixedWidthInteger {
  /// Refuses a number outside, with the name of its option.
  func require(_ number: Bound, of name: String) throws(Misuse) {
    guard !contains(number) else { return }
    let rule = upperBound == .max ? "at least \(lowerBound)" : "\(lowerBound) to \(upperBound)"
    throw Misuse("\(name) must be \(rule), not \(number)")
  }
}
