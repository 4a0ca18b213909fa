internal import VMem
internal import VMemScript

/// How long booting takes, by size of RAM, from nothing to a booted machine; giving it back is not
/// counted.
struct BootBenchmark: Benchmark {
  static let name = "boot"
  static let summary =
    "Time booting machines of several sizes, the last as the measure of the others."

  var memory = ByteSizes(bytes: [64 << 30, 64 << 20])
  var rounds = 101

  static let options: [CommandOption<BootBenchmark>] = [
    CommandOption("--memory", \.memory, "sizes of RAM"),
    CommandOption("--rounds", \.rounds, "machines booted of each size", in: 1...(.max)),
  ]

  func measure() throws(BenchmarkFailure) -> Report {
    let sizes = memory.bytes
    let timings = try Timings.ofTurns(sizes.count, rounds: rounds) {
      turn throws(BenchmarkFailure) in try Self.boot_ns(sizes[turn])
    }
    let series = timings.map { Series.microseconds($0) }
    let rows = zip(sizes, series).map { size, ours in
      Report.Row(
        labels: [.init("memory", size), .init("rounds", rounds)], series: [ours],
        ratio: Ratio(ours, timesAsLongAs: series[series.count - 1]))
    }
    return Report(list: "machines", rows: rows)
  }

  private static func boot_ns(_ memory: UInt64) throws(BenchmarkFailure) -> UInt64 {
    var configuration = Configuration()
    configuration.memory = memory
    let start_ns = HostClock.now_ns
    let machine = try Machine.booted(configuration)
    let duration_ns = HostClock.now_ns - start_ns
    let booted = machine.configuration.memory
    guard booted == memory else { throw .wrong("a machine of \(booted) bytes, not \(memory)") }
    return duration_ns
  }
}
