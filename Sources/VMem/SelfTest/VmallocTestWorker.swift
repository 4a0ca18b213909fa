/// A worker of the tests: what its calls have cost so far.
struct VmallocTestWorker {
  /// Steps of work; the parts are added up by the calls in `Machine+MeasuredCalls.swift`.
  var cycles: UInt64 = 0
  /// Calls until somebody who wants to stop the run is heard.
  private var patience = Self.interval
  private let isInterrupted: () -> Bool

  private static let interval = 1000

  init(isInterrupted: @escaping () -> Bool) { self.isInterrupted = isInterrupted }

  mutating func takeBreath() throws(VmallocTestStop) {
    patience -= 1
    guard patience == 0 else { return }
    patience = Self.interval
    if isInterrupted() { throw .interrupted }
  }
}
