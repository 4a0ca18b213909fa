internal import CHost

/// Entries of page tables that native code writes. A page is a table as long as an entry leads to it:
/// it becomes one when it is linked, and is its owner's page again when it is unlinked.
extension NativeView {
  /// Why an entry cannot be written.
  package enum EntryRefusal: Equatable, Sendable {
    /// The address is in no page table, and in no page that can be written.
    case noTable
    /// The processor would fault on it: a large leaf at a level that has none, or not aligned.
    case reservedBits(depth: Int)
    /// What it leads to is no page of somebody's with nothing but entries, or is a table already.
    case noTableBelow(pfn: UInt64)
  }

  /// Writes an entry of a page table by its address in the direct map. The corresponding kernel
  /// functions are `set_pte`, `set_pmd`, `set_pud` and `set_p4d`.
  ///
  /// - Parameters:
  ///   - address: of the entry, 8 bytes.
  ///   - bits: what is stored there, whatever its level is.
  /// - Returns: why nothing was written, or nil.
  package func setEntry(at address: UInt64, _ bits: UInt64) -> EntryRefusal? {
    let pfn = (address &- map.pageOffset) >> 12
    guard pfn < UInt64(ram.frameCount), address & 7 == 0 else { return .noTable }
    let index = Int(address & 4095) / 8
    switch pageSets.use(ofFrame: pfn) {
    case .table:
      if let depth = tables.depth(ofTable: pfn) {
        if let refusal = set(Entry(bits: bits), pfn, index, depth) { return refusal }
      } else {
        ram[table: pfn, index].bits = bits
      }
    case .allocated where pages(at: address, error: Self.writes) != nil:
      ram[table: pfn, index].bits = bits
    default: return .noTable
    }
    chost_native_forget(map.vmallocStart, map.vmallocEnd)
    return nil
  }

  private func set(_ entry: Entry, _ table: UInt64, _ index: Int, _ depth: Int) -> EntryRefusal? {
    if hasReservedBits(entry, depth) { return .reservedBits(depth: depth) }
    let old = ram[table: table, index]
    let leads = entry.isPresent && !entry.endsWalk(depth: depth)
    let led = old.isPresent && !old.endsWalk(depth: depth)
    if leads, !led || old.pfn != entry.pfn {
      var found: [UInt64: Int] = [:]
      guard canBeTable(entry.pfn, depth - 1, &found) else {
        return .noTableBelow(pfn: entry.pfn)
      }
      for (pfn, depth) in found { adopt(UInt32(pfn), depth) }
    }
    ram[table: table, index] = entry
    if led, !leads || old.pfn != entry.pfn { disown(old.pfn, depth - 1) }
    if !led { ram.countUnmapping(of: old, depth: depth) }
    if entry.isPresent, !leads {
      let pages = Level.size(depth: depth) >> 12
      ram.countMapping(of: entry.pfn & ~(pages - 1), pages: pages)
    }
    ram[ram.paging].hasModulesEntries = true
    if depth == tables.levels { tables.shareTopEntry(index) }
    return nil
  }

  /// Large leaves are of 2 MiB or 1 GiB, and begin where such a page does.
  private func hasReservedBits(_ entry: Entry, _ depth: Int) -> Bool {
    guard entry.isPresent, depth > 1, entry.bits & Entry.pageSize != 0 else { return false }
    let inside = Level.size(depth: depth) >> 12 - 1
    return depth > 3 || entry.pfn & inside & ~1 != 0
  }

  // MARK: Pages that become tables

  /// Whether a page holds entries and nothing else, and so do the pages that these lead to.
  private func canBeTable(_ pfn: UInt64, _ depth: Int, _ found: inout [UInt64: Int]) -> Bool {
    guard pageSets.use(ofFrame: pfn) == .allocated, let frame = pageSets.structPage(pfn),
      frame.refcount == 1, frame.mapcount == PageType.none, !frame.isFilePage, !frame.isOfStack,
      frame.index != Frame.ofArena, found.updateValue(depth, forKey: pfn) == nil
    else { return false }
    return entries(of: pfn).allSatisfy { entry in
      entry.isPresent && !hasReservedBits(entry, depth)
        && (entry.endsWalk(depth: depth) || canBeTable(entry.pfn, depth - 1, &found))
    }
  }

  private func entries(of pfn: UInt64) -> [Entry] {
    (0..<Level.entries).map { ram[table: pfn, $0] }.filter { $0.bits != 0 }
  }

  private func adopt(_ pfn: UInt32, _ depth: Int) {
    pageSets.leaveSet(pfn)
    let frame = FrameAllocator(ram: ram).frame(pfn)
    var record = Frame()
    record.flags = ram[frame].flags & (~0 << Frame.zoneShift)
    record.mapcount = ram.word(.table)
    record.refcount = 1
    record.inheritPast(of: ram[frame])
    ram[frame] = record
    ram[ram.paging].tables[depth] += 1
    let address = map.pageOffset + UInt64(pfn) << 12
    chost_native_forget(address, address + 4096)
    for entry in entries(of: UInt64(pfn)) where entry.endsWalk(depth: depth) {
      let pages = Level.size(depth: depth) >> 12
      ram.countMapping(of: entry.pfn & ~(pages - 1), pages: pages)
    }
  }

  /// A table, and those below it, are pages that nobody has named; boot's own stay what they are.
  private func disown(_ pfn: UInt64, _ depth: Int) {
    guard pfn < UInt64(ram.frameCount), pageSets.use(ofFrame: pfn) == .table else { return }
    let frame = FrameAllocator(ram: ram).frame(UInt32(pfn))
    guard ram[frame].flags & ram.pageFlags.reserved == 0 else { return }
    for entry in entries(of: pfn) where entry.isPresent {
      if entry.endsWalk(depth: depth) {
        ram.countUnmapping(of: entry, depth: depth)
      } else {
        disown(entry.pfn, depth - 1)
      }
    }
    ram[ram.paging].tables[depth] -= 1
    ram[frame].mapcount = PageType.none
    ram[frame].index = Frame.orphan
  }
}

extension PageTables {
  /// How many steps above the pages a table of these stands; nil for a frame that is none of them.
  func depth(ofTable wanted: UInt64) -> Int? { depth(of: wanted, from: top, levels) }

  private func depth(of wanted: UInt64, from table: UInt64, _ depth: Int) -> Int? {
    if table == wanted { return depth }
    guard depth > 1 else { return nil }
    var index = ram.nextUsedWord(UInt32(table), from: 0) / 2
    while index < Level.entries {
      let entry = ram[table: table, index]
      if entry.isPresent, !entry.endsWalk(depth: depth),
        let found = self.depth(of: wanted, from: entry.pfn, depth - 1)
      {
        return found
      }
      index = ram.nextUsedWord(UInt32(table), from: index * 2 + 2) / 2
    }
    return nil
  }
}
