internal import VMem

/// Where a file's machine has its windows, by its rows.
enum VmallocinfoWindows {
  typealias Window = (start: UInt64, last: UInt64)

  /// The vmalloc window, and the modules' if a row lies in it.
  static func find(
    _ rows: [VmallocinfoFile.Row], isNarrow: Bool
  ) -> (Window, modules: Window?) {
    isNarrow ? narrow(rows) : wide(rows)
  }

  /// Behind the kernel's image, whose room is 512 MiB, or 1 GiB where it is put at a random place.
  private static let modulesEnd: UInt64 = 0xffff_ffff_ff00_0000
  /// Where the entry areas of CPUs begin, which are above every window.
  private static let entryArea: UInt64 = 0xffff_fe00_0000_0000
  private static let image: UInt64 = 0xffff_ffff_8000_0000

  private static func wide(_ rows: [VmallocinfoFile.Row]) -> (Window, modules: Window?) {
    var modules: Window?
    var starts: [UInt64] = []
    starts.reserveCapacity(rows.count)
    var last: UInt64 = 0
    var lowestModule = UInt64.max
    var isSorted = true
    var chunk: VmallocinfoFile.Row?
    for row in rows {
      if row.start >= image {
        lowestModule = min(lowestModule, row.start)
      } else {
        if let before = starts.last, before > row.start { isSorted = false }
        starts.append(row.start)
        if row.end > last { chunk = isChunk(row) ? row : nil }
        last = max(last, row.end - 1)
      }
    }
    if lowestModule != .max {
      modules = (lowestModule >= image + 1 << 30 ? image + 1 << 30 : image + 512 << 20, 0)
      modules?.last = modulesEnd - 1
    }
    guard !starts.isEmpty else { return ((0, 0), modules) }
    if !isSorted { starts.sort() }
    // Below 0xffff800000000000 only machines with five levels of tables have a kernel.
    let levels = starts[starts.count / 2] < 0xffff_8000_0000_0000 ? 5 : 4
    let size = AddressMap.vmallocSize(levels: levels)
    var start = base(starts, size)
    // Without KASLR the window begins at a known place, whether a row is near it or not.
    let usual = AddressMap(levels: levels).vmallocStart
    if start >= usual, start - usual < 16 << 30 {
      start = usual
    } else if let end = chunk?.end, end > size, start < entryArea {
      // Per-CPU chunks lie at the very end: where a piece of a file lacks the lowest rows, they tell.
      let found = (end - 1) | (1 << 30 - 1) - (size - 1)
      if found < start, AddressMap.vmallocStarts(levels: levels).contains(found) { start = found }
    }
    // Of a piece with high rows only: no window begins so high, and the usual one has them all.
    if !AddressMap.vmallocStarts(levels: levels).contains(start), starts[0] >= usual,
      last - usual < size
    {
      start = usual
    }
    guard AddressMap.vmallocStarts(levels: levels).contains(start) else {
      return (foreign(start, last), modules)
    }
    return ((start, start + (size - 1)), modules)
  }

  /// Whether a row looks like one of a chunk of per-CPU memory: whole huge pages, and none of its own.
  private static func isChunk(_ row: VmallocinfoFile.Row) -> Bool {
    let rest: UInt64 = 2 << 20 - 1
    return row.kind == .area && row.flags == .alloc && row.pages == 0
      && (row.start | row.end) & rest == 0
  }

  /// The window of another architecture, which may be larger or smaller: up to the highest row, but no
  /// larger than any here.
  private static func foreign(_ start: UInt64, _ last: UInt64) -> Window {
    let largest = AddressMap.vmallocSize(levels: 5)
    let end = last | (1 << 30 - 1)
    return (start, end - start < largest ? end : start + (largest - 1))
  }

  /// The multiple of 1 GiB below the lowest row with which the window holds the most rows: one row
  /// that is elsewhere must not move it.
  private static func base(_ starts: [UInt64], _ size: UInt64) -> UInt64 {
    var best = (count: 0, base: UInt64(0))
    var end = 0
    var before = UInt64.max
    for (index, start) in starts.enumerated() {
      let base = start & ~((1 << 30) - 1)
      if base == before { continue }
      before = base
      while end < starts.count, starts[end] - base < size { end += 1 }
      if end - index > best.count { best = (end - index, base) }
      if end == starts.count { break }
    }
    return best.base
  }

  /// 32 bits: the window begins at a multiple of 8 MiB, behind the memory that is always mapped. The
  /// modules of Arm have the 16 MiB below that memory.
  private static func narrow(_ rows: [VmallocinfoFile.Row]) -> (Window, modules: Window?) {
    let step: UInt64 = 8 << 20
    let memory: UInt64 = 0xc000_0000
    let above = rows.lazy.filter { $0.start >= memory }
    let lowest = above.map(\.start).min()
    let modules: Window? =
      lowest == nil || !rows.contains { $0.start >= memory - 16 << 20 && $0.start < memory }
      ? nil : (memory - 16 << 20, memory - 1)
    let isOutside = { (row: VmallocinfoFile.Row) in
      guard let modules else { return true }
      return row.start < modules.start || row.start > modules.last
    }
    let rest = rows.lazy.filter(isOutside)
    let start = rest.map(\.start).min() ?? 0
    let end = rest.map(\.end).max() ?? 0
    return ((start / step * step, max(end, 1) - 1), modules)
  }
}
