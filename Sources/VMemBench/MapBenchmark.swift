internal import VMem
internal import VMemScript

/// Mapping and unmapping pages of a sparse area in one call, beside the host's mmap(MAP_FIXED) of a
/// page each.
struct MapBenchmark: Benchmark {
  static let name = "map"
  static let summary =
    "Time mapping and unmapping pages of a sparse area, beside mmap(MAP_FIXED) of each."

  var pages = 65536
  var rounds = 11

  static let options: [CommandOption<MapBenchmark>] = [
    CommandOption("--pages", \.pages, "pages mapped by one call", in: 1...4_000_000),
    CommandOption("--rounds", \.rounds, "times everything is mapped and unmapped", in: 1...(.max)),
  ]

  func measure() throws(BenchmarkFailure) -> Report {
    var configuration = Configuration()
    configuration.memory = 64 << 20 + UInt64(pages) * 8192
    let machine = try Machine.booted(configuration)
    let peer = try HostPages(count: pages)
    let list = try pageList(machine)
    let area: UInt64
    do throws(Refusal) {
      area = try machine.vmAreas.getVMArea(size: UInt64(pages) << 12, flags: .sparse)
    } catch {
      throw .refused(error)
    }
    // The first round builds the tables.
    let timings = try Timings.ofRounds(rounds) { () throws(BenchmarkFailure) in
      let (map_ns, unmap_ns) = try mapAll_ns(machine, area, list)
      return [map_ns + unmap_ns, map_ns, unmap_ns, try peer.mapEach()]
    }
    let names = ["ns_per_page", "map_ns_per_page", "unmap_ns_per_page", "peer_ns_per_page"]
    let series = zip(names, timings).map { Series.nanoseconds($0, $1, each: pages) }
    return Report(
      facts: [.init("pages", pages), .init("rounds", rounds)],
      rows: [
        .init(
          series: series, ratio: Ratio(series[0], timesAsLongAs: series[3]),
          remainder: [.init("times_faster", Ratio(series[0], timesAsFastAs: series[3]).whole)])
      ])
  }

  /// Pages as a caller has them: from all over memory.
  private func pageList(_ machine: borrowing Machine) throws(BenchmarkFailure) -> [UInt64] {
    do throws(Refusal) {
      let set = try machine.allocatePages(count: UInt64(pages))
      return (0..<UInt64(pages)).reversed().map { UInt64(machine.pageSets.page($0, of: set) ?? 0) }
    } catch {
      throw .refused(error)
    }
  }

  /// Nanoseconds of mapping all pages, and of taking them away again.
  private func mapAll_ns(
    _ machine: borrowing Machine, _ area: UInt64, _ list: [UInt64]
  ) throws(BenchmarkFailure) -> (UInt64, UInt64) {
    let end = area + UInt64(pages) << 12
    do throws(Refusal) {
      let start_ns = HostClock.now_ns
      try machine.mappings.vmAreaMapPages(area: area, start: area, end: end, pages: list)
      let map_ns = HostClock.now_ns - start_ns
      let wrong = probes.first {
        machine.mappings.vmallocToPFN(area + UInt64($0) << 12) != list[$0]
      }
      let middle_ns = HostClock.now_ns
      try machine.mappings.vmAreaUnmapPages(area: area, start: area, end: end)
      let unmap_ns = HostClock.now_ns - middle_ns
      if wrong == nil,
        probes.allSatisfy({ machine.mappings.vmallocToPFN(area + UInt64($0) << 12) == nil })
      {
        return (map_ns, unmap_ns)
      }
    } catch {
      throw .refused(error)
    }
    throw .wrong("the area's tables do not have the pages that were mapped, or keep them")
  }

  /// Pages whose entries are looked at.
  private var probes: [Int] { [0, pages / 2, pages - 1] }
}
