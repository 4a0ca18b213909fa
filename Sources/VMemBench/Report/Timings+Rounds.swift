internal import VMemScript

extension Timings {
  /// Timings of pieces of work that are done one after the other in each round, nanoseconds each as
  /// `round` returns them. The first round warms up and is not counted.
  static func ofRounds(
    _ rounds: Int, _ round: () throws(BenchmarkFailure) -> [UInt64]
  ) throws(BenchmarkFailure) -> [Timings] {
    var durations_ns: [[UInt64]] = []
    _ = try round()
    for _ in 0..<rounds { durations_ns.append(try round()) }
    return durations_ns[0].indices.map { work in Timings(durations_ns.map { $0[work] }) }
  }

  /// Timings of `count` pieces of work that are done by number. Each round begins with another, so
  /// that what the one before leaves behind favours none.
  static func ofTurns(
    _ count: Int, rounds: Int, _ turn: (Int) throws(BenchmarkFailure) -> UInt64
  ) throws(BenchmarkFailure) -> [Timings] {
    var first = 0
    return try ofRounds(rounds) { () throws(BenchmarkFailure) in
      var durations_ns = [UInt64](repeating: 0, count: count)
      for place in 0..<count {
        let work = (first + place) % count
        durations_ns[work] = try turn(work)
      }
      first += 1
      return durations_ns
    }
  }

  /// Nanoseconds that work takes.
  @inline(__always)
  static func duration_ns<Failure: Error>(
    of work: () throws(Failure) -> Void
  ) throws(Failure) -> UInt64 {
    let start_ns = HostClock.now_ns
    try work()
    return HostClock.now_ns - start_ns
  }
}
