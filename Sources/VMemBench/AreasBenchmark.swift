internal import ArgumentParser
internal import Glibc
internal import VMem

/// Frees and allocations of areas beside the host's own mmap and munmap of 16 KiB.
///
/// The work is fixed to the last address: sizes and slots come from a generator whose seed is given,
/// so the hash of all addresses tells whether the right work was done.
struct AreasBenchmark: Benchmark {
  static let name = "areas"
  static let summary =
    "Time freeing and allocating an area among many, beside the host's mmap and munmap."

  enum Pattern: String, CaseIterable, Sendable, ExpressibleByArgument {
    /// The newest area, each in turn, or any area is freed and allocated again.
    case lifo, fifo, random
  }

  @Argument(help: "Areas that live all the time.")
  var live: Int

  @Option(help: "CPUs of the machine; with two or more there are pools of freed sizes.")
  var cpus = 1

  @Option(help: "Which area is freed: lifo (the newest), fifo (each in turn) or random.")
  var pattern = Pattern.random

  @Option(help: "Pairs of a free and an allocation in each repetition.")
  var pairs = 1_000_000

  @Option(help: "Pairs before the first repetition (default: as many as areas, at least 100000).")
  var warm: Int?

  @Option(help: "Repetitions.")
  var reps = 5

  @Option(help: "Seed of sizes and choices; not 0.")
  var seed: UInt64 = 1

  var rounds: Int { reps }

  func validate() throws {
    guard (1...10_000_000).contains(live) else {
      throw ValidationError("the number of areas must be 1 to 10000000")
    }
    guard (1...64).contains(cpus) else { throw ValidationError("--cpus must be 1 to 64") }
    guard pairs > 0, reps > 0, warm ?? 0 >= 0 else {
      throw ValidationError("--pairs and --reps must be at least 1, --warm at least 0")
    }
    guard seed != 0 else { throw ValidationError("--seed must not be 0") }
  }

  func measure() throws(BenchmarkFailure) -> Report {
    var work = try AreaPairs(live: live, cpus: cpus, pattern: pattern, seed: seed)
    try work.fill()
    try work.run(warm ?? max(live, 100_000))
    var (ours_ns, peer_ns): ([UInt64], [UInt64]) = ([], [])
    let peerPairs = min(pairs, 100_000)
    // Repetitions go on where the one before has ended, so none can be left out.
    for _ in 0..<reps {
      // The peer runs between the repetitions, so that both meet the same neighbours.
      peer_ns.append(try Self.peer_ns(peerPairs))
      let start_ns = Timings.now_ns()
      try work.run(pairs)
      ours_ns.append(Timings.now_ns() - start_ns)
    }
    try work.check()
    let ours = Series.nanoseconds("ns_per_pair", Timings(ours_ns), each: pairs)
    let peer = Series.nanoseconds("peer_ns_per_pair", Timings(peer_ns), each: peerPairs)
    return Report(
      facts: [
        .init("live", live), .init("cpus", cpus), .init("pattern", pattern.rawValue),
        .init("pairs", pairs), .init("reps", reps), .init("addr_hash", Self.hex(work.hash)),
      ],
      rows: [.init(series: [ours, peer], ratio: Ratio(ours, timesAsLongAs: peer))])
  }

  /// Nanoseconds of `pairs` times mmap and munmap of 16 KiB, untouched.
  private static func peer_ns(_ pairs: Int) throws(BenchmarkFailure) -> UInt64 {
    let start_ns = Timings.now_ns()
    for _ in 0..<pairs {
      // Safe: a mapping of its own, unmapped at once.
      let place = unsafe mmap(
        nil, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard unsafe munmap(place, 16384) == 0 else { throw .host("mmap", errno: errno) }
    }
    return Timings.now_ns() - start_ns
  }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
