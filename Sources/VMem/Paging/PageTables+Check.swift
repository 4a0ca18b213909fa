extension PageTables {
  /// Tables are frames of their own, used once and counted by level; entries have attributes that the
  /// kernel gives, and point at tables, RAM or device space. The direct map and the map of the struct
  /// pages are whole.
  func check(_ layout: BootLayout, _ checker: inout Checker) -> [UInt32: FrameMaps] {
    var walk = TableCheck(
      tables: self,
      struct: Frames(
        at: map.vmemmap, first: UInt64(layout.frameTable),
        count: (UInt64(ram.frameCount) * 64 + 4095) / 4096),
      direct: Frames(
        at: map.pageOffset, first: 0,
        count: UInt64(ram.frameCount &- ram[ram.highMemory].frames)))
    walk.check(top, depth: levels, address: 0, &checker)
    let state = ram[ram.paging]
    for depth in 0..<6 {
      checker.expect(
        walk.counts[depth] == state.tables[depth], "page tables: count of a level", UInt64(depth),
        UInt64(state.tables[depth]))
      checker.expect(
        state.bootTables[depth] <= state.tables[depth], "page tables: tables of boot",
        UInt64(depth), UInt64(state.bootTables[depth]))
    }
    var total: UInt64 = 0
    for size in 0..<3 {
      total += walk.directMap[size]
      checker.expect(
        walk.directMap[size] == state.directMap[size], "direct map: bytes in leaves",
        walk.directMap[size], state.directMap[size])
    }
    checker.expect(total == walk.direct.count << 12, "direct map: bytes", total)
    checker.expect(
      walk.structBytes == walk.struct.count << 12, "struct pages: mapped bytes", walk.structBytes)
    return walk.maps
  }

  /// Consecutive frames that boot has mapped from an address on.
  struct Frames {
    var at: UInt64
    var first: UInt64
    var count: UInt64

    /// The frame that must stand at an address, or nil outside.
    func frame(_ address: UInt64) -> UInt64? {
      let page = (address &- at) >> 12
      return page < count ? first + page : nil
    }
  }
}

/// A walk over all tables, by hand: each is claimed before it is read, since tables may be damaged.
private struct TableCheck {
  let tables: PageTables
  let `struct`: PageTables.Frames
  let direct: PageTables.Frames
  /// What only kmap and kmap_local write.
  let windows: [ClosedRange<UInt64>]
  private let hasKeys: Bool
  /// Whether entries may be modules', who write what they like.
  private let ofModules: Bool
  var counts = InlineArray<6, UInt32>(repeating: 0)
  var directMap = InlineArray<3, UInt64>(repeating: 0)
  var structBytes: UInt64 = 0
  /// Entries that lead to each frame, as the frame's record counts them.
  var maps: [UInt32: FrameMaps] = [:]

  init(tables: PageTables, struct: PageTables.Frames, direct: PageTables.Frames) {
    self.tables = tables
    self.struct = `struct`
    self.direct = direct
    hasKeys = tables.ram.has(.pks)
    ofModules = tables.ram[tables.ram.paging].hasModulesEntries
    windows = tables.kmapWindows
  }

  mutating func check(
    _ table: UInt64, depth: Int, address: UInt64, _ checker: inout Checker
  ) {
    let ram = tables.ram
    guard checker.claim(table, "page table is not RAM") else { return }
    counts[depth] += 1
    let pfn = UInt32(table)
    let record = ram[FrameAllocator(ram: ram).frame(pfn)]
    var expected = checker.record(pfn, .table)
    expected.inheritPast(of: record)
    checker.expect(
      record == expected,
      "page table: frame record", table)
    var index = ram.nextUsedWord(pfn, from: 0) / 2
    while index < Level.entries {
      defer { index = ram.nextUsedWord(pfn, from: index * 2 + 2) / 2 }
      let entry = ram[table: table, index]
      let place = table << 12 | UInt64(index) * 8
      checker.expect(
        entry.isPresent || ofModules, "page table: entry is not present", place, entry.bits)
      guard entry.isPresent else { continue }
      var here = address | UInt64(index) << Level.shift(depth: depth)
      if depth == tables.levels && index >= Level.userEntries {
        here |= ~0 << Level.shift(depth: depth + 1)
      }
      if entry.endsWalk(depth: depth) {
        checkLeaf(entry, depth: depth, address: here, place: place, &checker)
      } else {
        checker.expect(
          ofModules || entry.attributes == Protection.kernelTable.bits,
          "page table: attributes of a table entry", place, entry.bits)
        check(entry.pfn, depth: depth - 1, address: here, &checker)
      }
      if checker.isFull { return }
    }
  }

