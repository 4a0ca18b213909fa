internal import Glibc
internal import VMem

/// vmalloc and vfree beside the host's mmap, a touch of every page, and munmap.
struct VmallocBenchmark {
  /// Pages of each allocation.
  let sizes: [Int]
  let rounds: Int

  struct Row {
    let pages: Int
    let pairs: Int
    let ours: Timings
    let peer: Timings
  }

  func run() throws(ProcessFailure) -> [Row] {
    var rows: [Row] = []
    for pages in sizes { rows.append(try measure(pages)) }
    return rows
  }

  private func measure(_ pages: Int) throws(ProcessFailure) -> Row {
    let machine = try Machine.booted()
    let pairs = max(100, 20_000 / pages)
    var (ours, peers): ([UInt64], [UInt64]) = ([], [])
    // The first round is not counted.
    for round in 0...rounds {
      let ours_ns: UInt64
      do throws(Refusal) {
        ours_ns = try Self.allocate(machine, pages, pairs)
      } catch {
        throw ProcessFailure(message: "a call was refused: \(error.rule)", exitCode: 1)
      }
      let peer_ns = Self.touch(pages, pairs)
      guard round > 0 else { continue }
      ours.append(ours_ns)
      peers.append(peer_ns)
    }
    return Row(pages: pages, pairs: pairs, ours: Timings(ours), peer: Timings(peers))
  }

  private static func allocate(
    _ machine: borrowing Machine, _ pages: Int, _ pairs: Int
  ) throws(Refusal) -> UInt64 {
    let size = UInt64(pages) << 12
    let start_ns = Timings.now_ns()
    for _ in 0..<pairs {
      let address = try machine.vmalloc(VmallocRequest(size: size))
      guard machine.vmallocToPFN(address + size - 1) != nil else {
        throw Refusal(.null, .notMapped, address)
      }
      try machine.vfree(address)
      machine.runScheduledWork()
    }
    return Timings.now_ns() - start_ns
  }

  private static func touch(_ pages: Int, _ pairs: Int) -> UInt64 {
    let start_ns = Timings.now_ns()
    for _ in 0..<pairs {
      // Safe: a mapping of its own, used inside its bounds and unmapped at once.
      guard
        let place = unsafe mmap(
          nil, pages << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        unsafe place != UnsafeMutableRawPointer(bitPattern: -1)
      else { continue }
      for page in 0..<pages {
        unsafe place.storeBytes(of: 1, toByteOffset: page << 12, as: UInt8.self)
      }
      unsafe munmap(place, pages << 12)
    }
    return Timings.now_ns() - start_ns
  }

  // MARK: Report

  static func text(_ rows: [Row]) -> String {
    var text = "   pages  ns per pair     min     max  mmap+touch+munmap  ratio\n"
    for row in rows {
      let pairs = UInt64(row.pairs)
      text += Decimal.column("\(row.pages)", width: 8)
      text += Decimal.column("\(row.ours.median_ns / pairs)", width: 13)
      text += Decimal.column("\(row.ours.minimum_ns / pairs)", width: 8)
      text += Decimal.column("\(row.ours.maximum_ns / pairs)", width: 8)
      text += Decimal.column("\(row.peer.median_ns / pairs)", width: 19)
      text += Decimal.column(ratio(row), width: 7) + "\n"
    }
    return text
  }

  static func json(_ rows: [Row]) -> String {
    let sizes = rows.map { row in
      let pairs = UInt64(row.pairs)
      return "{\"pages\":\(row.pages),\"ns_per_pair\":\(row.ours.median_ns / pairs)"
        + ",\"ns_per_pair_min\":\(row.ours.minimum_ns / pairs)"
        + ",\"ns_per_pair_max\":\(row.ours.maximum_ns / pairs)"
        + ",\"peer_ns_per_pair\":\(row.peer.median_ns / pairs),\"ratio\":\(ratio(row))}"
    }
    return "{\"bench\":\"vmalloc\",\"sizes\":[\(sizes.joined(separator: ","))]}\n"
  }

  private static func ratio(_ row: Row) -> String {
    Decimal.ratio(row.ours.median_ns, max(1, row.peer.median_ns))
  }
}
