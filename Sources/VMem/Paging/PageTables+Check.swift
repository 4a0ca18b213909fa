extension PageTables {
  /// Tables are frames of their own, used once and counted by level; entries point at RAM, or at
  /// device space from leaves.
  func check(_ checker: inout Checker) {
    var counts = InlineArray<6, UInt32>(repeating: 0)
    check(top, levels, &counts, &checker)
    for depth in 1...levels {
      let counted = ram[Superblock.ref].tables[depth]
      checker.expect(
        counts[depth] == counted, "page tables: count of a level", UInt64(depth), UInt64(counted))
    }
  }

  private func check(
    _ table: UInt64, _ depth: Int, _ counts: inout InlineArray<6, UInt32>, _ checker: inout Checker
  ) {
    guard checker.claim(table, "page table is not RAM") else { return }
    counts[depth] += 1
    let frame = ram[FrameAllocator(ram: ram).frame(UInt32(table))]
    checker.expect(frame.mapcount == PageType.table.word, "page table: frame record", table)
    for index in 0..<512 {
      let entry = ram[table: table, index]
      if entry.bits == 0 { continue }
      let place = table << 12 | UInt64(index) * 8
      checker.expect(entry.isPresent, "page table: entry is not present", place, entry.bits)
      guard entry.isPresent else { continue }
      let isLarge = entry.bits & Entry.pageSize != 0
      if depth == 1 || (isLarge && depth <= 3) {
        checkLeaf(entry, depth, place, &checker)
      } else {
        checker.expect(
          entry.bits & ~(Entry.pfnMask | Entry.accessed) == Protection.kernelTable.bits & ~0x20,
          "page table: attributes of a table entry", place, entry.bits)
        check(entry.pfn, depth - 1, &counts, &checker)
      }
      if checker.isFull { return }
    }
  }

  private func checkLeaf(_ entry: Entry, _ depth: Int, _ place: UInt64, _ checker: inout Checker) {
    let reserved: UInt64 = 0x7ff0_0000_0000_0000 & ~(0xf << 59)
    checker.expect(entry.bits & reserved == 0, "page table: reserved bits", place, entry.bits)
    if depth > 1 {
      let inside = (Level.size(depth: depth) - 1) & Entry.pfnMask & ~Entry.largePAT
      checker.expect(entry.bits & inside == 0, "page table: leaf alignment", place, entry.bits)
    }
  }
}
