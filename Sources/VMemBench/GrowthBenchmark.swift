internal import Glibc
internal import VMem
internal import VMemScript

/// Objects of each kind made and dropped, oldest first, in growing numbers: whether the cost of one
/// depends on how many there are.
struct GrowthBenchmark: Benchmark {
  static let name = "growth"
  static let summary = "Time making and dropping objects of each kind, in growing numbers."
  static let discussion = """
    The peer of all rows of a kind is its smallest number. An exponent of 1 says that twice as many
    take twice as long: 1 + log(ratio) / log(times as many). The kind history is lines of a script on
    an image, kept and listed; undo is one more command and its undo, on an image with so many lines.
    Tasks are 32 at most, and so not here. Numbers of which a machine has no room are left out.
    """

  var counts = Counts(1000, 10_000, 100_000, 1_000_000)
  var kinds = GrowthKinds()
  var rounds = 3

  static let options: [CommandOption<GrowthBenchmark>] = [
    CommandOption(
      "--counts", \.counts, "objects, one figure or more, ascending", in: 1...10_000_000),
    CommandOption("--kinds", \.kinds, "kinds of objects"),
    CommandOption(
      "--rounds", \.rounds, "times everything is made and dropped", in: 1...1000),
  ]

  func validate() throws(Misuse) {
    guard counts.values == counts.values.sorted(), Set(counts.values).count == counts.values.count
    else { throw Misuse("--counts must ascend, not go \(counts)") }
  }

  func measure() throws(BenchmarkFailure) -> Report {
    var rows: [Report.Row] = []
    for work in GrowthWork.allCases where kinds.names.contains(work.rawValue) {
      rows += try self.rows(work.rawValue, most: work.most) { count throws(BenchmarkFailure) in
        try time(work, count)
      }
    }
    for work in HistoryWork.allCases where kinds.names.contains(work.rawValue) {
      rows += try self.rows(work.rawValue, most: HistoryWork.most) {
        count throws(BenchmarkFailure) in
        try work.time(count, rounds: rounds)
      }
    }
    return Report(facts: [.init("rounds", rounds)], list: "rows", rows: rows)
  }

  /// A row for each number of a kind, beside the first.
  private func rows(
    _ kind: String, most: Int, _ time: (Int) throws(BenchmarkFailure) -> Timings
  ) throws(BenchmarkFailure) -> [Report.Row] {
    var smallest: Series?
    var rows: [Report.Row] = []
    for count in counts.values where count <= most {
      let series = Series.nanoseconds("ns_per_object", try time(count), each: count)
      let first = smallest ?? series
      smallest = first
      rows.append(
        Report.Row(
          labels: [.init("kind", kind), .init("count", count)], series: [series],
          ratio: Ratio(series, timesAsLongAs: first),
          remainder: [.init("exponent", thousandths: Self.exponent(series, first))]))
    }
    return rows
  }

  /// By which power the time grows from `first` to `series`, in thousandths.
  private static func exponent(_ series: Series, _ first: Series) -> UInt64 {
    guard series.pieces > first.pieces else { return 1000 }
    let longer = Double(series.timings.median_ns) / Double(max(1, first.timings.median_ns))
    let more = Double(series.pieces) / Double(first.pieces)
    return UInt64(max(0, log2(longer) / log2(more) * 1000).rounded())
  }

  private func time(_ work: GrowthWork, _ count: Int) throws(BenchmarkFailure) -> Timings {
    var configuration = Configuration()
    configuration.memory = min(64 << 30, 64 << 20 + UInt64(count) * work.bytes)
    let machine = try Machine.booted(configuration)
    let before = machine.counters.busyAreas
    let prepared: UInt64
    do throws(Refusal) {
      prepared = try work.prepare(machine)
    } catch {
      throw .refused(error)
    }
    let timings = try Timings.ofRounds(rounds) { () throws(BenchmarkFailure) in
      [try round_ns(work, count, machine, prepared)]
    }
    let after = machine.counters.busyAreas
    guard before == after else { throw .wrong("\(after) areas live, not \(before)") }
    guard machine.check(limit: 1).isEmpty else { throw .wrong("the machine is broken: \(work)") }
    return timings[0]
  }

  /// Nanoseconds of making so many and dropping them.
  private func round_ns(
    _ work: GrowthWork, _ count: Int, _ machine: borrowing Machine, _ prepared: UInt64
  ) throws(BenchmarkFailure) -> UInt64 {
    var live: [UInt64] = []
    live.reserveCapacity(count)
    let start_ns = HostClock.now_ns
    do throws(Refusal) {
      for index in 0..<count { live.append(try work.make(machine, index, prepared)) }
    } catch {
      throw .refused(error)
    }
    let made_ns = HostClock.now_ns - start_ns
    // What lives at once is at as many addresses.
    let different = Set(live).count
    guard different == count else {
      throw .wrong("\(different) \(work.rawValue) live, not \(count)")
    }
    let middle_ns = HostClock.now_ns
    do throws(Refusal) {
      for made in live { try work.drop(machine, made) }
    } catch {
      throw .refused(error)
    }
    return made_ns + HostClock.now_ns - middle_ns
  }
}
