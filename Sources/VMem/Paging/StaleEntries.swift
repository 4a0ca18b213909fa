/// Entries of the kernel's tables that are older than what their frame is used for: the frame was freed
/// under them, and then handed out again.
///
/// Calls that map pages without a reference make this possible, and neither a kernel nor the entry
/// itself tells. A frame's record counts its entries, so that handing out a frame that somebody still
/// maps is seen when it happens. All entries that lead to it by then get a mark, which goes with them.
struct StaleEntries {
  let ram: RAM

  private var state: Ref<PagingState> { ram.paging }
  private var frames: FrameAllocator { FrameAllocator(ram: ram) }

  /// Counts the entries that there are, when a page is freed for the first time that may still be mapped:
  /// whoever frees none such pays nothing for a count.
  @inline(never)
  func begin() {
    ram[state].countsEntries = true
    let tables = PageTables(ram: ram, map: AddressMap(ram.configuration))
    let windows = tables.kmapWindows
    for range in tables.rangesOfEntries {
      LeafWalk(tables).forEachEntry(in: range) { address, entry, depth, _ in
        guard entry.isPresent, !windows.contains(where: { $0.contains(address) })
        else { return true }
        let pages = Level.size(depth: depth) >> 12
        ram.countMapping(of: entry.pfn & ~(pages - 1), pages: pages)
        return true
      }
    }
  }

  /// Marks the entries that lead to frames which have just been handed out.
  @inline(never)
  func note(_ first: UInt32, count: UInt32) {
    let tables = PageTables(ram: ram, map: AddressMap(ram.configuration))
    var left: UInt64 = 0
    for pfn in first..<first + count { left += UInt64(ram[frames.frame(pfn)].kernelMaps) }
    // What was mapped in a row is often freed, and handed out again, in a row.
    let last = ram[state].lastStale
    if left == 1, last != 0 {
      for address in [last &+ 4096, last &- 4096] {
        if case .leaf(let pfn, _, 1) = tables.look(up: address), pfn == UInt64(first) {
          return mark(address, 1, first..<first + 1, tables)
        }
      }
    }
    let wanted = UInt64(first)..<UInt64(first) + UInt64(count)
    let (walk, windows) = (LeafWalk(tables), tables.kmapWindows)
    for range in tables.rangesOfEntries {
      walk.forEachEntry(in: range) { address, entry, depth, pages in
        let inside = Level.size(depth: depth) >> 12 - 1
        let pfn = entry.pfn & ~inside
        let found = (pfn..<pfn + inside + 1).clamped(to: wanted)
        guard !found.isEmpty, !windows.contains(where: { $0.contains(address) }) else {
          return true
        }
        mark(address, depth, UInt32(found.lowerBound)..<UInt32(found.upperBound), tables)
        left -= min(left, UInt64(found.count))
        return left != 0
      }
      if left == 0 { return }
    }
  }

  private func mark(
    _ address: UInt64, _ depth: Int, _ found: Range<UInt32>, _ tables: PageTables
  ) {
    let (table, stoppedAt) = tables.entryPlace(address, depth: depth)
    guard stoppedAt == depth else { return }
    let index = Level.index(of: address, depth: depth)
    let isNew = !ram[table: table, index].isStale
    ram[table: table, index].bits |= Entry.stale
    ram[state].lastStale = address & ~4095
    for pfn in found {
      if depth > 1 {
        ram[frames.frame(pfn)].isUnderStaleLeaf = 1
      } else if isNew {
        ram[frames.frame(pfn)].staleMaps &+= 1
      }
    }
  }

  /// A marked large leaf has become entries of pages: those of frames that were not freed lose the mark.
  func settle(_ table: UInt64, _ index: Int) {
    let entry = ram[table: table, index]
    guard entry.pfn < UInt64(ram.frameCount) else { return }
    let record = frames.frame(UInt32(entry.pfn))
    if ram[record].isUnderStaleLeaf != 0 {
      ram[record].isUnderStaleLeaf = 0
      ram[record].staleMaps &+= 1
    } else {
      ram[table: table, index] = entry.withoutNote
    }
  }

  /// Records count what the tables have.
  ///
  /// - Parameter maps: what leads to each frame; empty while nothing is counted.
  func check(_ maps: [UInt32: FrameMaps], _ checker: inout Checker) {
    checker.expect(
      ram[state].lastStale & 4095 == 0, "stale entry: the last one", ram[state].lastStale)
    for pfn in maps.keys.sorted() { check(pfn, maps[pfn] ?? FrameMaps(), &checker) }
    for number in 0..<frames.zoneCount {
      let zone = ram[frames.zone(number)]
      guard zone.start <= zone.frontier, zone.frontier <= ram.frameCount else { continue }
      for pfn in zone.start..<zone.frontier where maps[pfn] == nil {
        check(pfn, FrameMaps(), &checker)
      }
    }
  }

  private func check(_ pfn: UInt32, _ maps: FrameMaps, _ checker: inout Checker) {
    let record = ram[frames.frame(pfn)]
    checker.expect(
      record.kernelMaps == maps.count && record.staleMaps == maps.stale
        && record.isUnderStaleLeaf <= (maps.isUnderStaleLeaf ? 1 : 0),
      "frame: entries that lead to it",
      UInt64(pfn), UInt64(record.kernelMaps))
  }
}
