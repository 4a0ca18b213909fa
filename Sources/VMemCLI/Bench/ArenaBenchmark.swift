internal import Glibc
internal import VMem

/// Pages of a bpf arena: a user's first touch of each, and pages that a program asks for in batches,
/// beside the host's own.
struct ArenaBenchmark {
  let pages: Int
  let rounds: Int
  /// Whether the peer shall be a memfd even where the host gives an arena.
  let wantsMemory: Bool

  /// Pages that a program asks for at once.
  private static let batches = [1, 64, 1024]

  struct Row {
    /// 0 for first touches.
    let batch: Int
    let ours: Timings
    let peer: Timings
  }

  struct Report {
    let peer: HostArena.Kind
    let rows: [Row]
  }

  func run() throws(ProcessFailure) -> Report {
    let kind = HostArena.kind(pages: pages, wantsMemory: wantsMemory)
    var configuration = Configuration()
    configuration.memory = 64 << 20 + UInt64(pages) * 8192
    let machine = try Machine.booted(configuration)
    let arena: EmulatedArena
    do throws(Refusal) {
      arena = try EmulatedArena(machine, pages: pages)
    } catch {
      throw Self.failure(error)
    }
    var rows: [Row] = []
    for batch in [0] + Self.batches { rows.append(try measure(machine, arena, kind, batch)) }
    return Report(peer: kind, rows: rows)
  }

  private static func failure(_ error: Refusal) -> ProcessFailure {
    ProcessFailure(message: "a call was refused: \(error.rule)", exitCode: 1)
  }

  private func measure(
    _ machine: borrowing Machine, _ arena: EmulatedArena, _ kind: HostArena.Kind, _ batch: Int
  ) throws(ProcessFailure) -> Row {
    var (ours, peers): ([UInt64], [UInt64]) = ([], [])
    // The first round takes memory that no page was in before, and is not counted.
    for round in 0...rounds {
      let ours_ns: UInt64
      do throws(Refusal) {
        ours_ns = batch == 0 ? try arena.touch(machine) : try arena.allocate(machine, batch)
        try arena.release(machine)
      } catch {
        throw Self.failure(error)
      }
      let host = try HostArena(kind, pages: pages)
      let peer_ns = batch == 0 ? host.touch() : host.populate(batch)
      guard host.sum == (batch == 0 ? arena.expectedSum : 0) else {
        throw ProcessFailure(
          message: "the host's pages are not what was written", exitCode: EX_SOFTWARE)
      }
      guard round > 0 else { continue }
      ours.append(ours_ns)
      peers.append(peer_ns)
    }
    return Row(batch: batch, ours: Timings(ours), peer: Timings(peers))
  }

  // MARK: Report

  func text(_ report: Report) -> String {
    var text = "pages  \(pages)\npeer   \(Self.name(report.peer))\(Self.why(report.peer))\n"
    text +=
      "              work   ns/page       min       max      peer       min       max   ratio\n"
    for row in report.rows {
      text += Decimal.column(row.batch == 0 ? "first touch" : "alloc \(row.batch)", width: 18)
      for duration_ns in [
        row.ours.median_ns, row.ours.minimum_ns, row.ours.maximum_ns,
        row.peer.median_ns, row.peer.minimum_ns, row.peer.maximum_ns,
      ] {
        text += Decimal.column(perPage(duration_ns), width: 10)
      }
      text += Decimal.column(ratio(row), width: 8) + "\n"
    }
    return text
  }

  func json(_ report: Report) -> String {
    let rows = report.rows.map { row in
      "{\"work\":\"\(row.batch == 0 ? "first_touch" : "alloc_pages")\""
        + ",\"batch\":\(max(1, row.batch)),\"ns_per_page\":\(perPage(row.ours.median_ns))"
        + ",\"ns_per_page_min\":\(perPage(row.ours.minimum_ns))"
        + ",\"ns_per_page_max\":\(perPage(row.ours.maximum_ns))"
        + ",\"peer_ns_per_page\":\(perPage(row.peer.median_ns))"
        + ",\"peer_ns_per_page_min\":\(perPage(row.peer.minimum_ns))"
        + ",\"peer_ns_per_page_max\":\(perPage(row.peer.maximum_ns))"
        + ",\"ratio\":\(ratio(row))}"
    }
    return "{\"bench\":\"arena\",\"pages\":\(pages),\"rounds\":\(rounds)"
      + ",\"peer\":\"\(Self.name(report.peer))\",\"rows\":[\(rows.joined(separator: ","))]}\n"
  }

