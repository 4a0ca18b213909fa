internal import VMemScript

/// Work of the emulator that is timed beside work of the same kind. Its options are its properties.
///
/// A benchmark never judges a time. It does judge the work: what was not done, or done wrong, is a
/// `BenchmarkFailure` and no figure.
protocol Benchmark: Sendable {
  /// The word after `bench`.
  static var name: String { get }
  /// One line of help.
  static var summary: String { get }
  /// What else help says.
  static var discussion: String { get }
  static var options: [CommandOption<Self>] { get }
  /// The word that has no option in front of it, which must be there.
  static var argument: CommandOption<Self>? { get }
  /// What is printed in place of a measurement, when the options ask for that.
  var printed: String? { get }

  /// What is measured when no option is set.
  init()
  /// Refuses options that are no good together.
  func validate() throws(Misuse)
  /// Does the work, checks it, and returns the figures.
  func measure() throws(BenchmarkFailure) -> Report
}

extension Benchmark {
  static var discussion: String { "" }
  static var argument: CommandOption<Self>? { nil }
  var printed: String? { nil }

  func validate() throws(Misuse) {}
}
