package import VMem

/// A range of addresses, without a gap: every area, every piece of waiting address space and every
/// hole of it, ascending. Maps in every form are made from it.
package struct MapSegments: Sendable {
  /// First byte.
  package private(set) var start: UInt64
  /// Last byte.
  package private(set) var last: UInt64
  package private(set) var all: [MapSegment] = []
  /// Segments that RAM has room for: their records take 32 bytes or more.
  private let most: Int

  /// The whole vmalloc space, or a range, where an end of 0 stands for the top of the address space.
  /// The range grows to whole pages, and to whole areas where it would cut one.
  ///
  /// Traps on a machine whose areas and free blocks overlap or are no whole pages.
  ///
  /// Complexity: a visit of every area and free block.
  package init(_ machine: borrowing Machine, in range: (start: UInt64, end: UInt64)? = nil) {
    let map = machine.map
    most = Int(machine.ram.frameCount) * 128
    let range = range ?? (map.vmallocStart, map.vmallocEnd &+ 1)
    start = range.start & ~4095
    last = (range.end &- 1) | 4095
    guard range.end == 0 || range.start < range.end else { return }
    let counters = machine.counters
    all.reserveCapacity(Int(clamping: min(counters.busyAreas &+ counters.freeBlocks, UInt64(most))))
    let hasSparse = machine.configuration.switches.contains(.sparse)
    machine.forEachBusyArea { area in
      add(area.start, area.end &- 1, MapKind(area, hasSparse: hasSparse), area.caller)
    }
    for range in Views.lazyRanges(machine) { add(range.start, range.end &- 1, .unpurged) }
    machine.forEachPool { _, pages, addresses in
      for address in addresses { add(address, address &+ UInt64(pages) << 12 &- 1, .pool) }
    }
    let (lower, upper) = (start, last)
    // The first block begins with byte 1, and the last ends with the last byte but one.
    machine.forEachFreeBlock { start, end in
      let (from, to) = (max(start & ~4095, lower), min((end &- 1) | 4095, upper))
      if from <= to { add(from, to, .hole) }
    }
    all.sort { $0.start < $1.start }
    start = min(start, all.first?.start ?? start)
    last = max(last, all.last?.last ?? last)
    addGaps()
  }

  private mutating func add(
    _ first: UInt64, _ final: UInt64, _ kind: MapKind, _ caller: Ref<Symbol> = .none
  ) {
    guard first <= last, final >= start else { return }
    precondition(
      first & 4095 == 0 && final & 4095 == 4095 && first < final,
      "an area of the machine is no range of whole pages")
    precondition(all.count < most, "lists of the machine have more members than RAM has room for")
    all.append(MapSegment(start: first, last: final, kind: kind, caller: caller))
  }

  /// Fills what no list of the machine has.
  private mutating func addGaps() {
    var gaps: [MapSegment] = []
    var next: UInt64? = start
    for segment in all {
      guard let free = next, segment.start >= free else {
        preconditionFailure("areas and holes of the machine overlap")
      }
      if segment.start > free {
        gaps.append(
          MapSegment(start: free, last: segment.start - 1, kind: .unlisted, caller: .none))
      }
      next = segment.last == .max ? nil : segment.last + 1
    }
    if let next, next <= last, next != 0 {
      gaps.append(MapSegment(start: next, last: last, kind: .unlisted, caller: .none))
    }
    guard !gaps.isEmpty else { return }
    all += gaps
    all.sort { $0.start < $1.start }
  }

  var size: ByteSize { ByteSize(from: start, through: last) }
}

extension MapSegments {
  /// What there is of a kind.
  struct Total {
    var count = 0
    var bytes: UInt64 = 0
    /// The largest one.
    var largest: UInt64 = 0
  }

  /// What there is of each kind, by its number.
  func totals(of part: Range<Int>) -> [Total] {
    var totals = [Total](repeating: Total(), count: MapKind.allCases.count)
    for at in part {
      let (kind, bytes) = (Int(all[at].kind.rawValue), all[at].bytes)
      totals[kind].count += 1
      totals[kind].bytes &+= bytes
      totals[kind].largest = max(totals[kind].largest, bytes)
    }
    return totals
  }

  /// A row for segments that follow each other.
  func row(of part: Range<Int>) -> MapRow {
    let totals = totals(of: part)
    let (first, last) = (all[part.lowerBound], all[part.upperBound - 1])
    let isOneCaller = part.allSatisfy { all[$0].caller == first.caller }
    return MapRow(
      start: first.start, last: last.last, count: part.count,
      parts: MapKind.allCases.compactMap { kind in
        let total = totals[Int(kind.rawValue)]
        return total.count == 0
          ? nil : MapRow.Part(kind: kind, count: total.count, bytes: total.bytes)
      }, caller: isOneCaller ? first.caller : .none)
  }
}
