internal import Glibc
internal import VMem
internal import VMemScript

/// Random loads of eight bytes through a CPU's TLB, beside raw loads of as much memory: with few
/// pages all of them hit, with many nearly all miss.
struct AccessBenchmark: Benchmark {
  static let name = "access"
  static let summary = "Time loads through a CPU's TLB, beside raw loads of as much memory."

  var pages = Counts(64, 1024, 32768)
  var loads = 4_000_000
  var rounds = 7

  static let options: [CommandOption<AccessBenchmark>] = [
    CommandOption(
      "--pages", \.pages, "pages that are loaded from at random, one figure or more",
      in: 1...4_000_000),
    CommandOption("--loads", \.loads, "loads in each round", in: 1...1_000_000_000),
    CommandOption("--rounds", \.rounds, "rounds", in: 1...(.max)),
  ]

  func measure() throws(BenchmarkFailure) -> Report {
    var rows: [Report.Row] = []
    for count in pages.values { rows.append(try measure(count)) }
    return Report(
      facts: [.init("loads", loads), .init("rounds", rounds)], list: "rows", rows: rows)
  }

  private func measure(_ count: Int) throws(BenchmarkFailure) -> Report.Row {
    var configuration = Configuration()
    configuration.memory = 64 << 20 + UInt64(count) * 8192
    let machine = try Machine.booted(configuration)
    let window = try HostMapping(
      size: count << 12, flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
    let area = try fill(machine, window, count)
    var misses: UInt64 = 0
    let timings = try Timings.ofRounds(rounds) { () throws(BenchmarkFailure) in
      let fills = machine.tlbFills
      let start_ns = HostClock.now_ns
      let sum = try load(machine, area, count)
      let middle_ns = HostClock.now_ns
      misses = (machine.tlbFills - fills) * 100 / UInt64(loads)
      let same = raw(window, count)
      let end_ns = HostClock.now_ns
      guard sum == same else { throw .wrong("the loads gave \(sum), and raw loads \(same)") }
      return [middle_ns - start_ns, end_ns - middle_ns]
    }
    let ours = Series.nanoseconds("ns_per_load", timings[0], each: loads)
    let peer = Series.nanoseconds("raw_ns_per_load", timings[1], each: loads)
    return Report.Row(
      labels: [.init("pages", count), .init("miss_percent", misses)], series: [ours, peer],
      ratio: Ratio(ours, timesAsLongAs: peer))
  }

  /// A sparse area of so many pages, the words of which the host's window has as well.
  private func fill(
    _ machine: borrowing Machine, _ window: borrowing HostMapping, _ count: Int
  ) throws(BenchmarkFailure) -> UInt64 {
    do throws(Refusal) {
      let set = try machine.allocatePages(count: UInt64(count))
      let list = (0..<UInt64(count)).map { UInt64(machine.pageSets.page($0, of: set) ?? 0) }
      let size = UInt64(count) << 12
      let area = try machine.vmAreas.getVMArea(size: size, flags: .sparse)
      try machine.mappings.vmAreaMapPages(area: area, start: area, end: area + size, pages: list)
      for page in 0..<count {
        for (offset, word) in [
          (0, UInt64(page) &* 0x9e37_79b9_7f4a_7c15), (2048, UInt64(page)),
        ] {
          try machine.mmu.store(area + UInt64(page << 12 + offset), word)
          // Safe: inside the window.
          unsafe window.base.storeBytes(
            of: word, toByteOffset: page << 12 + offset, as: UInt64.self)
        }
      }
      return area
    } catch {
      throw .refused(error)
    }
  }

  /// Which word is next: a page and one of two words in it, from a generator (xorshift).
  @inline(__always)
  private static func next(_ state: inout UInt64, _ count: UInt64) -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    let page = ((state >> 32) &* count) >> 32
    return page << 12 | (state & 1) << 11
  }

  private func load(
    _ machine: borrowing Machine, _ area: UInt64, _ count: Int
  ) throws(BenchmarkFailure) -> UInt64 {
    var (state, sum): (UInt64, UInt64) = (88_172_645_463_325_252, 0)
    do throws(Refusal) {
      for _ in 0..<loads {
        sum &+= try machine.mmu.load(area &+ Self.next(&state, UInt64(count)))
      }
    } catch {
      throw .refused(error)
    }
    return sum
  }

  private func raw(_ window: borrowing HostMapping, _ count: Int) -> UInt64 {
    var (state, sum): (UInt64, UInt64) = (88_172_645_463_325_252, 0)
    let base = unsafe window.base
    for _ in 0..<loads {
      // Safe: the generator stays below the pages.
      sum &+= unsafe base.loadUnaligned(
        fromByteOffset: Int(Self.next(&state, UInt64(count))), as: UInt64.self)
    }
    return sum
  }
}
