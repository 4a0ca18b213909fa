extension PageTables {
  /// Replaces a large leaf by a table of the next smaller leaves, and flushes all TLBs. Returns false
  /// when there is no frame for it. The corresponding kernel function is `split_large_page`.
  func split(_ table: UInt64, index: Int, depth: Int, isDirectMap: Bool) -> Bool {
    guard let below = newTable(depth: depth - 1) else { return false }
    let leaf = ram[table: table, index]
    let step = Level.size(depth: depth - 1)
    let base = leaf.base(depth: depth)
    var attributes = leaf.attributes
    // PAT stands in bit 12 of large leaves and in the place of the size bit of small ones.
    let isPAT = leaf.bits & Entry.largePAT != 0
    if depth == 2 { attributes &= ~Entry.pageSize }
    if isPAT { attributes |= depth == 2 ? Entry.pageSize : Entry.largePAT }
    for part in 0..<Level.entries {
      let entry = Entry(bits: base + UInt64(part) * step | attributes)
      ram[table: below, part] = entry
      if entry.isStale, depth == 2 { StaleEntries(ram: ram).settle(below, part) }
    }
    ram[table: table, index] = Entry(pfn: below, .kernelTable)
    if isDirectMap {
      ram[ram.paging].bootTables[depth - 1] += 1
      ram[ram.paging].directMap[depth - 1] -= Level.size(depth: depth)
      ram[ram.paging].directMap[depth - 2] += Level.size(depth: depth)
    }
    TLBFlush(ram: ram).all()
    return true
  }

  /// Whether the direct map has an address.
  func isDirectMap(_ address: UInt64) -> Bool {
    let frames = ram.frameCount &- ram[ram.highMemory].frames
    return address &- map.pageOffset < UInt64(frames) << 12
  }
}
