internal import Glibc
internal import VMem
internal import VMemScript

/// vmalloc and vfree beside the host's mmap, a touch of every page, and munmap.
struct VmallocBenchmark: Benchmark {
  static let name = "vmalloc"
  static let summary =
    "Time vmalloc and vfree by size, beside mmap, touching every page, and munmap."

  var pages = Counts(1, 4, 64, 512)
  var rounds = 11

  static let options: [CommandOption<VmallocBenchmark>] = [
    CommandOption("--pages", \.pages, "pages of each allocation", in: 1...100_000),
    CommandOption("--rounds", \.rounds, "rounds of each size", in: 1...(.max)),
  ]

  func measure() throws(BenchmarkFailure) -> Report {
    var rows: [Report.Row] = []
    for pages in pages.values { rows.append(try measure(pages)) }
    return Report(list: "sizes", rows: rows)
  }

  private func measure(_ pages: Int) throws(BenchmarkFailure) -> Report.Row {
    let machine = try Machine.booted()
    let pairs = max(100, 20_000 / pages)
    let timings = try Timings.ofTurns(2, rounds: rounds) { turn throws(BenchmarkFailure) in
      turn == 0
        ? try Self.allocate_ns(machine, pages, pairs) : try Self.touch_ns(pages, pairs)
    }
    let ours = Series.nanoseconds("ns_per_pair", timings[0], each: pairs)
    let peer = Series.nanoseconds("peer_ns_per_pair", timings[1], each: pairs)
    return Report.Row(
      labels: [.init("pages", pages)], series: [ours, peer],
      ratio: Ratio(ours, timesAsLongAs: peer))
  }

  private static func allocate_ns(
    _ machine: borrowing Machine, _ pages: Int, _ pairs: Int
  ) throws(BenchmarkFailure) -> UInt64 {
    let size = UInt64(pages) << 12
    var isMapped = true
    let start_ns = HostClock.now_ns
    do throws(Refusal) {
      for _ in 0..<pairs {
        let address = try machine.mappings.vmalloc(VmallocRequest(size: size))
        isMapped = isMapped && machine.mappings.vmallocToPFN(address + size - 1) != nil
        try machine.mappings.vfree(address)
      }
    } catch {
      throw .refused(error)
    }
    let duration_ns = HostClock.now_ns - start_ns
    guard isMapped else { throw .wrong("an allocation has a page that is not mapped") }
    return duration_ns
  }

  private static func touch_ns(_ pages: Int, _ pairs: Int) throws(BenchmarkFailure) -> UInt64 {
    let start_ns = HostClock.now_ns
    for _ in 0..<pairs {
      let place = try HostMapping(size: pages << 12, flags: MAP_PRIVATE | MAP_ANONYMOUS)
      for page in 0..<pages {
        // Safe: inside the mapping.
        unsafe place.base.storeBytes(of: 1, toByteOffset: page << 12, as: UInt8.self)
      }
    }
    return HostClock.now_ns - start_ns
  }
}
