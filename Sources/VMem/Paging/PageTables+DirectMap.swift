/// Changing single pages of the direct map, which boot maps with large leaves.
extension PageTables {
  /// Splits the large leaves over a frame of the direct map until it has an entry of its own, and
  /// returns its table and index; nil when there is no frame for a table. The corresponding kernel
  /// function is `split_large_page`.
  func directMapEntry(_ pfn: UInt64) -> (table: UInt64, index: Int)? {
    let address = map.pageOffset &+ pfn << 12
    while true {
      let (table, depth) = entryPlace(address, depth: 1)
      let index = Level.index(of: address, depth: depth)
      if depth == 1 { return (table, index) }
      guard ram[table: table, index].isPresent, split(table, index, depth) else { return nil }
    }
  }

  /// Replaces a large leaf by a table of the next smaller leaves.
  private func split(_ table: UInt64, _ index: Int, _ depth: Int) -> Bool {
    guard let below = newTable(depth: depth - 1) else { return false }
    let leaf = ram[table: table, index]
    let step = Level.size(depth: depth - 1)
    let base = leaf.bits & Entry.pfnMask & ~(Level.size(depth: depth) - 1)
    let attributes = leaf.bits & ~Entry.pfnMask
    for part in 0..<512 {
      let bits = base + UInt64(part) * step | attributes
      ram[table: below, part] = Entry(bits: depth == 2 ? bits & ~Entry.pageSize : bits)
    }
    ram[table: table, index] = Entry(pfn: below, .kernelTable)
    ram[Superblock.ref].directMap[depth - 1] -= Level.size(depth: depth)
    ram[Superblock.ref].directMap[depth - 2] += Level.size(depth: depth)
    return true
  }
}

extension Machine {
  /// Takes the pages of an area that had other permissions out of the direct map, flushes, and puts
  /// them back with the usual ones. The corresponding kernel function is `vm_reset_perms`.
  ///
  /// The entries come back without the global bit, and leaves that were split stay so, as in a kernel.
  func resetPermissions(_ pages: [UInt64]) {
    var range: (start: UInt64, end: UInt64)?
    for pfn in pages {
      let start = map.pageOffset &+ pfn << 12
      range =
        range.map { (min($0.start, start), max($0.end, start + 4096)) } ?? (start, start + 4096)
      // Without memory for a table a page keeps its permissions, and nobody is told.
      guard let (table, index) = tables.directMapEntry(pfn) else { continue }
      ram[table: table, index].bits &= ~(Entry.present | Entry.writable | Entry.global)
    }
    areas.unmapAliases(also: range)
    for pfn in pages {
      // A leaf that could not be split has these permissions already.
      let address = map.pageOffset &+ pfn << 12
      let (table, depth) = tables.entryPlace(address, depth: 1)
      guard depth == 1 else { continue }
      let index = Level.index(of: address, depth: 1)
      ram[table: table, index].bits |= Entry.present | Entry.writable
    }
  }
}
