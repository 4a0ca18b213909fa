internal import Glibc
internal import VMem

/// Random loads of eight bytes through a CPU's TLB, beside raw loads of as much memory: with few
/// pages all of them hit, with many nearly all miss.
struct AccessBenchmark {
  let pages: [Int]
  let loads: Int
  let rounds: Int

  struct Row {
    let pages: Int
    let translated: Timings
    let raw: Timings
    /// Translations taken from the tables, in hundredths of the loads.
    let misses: UInt64
  }

  func run() throws(ProcessFailure) -> [Row] {
    var rows: [Row] = []
    for count in pages { rows.append(try run(count)) }
    return rows
  }

  private func run(_ count: Int) throws(ProcessFailure) -> Row {
    var configuration = Configuration()
    configuration.memory = 64 << 20 + UInt64(count) * 8192
    let machine = try Machine.booted(configuration)
    do throws(Refusal) {
      return try measure(machine, count)
    } catch {
      throw ProcessFailure(message: "a call was refused: \(error.rule)", exitCode: 1)
    }
  }

  private func measure(_ machine: borrowing Machine, _ count: Int) throws(Refusal) -> Row {
    let set = try machine.allocatePages(count: UInt64(count))
    let list = (0..<UInt64(count)).map { UInt64(machine.page($0, of: set) ?? 0) }
    let size = UInt64(count) << 12
    let area = try machine.getVMArea(size: size, flags: .sparse)
    try machine.vmAreaMapPages(area: area, start: area, end: area + size, pages: list)
    // Safe: a mapping as RAM is one, and of its own.
    let window = unsafe mmap(
      nil, count << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    defer { unsafe munmap(window, count << 12) }
    guard unsafe window != UnsafeMutableRawPointer(bitPattern: -1), let window = unsafe window
    else {
      throw Refusal(.null, .noTableMemory)
    }
    for page in 0..<count {
      for (offset, word) in [(0, UInt64(page) &* 0x9e37_79b9_7f4a_7c15), (2048, UInt64(page))] {
        try machine.store(area + UInt64(page << 12 + offset), word)
        // Safe: inside the window.
        unsafe window.storeBytes(of: word, toByteOffset: page << 12 + offset, as: UInt64.self)
      }
    }
    var (translated, raws): ([UInt64], [UInt64]) = ([], [])
    var misses: UInt64 = 0
    for round in 0...rounds {
      let fills = machine.tlbFills
      let start_ns = Timings.now_ns()
      let sum = try load(machine, area, count)
      let middle_ns = Timings.now_ns()
      misses = (machine.tlbFills - fills) * 100 / UInt64(loads)
      let same = unsafe raw(window, count)
      let end_ns = Timings.now_ns()
      guard sum == same else { throw Refusal(.null, .notMapped, sum, same) }
      // The first round warms up.
      guard round > 0 else { continue }
      translated.append(middle_ns - start_ns)
      raws.append(end_ns - middle_ns)
    }
    return Row(
      pages: count, translated: Timings(translated), raw: Timings(raws), misses: misses)
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
  ) throws(Refusal) -> UInt64 {
    var (state, sum): (UInt64, UInt64) = (88_172_645_463_325_252, 0)
    for _ in 0..<loads {
      sum &+= try machine.load(area &+ Self.next(&state, UInt64(count)))
    }
    return sum
  }

  private func raw(_ base: UnsafeMutableRawPointer, _ count: Int) -> UInt64 {
    var (state, sum): (UInt64, UInt64) = (88_172_645_463_325_252, 0)
    for _ in 0..<loads {
      // Safe: the generator stays below the pages.
      sum &+= unsafe base.loadUnaligned(
        fromByteOffset: Int(Self.next(&state, UInt64(count))), as: UInt64.self)
    }
    return sum
  }

  // MARK: Report

  func text(_ rows: [Row]) -> String {
    var text = "   pages  misses   ns/load       min       max  raw load   ratio\n"
    for row in rows {
      text += Decimal.column("\(row.pages)", width: 8)
      text += Decimal.column("\(row.misses) %", width: 8)
      for duration_ns in [
        row.translated.median_ns, row.translated.minimum_ns, row.translated.maximum_ns,
        row.raw.median_ns,
      ] {
        text += Decimal.column(each(duration_ns), width: 10)
      }
      text += Decimal.column(ratio(row), width: 8) + "\n"
    }
    return text
  }

  func json(_ rows: [Row]) -> String {
    let objects = rows.map { row in
      "{\"pages\":\(row.pages),\"miss_percent\":\(row.misses)"
        + ",\"ns_per_load\":\(each(row.translated.median_ns))"
        + ",\"ns_per_load_max\":\(each(row.translated.maximum_ns))"
        + ",\"raw_ns_per_load\":\(each(row.raw.median_ns)),\"ratio\":\(ratio(row))}"
    }
    return "{\"bench\":\"access\",\"loads\":\(loads),\"rounds\":\(rounds)"
      + ",\"rows\":[\(objects.joined(separator: ","))]}\n"
  }

  private func each(_ duration_ns: UInt64) -> String {
    Decimal.ratio(duration_ns, UInt64(loads))
  }

  private func ratio(_ row: Row) -> String {
    Decimal.ratio(row.translated.median_ns, max(1, row.raw.median_ns))
  }
}
