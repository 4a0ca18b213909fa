internal import ArgumentParser

/// Work of the emulator that is timed beside work of the same kind. Its options are its properties.
///
/// A benchmark never judges a time. It does judge the work: what was not done, or done wrong, is a
/// `BenchmarkFailure` and no figure.
protocol Benchmark: ParsableArguments {
  /// The word after `bench`.
  static var name: String { get }
  /// One line of help.
  static var summary: String { get }
  /// What else help says.
  static var discussion: String { get }
  /// How often everything is timed, at least once.
  var rounds: Int { get }
  /// What is printed in place of a measurement, when the options ask for that.
  var printed: String? { get }

  /// Does the work, checks it, and returns the figures.
  func measure() throws(BenchmarkFailure) -> Report
}

extension Benchmark {
  static var discussion: String { "" }
  var printed: String? { nil }
}