  private static func name(_ peer: HostArena.Kind) -> String {
    switch peer {
    case .arena: "bpf_arena"
    case .memory: "memfd"
    }
  }

  private static func why(_ peer: HostArena.Kind) -> String {
    guard case .memory(let errno) = peer, errno != 0 else { return "" }
    return " (bpf(2) gives no arena: \(Streams.text(ofErrno: errno)))"
  }

  private func perPage(_ duration_ns: UInt64) -> String {
    Decimal.ratio(duration_ns, UInt64(pages))
  }

  private func ratio(_ row: Row) -> String {
    Decimal.ratio(row.ours.median_ns, max(1, row.peer.median_ns))
  }
}

/// An arena of the emulated machine, of which a user has a mapping and no page is there.
private struct EmulatedArena {
  private let pages: UInt64
  /// Kernel address of the arena, the user's address space, and where that has the arena.
  private let arena: UInt64
  private let mm: UInt64
  private let place: UInt64

  init(_ machine: borrowing Machine, pages: Int) throws(Refusal) {
    self.pages = UInt64(pages)
    arena = try machine.createArena(Machine.ArenaRequest(pages: self.pages))
    mm = try machine.allocateMM()
    try machine.switchMM(mm)
    place = try machine.arenaMmap(arena, mm: mm, Machine.ArenaMmapRequest())
  }

  var expectedSum: UInt64 { pages * (pages + 1) / 2 }

  /// Nanoseconds of a user's store to every page. Each is a fault, whose page programs see then.
  func touch(_ machine: borrowing Machine) throws(Refusal) -> UInt64 {
    let start_ns = Timings.now_ns()
    for page in 0..<pages { try machine.store(place + page << 12, page + 1) }
    let end_ns = Timings.now_ns()
    let sum = try sum(machine)
    guard sum == expectedSum else { throw Refusal(.null, .notMapped, sum, expectedSum) }
    return end_ns - start_ns
  }

  /// Nanoseconds of a program's calls for every page; they come in a row.
  func allocate(_ machine: borrowing Machine, _ batch: Int) throws(Refusal) -> UInt64 {
    var done: UInt64 = 0
    let start_ns = Timings.now_ns()
    while done < pages {
      let count = min(UInt64(batch), pages - done)
      let address = try machine.arenaAllocPages(arena, count: count)
      guard address == place + done << 12 else { throw Refusal(.null, .notMapped, address) }
      done += count
    }
    let end_ns = Timings.now_ns()
    let sum = try sum(machine)
    guard sum == 0 else { throw Refusal(.null, .notMapped, sum, 0) }
    return end_ns - start_ns
  }

  /// Sum of the first and last words of the pages, by kernel addresses.
  private func sum(_ machine: borrowing Machine) throws(Refusal) -> UInt64 {
    let info = try machine.arenaInfo(arena)
    guard info.pages == pages else { throw Refusal(.null, .notMapped, info.pages, pages) }
    var sum: UInt64 = 0
    for page in 0..<pages {
      let address = arena + place & 0xffff_ffff + page << 12
      sum &+= try machine.load(address)
      sum &+= try machine.load(address + 4088)
    }
    return sum
  }

  /// Soils the pages, frees them, and maps the arena anew: the user's tables go as well.
  func release(_ machine: borrowing Machine) throws(Refusal) {
    for page in 0..<pages { try machine.store(arena + place & 0xffff_ffff + page << 12, ~0) }
    try machine.arenaFreePages(arena, place, count: pages)
    let info = try machine.arenaInfo(arena)
    guard info.pages == 0 else { throw Refusal(.null, .notMapped, info.pages, 0) }
    try machine.arenaMunmap(arena, mm: mm)
    var request = Machine.ArenaMmapRequest()
    request.hint = place
    _ = try machine.arenaMmap(arena, mm: mm, request)
  }
}
