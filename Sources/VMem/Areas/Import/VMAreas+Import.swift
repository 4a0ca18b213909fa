/// Taking over what rows of vmallocinfo tell of another machine: addresses, flags, callers and numbers
/// of pages, but no contents.
extension VMAreas {
  package enum ImportDefect: Error { case noMemory }

  /// The number of a vmap node in `vmap_area.flags` of what is free at an address, as it is after most
  /// allocations; 0 where there is one node only, or where pools do not come in.
  private func nodeFlags(_ start: UInt64, _ end: UInt64) -> UInt32 {
    guard areas.nodeCount > 1, (end - start) >> 12 <= UInt64(VmapNode.poolCount),
      map.isVmallocAddress(start)
    else { return 0 }
    return UInt32(areas.nodeNumber(of: start) + 1) << 8
  }

  /// Called before so many rows are taken over.
  package func beginImport(of rows: Int) {
    // Records, and what the index and the free tree have for each.
    ram.expect(frames: UInt64(rows * (MemoryLayout<VMArea>.stride + 48)) >> 12)
  }

  /// Makes what `ranges`, ascending and apart, leave the free address space of a machine that has just
  /// been booted: a balanced tree, since rows do not tell its shape.
  package func leaveFree(
    around ranges: [(start: UInt64, end: UInt64)]
  ) throws(ImportDefect) {
    caches.free(ram[areas.state].freeRoot)
    guard areas.space.build(around: ranges) else { throw .noMemory }
  }

  /// Makes a busy area of a row; `caller` and `tail`, which is what stands behind it if that is not as
  /// a known kernel prints it, may be empty, and are cut at what an `ImportedRow` has room for.
  ///
  /// - Parameters:
  ///   - callerNumber: the caller's number in the file, and `tailNumber` the other text's.
  ///   - texts: symbols of texts that were there before.
  package func importArea(
    _ imported: ImportedArea, caller: Span<UInt8>, _ callerNumber: Int, tail: Span<UInt8>,
    _ tailNumber: Int, _ texts: inout ImportedTexts
  ) throws(ImportDefect) {
    guard let area = caches.allocate(VMArea.self) else { throw .noMemory }
    var record = record(imported)
    record.areaFlags = nodeFlags(imported.start, imported.end)
    record.caller = try beginning(of: caller, callerNumber, &texts)
    if imported.onlyNode == nil || !tail.isEmpty || caller.count > Symbol.maximumLength {
      guard let row = caches.allocate(ImportedRow.self) else { throw .noMemory }
      var more = ImportedRow()
      for node in 0..<8 { more.pages[node] = UInt32(clamping: imported.pagesPerNode[node]) }
      more.tail[0] = try beginning(of: tail, tailNumber, &texts)
      for at in 1..<4 { more.tail[at] = try piece(tail, at) }
      let isShort = ImportedRow.isShort(caller.count)
      for at in 0..<4 {
        more.callerRest[at] = try isShort ? piece(tail, at + 4) : piece(caller, at + 1)
      }
      ram[row] = more
      record.owned = row.granule
      record.importedNode = 0
    }
    ram[area] = record
    guard areas.insertBusy(BusyWord(area), at: record.start) else { throw .noMemory }
    if !record.flags.contains(.mapPutPages) {
      ram[ram.mapping].vmallocPages += UInt64(record.pageCount)
    }
  }

  /// The first piece of a text; none of an empty one.
  private func beginning(
    of text: Span<UInt8>, _ number: Int, _ texts: inout ImportedTexts
  ) throws(ImportDefect) -> Ref<Symbol> {
    if !texts[number].isNone { return texts[number] }
    texts[number] = try piece(text, 0)
    return texts[number]
  }

  /// The symbol of a text's piece, each of which is as long as a symbol can be; none behind its end.
  private func piece(_ text: Span<UInt8>, _ number: Int) throws(ImportDefect) -> Ref<Symbol> {
    let start = number * Symbol.maximumLength
    guard start < text.count else { return .none }
    let end = min(text.count, start + Symbol.maximumLength)
    do throws(Refusal) {
      return try names.intern(caller: text.extracting(start..<end))
    } catch {
      throw .noMemory
    }
  }

  private func record(_ imported: ImportedArea) -> VMArea {
    var record = VMArea()
    record.kind = .imported
    record.start = imported.start
    record.reserved = imported.end - imported.start
    record.flags = imported.flags
    let pages = UInt64(imported.pageCount) << 12
    if pages >= record.reserved { record.flags.insert(.noGuard) }
    // vmap takes pages over; only vmalloc counts its own.
    if pages > 0, !record.flags.contains(.alloc) { record.flags.insert(.mapPutPages) }
    record.requestedSize = record.size
    record.pageCount = imported.pageCount
    record.physicalAddress = imported.physicalAddress
    record.showsArray = imported.showsArray
    if imported.array != 0 { record.array = imported.array }
    let isHuge = ImportedArea.isHuge(
      start: record.start, size: record.reserved, pages: UInt64(record.pageCount),
      flags: record.flags)
    if isHuge { record.pageOrder = 9 }
    record.importedNode = imported.onlyNode ?? 0
    return record
  }