  private mutating func checkLeaf(
    _ entry: Entry, depth: Int, address: UInt64, place: UInt64, _ checker: inout Checker
  ) {
    // A large leaf has its PAT bit where small ones have the lowest bit of the frame number.
    var attributes = entry.attributes
    // Rights that set_memory may have changed.
    let open = tables.ram[tables.ram.paging].changesRights ? Self.rights : 0
    attributes |= open
    var pfn = entry.pfn
    if depth > 1 {
      attributes &= ~Entry.pageSize
      if entry.bits & Entry.largePAT != 0 { attributes |= Entry.pageSize }
      pfn &= ~1
      checker.expect(
        pfn & (Level.size(depth: depth) >> 12 - 1) == 0, "page table: leaf alignment", place,
        entry.bits)
    }
    let size = Level.size(depth: depth)
    if let expected = direct.frame(address) {
      if hasKeys { attributes &= ~Entry.keyMask }
      directMap[depth - 1] += size
      // What once had other permissions is no longer global, and clean until it is written.
      let reset = Protection.kernel.bits & ~Entry.global
      let isReset = depth == 1 && (attributes == reset || attributes == reset & ~Entry.dirty)
      return checker.expect(
        pfn == expected && (isReset || ofModules || attributes == Protection.kernel.bits),
        "page table: leaf of the direct map", place, entry.bits)
    }
    if let expected = `struct`.frame(address) {
      structBytes += size
      let group = `struct`.first + (expected - `struct`.first) & ~7
      if depth == 1, pfn == group, expected != group,
        attributes == Protection.kernelReadOnly.bits | open
      {
        return checker.structAliases.append(expected - `struct`.first)
      }
      return checker.expect(
        pfn == expected && attributes == Protection.kernel.bits,
        "page table: leaf of the struct pages", place, entry.bits)
    }
    // Slots of kmap and kmap_local are held against what they are there for, elsewhere.
    if windows.contains(where: { $0.contains(address) }) { return }
    let frames = UInt64(tables.ram.frameCount)
    // Whoever counts nothing has nothing to hold against the records.
    let counted = tables.ram.countsEntries ? frames : 0
    for at in min(pfn, counted)..<min(pfn &+ size >> 12, counted) {
      maps[UInt32(at), default: FrameMaps()].note(entry, depth: depth)
    }
    if ofModules { return }
    if pfn < counted { attributes &= ~Entry.stale }
    let inRAM = pfn < frames
    let residue = Entry.accessed | Entry.dirty
    if depth == 1, inRAM, attributes & residue != residue,
      attributes | residue == Protection.kernel.bits
    {
      return checker.untouched.append(address)
    }
    let isPlain = inRAM && Self.ofRAM.contains(attributes)
    let isDevice = Self.ofDevices.contains(attributes)
    // What ioremap_page_range and vmap_pfn may lead to any frame.
    let isAnywhere =
      attributes == Protection.uncachedMinus.bits
      || depth == 1 && attributes == Protection.special.bits
    if inRAM, !isPlain, isAnywhere, !checker.isBoot(UInt32(pfn)) {
      checker.deviceLike.append(address)
    }
    checker.expect(
      isPlain
        || isDevice
          && (!inRAM || checker.isBoot(UInt32(pfn)) || isAnywhere),
      "page table: attributes of a leaf", place, entry.bits)
  }

  private static let rights = Entry.writable | Entry.dirty | Entry.noExecute
  /// What maps RAM: PAGE_KERNEL, PAGE_KERNEL_RO, PAGE_KERNEL_NOCACHE.
  private static let ofRAM: [UInt64] = [
    Protection.kernel.bits, Protection.kernelReadOnly.bits, Protection.uncached.bits,
  ]
  /// What maps devices, and RAM that boot has kept for itself.
  private static let ofDevices: [UInt64] = [
    Protection.uncachedMinus.bits, Protection.uncached.bits, Protection.writeCombining.bits,
    Protection.writeThrough.bits, Protection.special.bits,
  ]
}
