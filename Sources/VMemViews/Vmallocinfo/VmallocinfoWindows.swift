internal import VMem

/// Where a file's machine has its windows, by its rows.
struct VmallocinfoWindows {
  typealias Window = (start: UInt64, last: UInt64)
  typealias Row = VmallocinfoFile.Row

  /// First and last byte of the vmalloc window; nothing without a row of it.
  var vmalloc: Window = (0, 0)
  /// Whether the machine's window begins and ends there; else it is what is known of it: there may be more
  /// in front and behind.
  var isWhole = true
  /// The modules' window; nil where no row lies in it.
  var modules: Window?
  /// Where modules go that no row is of; nil where the rows do not tell.
  var emptyModules: Window?
  /// First and last byte of all rows of another architecture than x86-64; nil for that.
  var foreign: Window?
  /// The lines of the kernel's log that `vmalloc` and `modules` are from.
  var logLines: [Int] = []

  init(_ file: VmallocinfoFile, _ logged: LoggedWindows) {
    if file.isNarrow { findNarrow(file) } else { findWide(file) }
    take(logged, file.rows)
  }

  /// Behind the kernel's image, whose room is 512 MiB, or 1 GiB where it is put at a random place.
  private static let modulesEnd: UInt64 = 0xffff_ffff_ff00_0000
  /// Where the entry areas of CPUs begin, which are above every window.
  private static let entryArea: UInt64 = 0xffff_fe00_0000_0000
  private static let image: UInt64 = 0xffff_ffff_8000_0000
  private static let randomModules = image + 1 << 30

  private mutating func findWide(_ file: VmallocinfoFile) {
    let rows = file.rows
    var starts: [UInt64] = []
    starts.reserveCapacity(rows.count)
    // Of the file.
    var first: Row?
    var last: UInt64 = 0
    var lowestModule = UInt64.max
    var chunk: Row?
    for row in rows {
      if row.start >= Self.image {
        lowestModule = min(lowestModule, row.start)
      } else {
        if row.line < first?.line ?? .max { first = row }
        starts.append(row.start)
        if row.end > last { chunk = Self.isChunk(row) ? row : nil }
        last = max(last, row.end - 1)
      }
    }
    if lowestModule != .max {
      let isRandom = lowestModule >= Self.randomModules
      modules = (isRandom ? Self.randomModules : Self.image + 512 << 20, Self.modulesEnd - 1)
    }
    guard let first else { return }
    // Below 0xffff800000000000 only machines with five levels of tables have a kernel.
    let levels = starts[starts.count / 2] < 0xffff_8000_0000_0000 ? 5 : 4
    let size = AddressMap.vmallocSize(levels: levels)
    let possible = AddressMap.vmallocStarts(levels: levels)
    var start = Self.base(starts, size, possible, first.start)
    // Without KASLR the window begins at a known place, whether a row is near it or not.
    let usual = AddressMap(levels: levels).vmallocStart
    if start >= usual, start - usual < 16 << 30 {
      start = usual
    } else if let end = chunk?.end, end > size, start < Self.entryArea {
      // Per-CPU chunks lie at the very end: where a piece of a file lacks the lowest rows, they tell.
      let found = (end - 1) | (1 << 30 - 1) - (size - 1)
      if found < start, possible.contains(found) { start = found }
    }
    // Of a piece with high rows only: no window begins so high, and the usual one has them all.
    if !possible.contains(start), starts[0] >= usual, last - usual < size { start = usual }
    guard possible.contains(start) else { return findForeign(file, from: start) }
    vmalloc = (start, start + (size - 1))
    // Only a kernel that is put at a random place has a random window.
    if start != usual { emptyModules = (Self.randomModules, Self.modulesEnd - 1) }
  }

  /// Whether a row looks like one of a chunk of per-CPU memory: whole huge pages, and none of its own.
  private static func isChunk(_ row: Row) -> Bool {
    let rest: UInt64 = 2 << 20 - 1
    return row.kind == .area && row.flags == .alloc && row.pages == 0
      && (row.start | row.end) & rest == 0
  }

  /// The multiple of 1 GiB below the lowest row with which the window holds the most rows: one row
  /// that is elsewhere must not move it. Of several, one that a window can have, then that of the
  /// file's first row.
  private static func base(
    _ starts: [UInt64], _ size: UInt64, _ possible: ClosedRange<UInt64>, _ first: UInt64
  ) -> UInt64 {
    var best = (count: 0, rank: 0, base: UInt64(0))
    var end = 0
    var before = UInt64.max
    for (index, start) in starts.enumerated() {
      let base = start & ~((1 << 30) - 1)
      if base == before { continue }
      before = base
      while end < starts.count, starts[end] - base < size { end += 1 }
      let hasFirst = first >= base && first - base < size
      let rank = (possible.contains(base) ? 2 : 0) + (hasFirst ? 1 : 0)
      if (end - index, rank) > (best.count, best.rank) { best = (end - index, rank, base) }
    }
    return best.base
  }
}
