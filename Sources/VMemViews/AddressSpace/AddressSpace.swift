/// A range of addresses, without a gap: every area, every piece of waiting address space and every
/// hole of it, ascending. What tells of occupied address space is computed from it: maps, lists of
/// holes, totals, and what would fit.
package struct AddressSpace: Sendable {
  /// What the range is called: `vmalloc space`, `modules`, `addresses from 0x…`.
  package let name: String
  /// Whose it is: `kernel 6.18`, or a file's name.
  package let origin: String
  /// Digits of an address: 8 of 32-bit machines.
  package let digits: Int
  /// First byte.
  package internal(set) var start: UInt64
  /// Last byte.
  package internal(set) var last: UInt64
  package internal(set) var all: [Segment] = []
  /// Whom areas are of, as vmallocinfo names them.
  package internal(set) var callers = PackedTexts()
  /// Whether it is all of what it is called; else there may be more in front and behind.
  package internal(set) var isWhole = true
  /// What was decided about rows of a file that contradict each other.
  package internal(set) var notes: [VmallocinfoFile.Note] = []
  /// Segments that there may be at most.
  private let most: Int

  /// An empty one, of whole pages; an end of 0 stands for the top of the address space.
  init(
    _ name: String, of origin: String, _ range: (start: UInt64, end: UInt64), isNarrow: Bool,
    most: Int
  ) {
    (self.name, self.origin, self.most) = (name, origin, most)
    digits = isNarrow ? 8 : 16
    start = range.start & ~4095
    last = (range.end &- 1) | 4095
    if range.end != 0, range.start >= range.end {
      start = max(start, 4096)
      last = start - 1
    }
  }

  /// Whether it has no address.
  var isEmpty: Bool { last == start &- 1 && start != 0 }

  var size: ByteSize { isEmpty ? ByteSize(0) : ByteSize(from: start, through: last) }

  /// The text of a segment's caller; empty for none.
  func caller(of segment: Segment) -> String {
    callers.text(segment.caller).printable
  }

  /// Adds a segment if the range touches it.
  @inline(__always)
  mutating func add(_ segment: Segment) {
    guard segment.start <= last, segment.last >= start, !isEmpty else { return }
    precondition(
      segment.start & 4095 == 0 && segment.last & 4095 == 4095 && segment.start < segment.last,
      "an area of the machine is no range of whole pages")
    precondition(all.count < most, "lists of the machine have more members than RAM has room for")
    all.append(segment)
  }

  /// Puts the segments in order, and grows the range to those that it cut.
  mutating func sort() {
    var isSorted = true
    for at in all.indices.dropFirst() where all[at].start < all[at - 1].start {
      isSorted = false
      break
    }
    if !isSorted { all.sort { $0.start < $1.start } }
    start = min(start, all.first?.start ?? start)
    last = max(last, all.last?.last ?? last)
  }

  /// The first of two segments that overlap, or nil; they are in order.
  var firstOverlap: Int? {
    all.indices.dropLast().first { all[$0].last >= all[$0 + 1].start }
  }

  /// Fills what no segment has.
  mutating func addGaps(as kind: SegmentKind) {
    guard !isEmpty else { return }
    precondition(firstOverlap == nil, "areas and holes of the machine overlap")
    var gaps: [Segment] = []
    var next: UInt64? = start
    for segment in all {
      if let free = next, segment.start > free {
        gaps.append(Segment(free, segment.start - 1, kind))
      }
      next = segment.last == .max ? nil : segment.last + 1
    }
    if let next, next <= last { gaps.append(Segment(next, last, kind)) }
    guard !gaps.isEmpty else { return }
    merge(gaps)
  }

  /// Puts gaps, which are in order, between the segments.
  private mutating func merge(_ gaps: [Segment]) {
    var merged: [Segment] = []
    merged.reserveCapacity(all.count + gaps.count)
    var at = 0
    for gap in gaps {
      while at < all.count, all[at].start < gap.start {
        merged.append(all[at])
        at += 1
      }
      merged.append(gap)
    }
    merged += all[at...]
    all = merged
  }
}

extension AddressSpace {
  /// What there is of a kind.
  struct Total {
    var count = 0
    var bytes: UInt64 = 0
    /// The largest one.
    var largest: UInt64 = 0
  }

  /// What there is of each kind, by its number.
  func totals(of part: Range<Int>) -> [Total] {
    var totals = [Total](repeating: Total(), count: SegmentKind.allCases.count)
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
      first: first, last: last.last, count: part.count,
      parts: SegmentKind.allCases.compactMap { kind in
        let total = totals[Int(kind.rawValue)]
        return total.count == 0
          ? nil : MapRow.Part(kind: kind, count: total.count, bytes: total.bytes)
      }, caller: isOneCaller ? caller(of: first) : "")
  }
}
