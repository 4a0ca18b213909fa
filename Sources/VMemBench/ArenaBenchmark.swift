internal import Glibc
internal import VMem
internal import VMemScript

/// Pages of a bpf arena: a user's first touch of each, and pages that a program asks for in batches,
/// beside the host's own.
struct ArenaBenchmark: Benchmark {
  static let name = "arena"
  static let summary = "Time first touches of an arena's pages, beside the host's own bpf_arena."
  static let discussion = """
    Pages that a program allocates are measured in batches, beside madvise(MADV_POPULATE_WRITE) of
    as many. Where bpf(2) gives no arena, the peer is a memfd.
    """

  var pages = 4096
  var rounds = 7
  var memfd = false

  static let options: [CommandOption<ArenaBenchmark>] = [
    CommandOption("--pages", \.pages, "pages of the arena", in: 1...262_144),
    CommandOption(
      "--rounds", \.rounds, "times every page is touched, and allocated in each batch",
      in: 1...(.max)),
    CommandOption("--memfd", "measure beside a memfd even where bpf(2) gives an arena") {
      $0.memfd = true
    },
  ]

  /// How the pages come into being.
  private enum Way {
    case firstTouch
    /// A program asks for so many at once.
    case allocPages(Int)

    var labels: [Report.Field] {
      switch self {
      case .firstTouch: [.init("work", "first_touch"), .init("batch", 1)]
      case .allocPages(let batch): [.init("work", "alloc_pages"), .init("batch", batch)]
      }
    }
  }

  func measure() throws(BenchmarkFailure) -> Report {
    let kind = HostArena.kind(pages: pages, wantsMemory: memfd)
    var configuration = Configuration()
    configuration.memory = 64 << 20 + UInt64(pages) * 8192
    let machine = try Machine.booted(configuration)
    let arena = try EmulatedArena(machine, pages: pages)
    var rows: [Report.Row] = []
    for way in [Way.firstTouch, .allocPages(1), .allocPages(64), .allocPages(1024)] {
      rows.append(try measure(machine, arena, kind, way))
    }
    let peer: String
    var remarks: [String] = []
    switch kind {
    case .arena: peer = "bpf_arena"
    case .memory(let errno):
      peer = "memfd"
      if errno != 0 {
        remarks.append(
          "bpf(2) gives no arena: \(systemMessage(errno))")
      }
    }
    return Report(
      facts: [.init("pages", pages), .init("rounds", rounds), .init("peer", peer)],
      list: "rows", rows: rows, remarks: remarks)
  }

  private func measure(
    _ machine: borrowing Machine, _ arena: EmulatedArena, _ kind: HostArena.Kind, _ way: Way
  ) throws(BenchmarkFailure) -> Report.Row {
    // The first round takes memory that no page was in before.
    let timings = try Timings.ofTurns(2, rounds: rounds) { work throws(BenchmarkFailure) in
      work == 0 ? try ours_ns(machine, arena, way) : try host_ns(kind, way, arena.expectedSum)
    }
    let ours = Series.nanoseconds("ns_per_page", timings[0], each: pages)
    let peer = Series.nanoseconds("peer_ns_per_page", timings[1], each: pages)
    return Report.Row(
      labels: way.labels, series: [ours, peer], ratio: Ratio(ours, timesAsLongAs: peer))
  }

  private func ours_ns(
    _ machine: borrowing Machine, _ arena: EmulatedArena, _ way: Way
  ) throws(BenchmarkFailure) -> UInt64 {
    let duration_ns =
      switch way {
      case .firstTouch: try arena.touch_ns(machine)
      case .allocPages(let batch): try arena.allocate_ns(machine, batch)
      }
    try arena.release(machine)
    return duration_ns
  }

  private func host_ns(
    _ kind: HostArena.Kind, _ way: Way, _ touched: UInt64
  ) throws(BenchmarkFailure) -> UInt64 {
    let host = try HostArena(kind, pages: pages)
    let (duration_ns, expected) =
      switch way {
      case .firstTouch: (host.touch(), touched)
      case .allocPages(let batch): (host.populate(batch), 0 as UInt64)
      }
    let sum = host.sum
    guard sum == expected else {
      throw .wrong("the words of the host's pages add up to \(sum), not \(expected)")
    }
    return duration_ns
  }
}
