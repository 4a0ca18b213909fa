internal import Glibc
internal import VMem
internal import VMemScript

/// Frees and allocations of areas beside the host's own mmap and munmap of 16 KiB.
///
/// The work is fixed to the last address: sizes and slots come from a generator whose seed is given,
/// so the hash of all addresses tells whether the right work was done.
struct AreasBenchmark: Benchmark {
  static let name = "areas"
  static let summary =
    "Time freeing and allocating an area among many, beside the host's mmap and munmap."

  enum Pattern: String, CaseIterable, Sendable {
    /// The newest area, each in turn, or any area is freed and allocated again.
    case lifo, fifo, random
  }

  var live = 0
  var cpus = 1
  var pattern = Pattern.random
  var pairs = 1_000_000
  var warm: Int?
  var rounds = 5
  var seed: UInt64 = 1

  static let argument: CommandOption<AreasBenchmark>? = CommandOption(
    "AREAS", "N", "areas that live all the time"
  ) { (benchmark, word) throws(Misuse) in
    benchmark.live = try Int(word, of: "AREAS", in: 1...10_000_000)
  }

  static let options: [CommandOption<AreasBenchmark>] = [
    CommandOption(
      "--cpus", \.cpus, "CPUs of the machine; with two or more there are pools of freed sizes",
      in: 1...64),
    CommandOption("--pattern", \.pattern, "which is freed: the newest, each in turn, or any"),
    CommandOption(
      "--pairs", \.pairs, "pairs of a free and an allocation in each repetition", in: 1...(.max)),
    CommandOption(
      "--warm", "N", "pairs before the first repetition (default: AREAS, at least 100000)"
    ) { (benchmark, word) throws(Misuse) in
      benchmark.warm = try Int(word, of: "--warm", in: 0...(.max))
    },
    CommandOption("--reps", \.rounds, "repetitions", in: 1...(.max)),
    CommandOption("--seed", \.seed, "seed of sizes and choices", in: 1...(.max)),
  ]

  func measure() throws(BenchmarkFailure) -> Report {
    var work = try AreaPairs(live: live, cpus: cpus, pattern: pattern, seed: seed)
    try work.fill()
    try work.run(warm ?? max(live, 100_000))
    var (ours_ns, peer_ns): ([UInt64], [UInt64]) = ([], [])
    let peerPairs = min(pairs, 100_000)
    // Repetitions go on where the one before has ended, so none can be left out.
    for _ in 0..<rounds {
      // The peer runs between the repetitions, so that both meet the same neighbours.
      peer_ns.append(try Self.peer_ns(peerPairs))
      let start_ns = HostClock.now_ns
      try work.run(pairs)
      ours_ns.append(HostClock.now_ns - start_ns)
    }
    try work.check()
    let ours = Series.nanoseconds("ns_per_pair", Timings(ours_ns), each: pairs)
    let peer = Series.nanoseconds("peer_ns_per_pair", Timings(peer_ns), each: peerPairs)
    return Report(
      facts: [
        .init("live", live), .init("cpus", cpus), .init("pattern", pattern.rawValue),
        .init("pairs", pairs), .init("reps", rounds), .init("addr_hash", Self.hex(work.hash)),
      ],
      rows: [.init(series: [ours, peer], ratio: Ratio(ours, timesAsLongAs: peer))])
  }

  /// Nanoseconds of `pairs` times mmap and munmap of 16 KiB, untouched.
  private static func peer_ns(_ pairs: Int) throws(BenchmarkFailure) -> UInt64 {
    let start_ns = HostClock.now_ns
    for _ in 0..<pairs {
      // Safe: a mapping of its own, unmapped at once.
      let place = unsafe mmap(
        nil, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard unsafe munmap(place, 16384) == 0 else { throw .host("mmap", errno: errno) }
    }
    return HostClock.now_ns - start_ns
  }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
