internal import CPeer
internal import Glibc
internal import VMem

/// Mapping and unmapping pages of a sparse area in one call, beside the host's mmap(MAP_FIXED) of a
/// page each.
struct MapBenchmark {
  let pages: Int
  let rounds: Int

  struct Report {
    let mapping: Timings
    let unmapping: Timings
    let peer: Timings
  }

  func run() throws(ProcessFailure) -> Report {
    var configuration = Configuration()
    configuration.memory = 64 << 20 + UInt64(pages) * 8192
    let machine = try Machine.booted(configuration)
    let peer = try HostPages(count: pages)
    var (mapping, unmapping, peers): ([UInt64], [UInt64], [UInt64]) = ([], [], [])
    do throws(Refusal) {
      let set = try machine.allocatePages(count: UInt64(pages))
      // Pages as a caller has them: from all over memory.
      var list = (0..<UInt64(pages)).map { UInt64(machine.page($0, of: set) ?? 0) }
      list.reverse()
      let size = UInt64(pages) << 12
      let area = try machine.getVMArea(size: size, flags: .sparse)
      // The first round builds the tables and is not counted.
      for round in 0...rounds {
        let start_ns = Timings.now_ns()
        try machine.vmAreaMapPages(area: area, start: area, end: area + size, pages: list)
        let mapped_ns = Timings.now_ns()
        guard isMapped(machine, area, list) else { throw Refusal(.null, .notMapped, area) }
        let checked_ns = Timings.now_ns()
        try machine.vmAreaUnmapPages(area: area, start: area, end: area + size)
        let end_ns = Timings.now_ns()
        guard machine.vmallocToPFN(area) == nil else { throw Refusal(.null, .slotOccupied, area) }
        let peer_ns = peer.mapEach()
        guard round > 0 else { continue }
        mapping.append(mapped_ns - start_ns)
        unmapping.append(end_ns - checked_ns)
        peers.append(peer_ns)
      }
    } catch {
      throw ProcessFailure(message: "a call was refused: \(error.rule)", exitCode: 1)
    }
    return Report(
      mapping: Timings(mapping), unmapping: Timings(unmapping), peer: Timings(peers))
  }

  private func isMapped(
    _ machine: borrowing Machine, _ area: UInt64, _ list: [UInt64]
  ) -> Bool {
    for index in [0, pages / 2, pages - 1]
    where machine.vmallocToPFN(area + UInt64(index) << 12) != list[index] {
      return false
    }
    return true
  }

  // MARK: Report

  func text(_ report: Report) -> String {
    """
    pages            \(pages)
    ns per page      \(perPage(report.mapping.median_ns + report.unmapping.median_ns))
      mapped         \(perPage(report.mapping.median_ns))
      unmapped       \(perPage(report.unmapping.median_ns))
    mmap(MAP_FIXED)  \(perPage(report.peer.median_ns))
    ratio            1/\(times(report))

    """
  }

  func json(_ report: Report) -> String {
    "{\"bench\":\"map\",\"pages\":\(pages),\"rounds\":\(rounds)"
      + ",\"ns_per_page\":\(perPage(report.mapping.median_ns + report.unmapping.median_ns))"
      + ",\"map_ns_per_page\":\(perPage(report.mapping.median_ns))"
      + ",\"map_ns_per_page_max\":\(perPage(report.mapping.maximum_ns))"
      + ",\"unmap_ns_per_page\":\(perPage(report.unmapping.median_ns))"
      + ",\"unmap_ns_per_page_max\":\(perPage(report.unmapping.maximum_ns))"
      + ",\"peer_ns_per_page\":\(perPage(report.peer.median_ns))"
      + ",\"times_faster\":\(times(report))}\n"
  }

  private func perPage(_ duration_ns: UInt64) -> String {
    Decimal.ratio(duration_ns, UInt64(pages))
  }

  private func times(_ report: Report) -> UInt64 {
    report.peer.median_ns / max(1, report.mapping.median_ns + report.unmapping.median_ns)
  }
}

/// Pages of a host file and a window to map them in, one mmap call each.
@safe
private final class HostPages {
  private let count: Int
  private let file: Int32
  private let window: UnsafeMutableRawPointer

  init(count: Int) throws(ProcessFailure) {
    self.count = count
    file = cpeer_memory_file(count << 12)
    // Safe: a reservation of our own.
    let window = unsafe mmap(
      nil, count << 12, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard file >= 0, let window = unsafe window,
      unsafe window != UnsafeMutableRawPointer(bitPattern: -1)
    else {
      throw ProcessFailure(message: "mmap: \(Streams.text(ofErrno: errno))", exitCode: EX_IOERR)
    }
    unsafe self.window = window
  }

  /// Nanoseconds of mapping every page and taking all away again.
  func mapEach() -> UInt64 {
    let start_ns = Timings.now_ns()
    for page in 0..<count {
      // Safe: inside the reservation.
      unsafe mmap(
        window + page << 12, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file,
        page << 12)
    }
    unsafe mmap(
      window, count << 12, PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0)
    return Timings.now_ns() - start_ns
  }

  deinit {
    // Safe: nobody else has the window.
    unsafe munmap(window, count << 12)
    close(file)
  }
}