  /// Makes the areas of a per-CPU group, ascending, which are freed together.
  package func importGroup(
    _ members: [(start: UInt64, end: UInt64)], caller: Span<UInt8>
  ) throws(ImportDefect) {
    var next: UInt32 = 0
    for member in members.reversed() {
      guard let area = caches.allocate(VMArea.self) else { throw .noMemory }
      var record = VMArea()
      record.joinImportedGroup()
      record.start = member.start
      record.reserved = member.end - member.start
      record.requestedSize = record.reserved
      record.flags = .alloc
      record.owned = next
      record.caller = try piece(caller, 0)
      ram[area] = record
      guard areas.insertBusy(BusyWord(area), at: record.start) else { throw .noMemory }
      next = area.granule
    }
  }

  /// Makes a mapping of vm_map_ram, or one of its blocks where size and place are a block's: all of its
  /// pages are out then, since a row does not tell.
  ///
  /// - Parameter tail: what the row has behind its words; only the first piece of it is kept.
  package func importMapRAM(
    start: UInt64, end: UInt64, tail: Span<UInt8>
  ) throws(ImportDefect) {
    guard let area = caches.allocate(VMArea.self) else { throw .noMemory }
    let size = areas.blocks.size
    let isBlock = end - start == size && start & (size - 1) == 0 && map.isVmallocAddress(start)
    ram[area] = VMArea(mapRAM: end - start, isBlock: isBlock)
    ram[area].start = start
    ram[area].areaFlags |= nodeFlags(start, end)
    ram[area].tail = try piece(tail, 0)
    guard areas.insertBusy(BusyWord(area), at: start) else { throw .noMemory }
    guard isBlock else { return }
    let block = Priming.MapBlock(start: start, end: end, cpu: 0, free: 0, dirty: 0)
    guard areas.blocks.prime(block, area) else { throw .noMemory }
  }

  /// Puts a range on the lazy list of a vmap node, in front of those that are there. `busy` is what
  /// there was to see of it, if its row was read while the area was still busy.
  package func importLazy(
    start: UInt64, end: UInt64, node: Int, seen busy: ImportedArea?, caller: Span<UInt8>,
    tail: Span<UInt8>
  ) throws(ImportDefect) {
    guard let area = caches.allocate(VMArea.self) else { throw .noMemory }
    var record = VMArea()
    record.start = start
    record.reserved = end - start
    if let busy {
      record = self.record(busy)
      record.caller = try piece(caller, 0)
      ram[areas.node(node)].lazy.seenBusy += 1
    }
    ram[area] = record
    if areas.nodeCount > 1, node < areas.nodeCount {
      ram[area].areaFlags = UInt32(node + 1) << 8
    }
    areas.freeLazily(area)
    guard busy == nil, !tail.isEmpty else { return }
    // An area without a vm_struct has room for it.
    ram[area].kind = .mapRAM
    ram[area].tail = try piece(tail, 0)
  }

  /// Areas that wait for a purge and whose rows were read before that, while they were busy.
  package var seenBusy: [VMArea] {
    guard (0..<areas.nodeCount).contains(where: { ram[areas.node($0)].lazy.seenBusy > 0 })
    else { return [] }
    var found: [VMArea] = []
    forEachLazyAreaNewestFirst { area, _ in if area.kind == .imported { found.append(area) } }
    return found
  }

  /// Ends an import: a drain that was due had already run there.
  package func endImport() {
    ram[areas.state].drainScheduled = 0
    areas.setPoolsUnknown(true)
  }

  /// Whether an address lies in an imported area, in front of its guard page.
  @inline(never)
  func isImported(_ address: UInt64) -> Bool {
    guard address >= map.kernelStart else { return false }
    let area = areas.busyArea(containing: address)
    guard !area.isNone, ram[area].lacksContents else { return false }
    // Per-CPU areas have no guard page.
    let size = ram[area].kind == .perCPU ? ram[area].reserved : ram[area].size
    return address - ram[area].start < size
  }

  /// Makes an imported area one like others, on its way to the lazy list.
  @inline(never)
  func forgetRow(_ area: Ref<VMArea>) {
    let row = ram[area].importedRow
    if !row.isNone { caches.free(row) }
    ram[area].owned = 0
    ram[area].showsArray = false
    if ram[area].hasArray { ram[area].array = 0 }
    ram[area].pageOrder = 0
    ram[area].importedNode = 0
    ram[area].kind = .caller
  }
}
