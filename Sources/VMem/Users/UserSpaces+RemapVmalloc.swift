extension UserSpaces {
  /// Carries out `Machine.remapVmallocRange`.
  package func remapVmallocRange(
    _ user: UInt64, _ address: UInt64, offset: UInt64
  ) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let space = space(ofCPU: cpu)
    guard !space.isNone, let mapping = mapping(at: user, space) else {
      throw Refusal(.errno(.ENOENT), .noUserMapping, user)
    }
    let (start, end) = (ram[mapping].start, ram[mapping].end)
    guard offset >> 52 == 0 else { throw Refusal(.errno(.EINVAL), .offsetWraps, offset) }
    guard address & 4095 == 0 else {
      throw Refusal(.errno(.EINVAL), .addressNotAligned, address)
    }
    guard let area = vmAreas.findVMArea(address) else {
      throw Refusal(.errno(.EINVAL), .noAreaAtAddress, address)
    }
    guard !area.flags.isDisjoint(with: [.usermap, .dmaCoherent]) else {
      throw Refusal(.errno(.EINVAL), .notUserMap, area.flags.rawValue)
    }
    let (last, wraps) = (end - start).addingReportingOverflow(offset << 12)
    guard !wraps, last <= area.size else {
      throw Refusal(.errno(.EINVAL), .pastAreaSize, last, area.size)
    }
    let pages = try pagesToInsert(
      address &+ offset << 12, start: start, end: end, tables(of: space))
    ram[mapping].flags.insert(.mixedMap)
    for (index, pfn) in pages.enumerated() {
      try insertPage(space, ram[mapping], start + UInt64(index) << 12, pfn)
    }
    ram[mapping].flags.formUnion([.dontExpand, .dontDump])
  }

  /// Frames for a user range, up to the first that will be refused. What a kernel would crash of is a
  /// BUG before anything is done.
  private func pagesToInsert(
    _ address: UInt64, start: UInt64, end: UInt64, _ tables: PageTables
  ) throws(Refusal) -> [UInt64] {
    var pages: [UInt64] = []
    for user in stride(from: start, to: end, by: 4096) {
      let kernel = address &+ (user - start)
      guard case .leaf(let pfn, _, _) = self.tables.look(up: kernel) else {
        // The null page's compound_head.
        let inlined = Switch.Kernels.insertPageChecksItself.contains(configuration.kernel)
        logPageFault(inlined ? .vm_insert_page : .validate_page_before_insert, 8, [])
        throw Refusal(.bug, .holeInArea, kernel)
      }
      guard pfn < UInt64(ram.frameCount) else {
        throw bug(.vm_insert_page, .invalidFrame, kernel, pfn)
      }
      pages.append(pfn)
      if !canInsert(pfn) { break }
      if case .leaf = tables.look(up: user) { break }
    }
    return pages
  }

  private func canInsert(_ pfn: UInt64) -> Bool {
    let frame = ram[frames.frame(UInt32(pfn))]
    return frame.refcount > 0 && frame.type == nil
  }

  /// `vm_insert_page`.
  private func insertPage(
    _ space: Ref<UserSpace>, _ mapping: UserMapping, _ user: UInt64, _ pfn: UInt64
  ) throws(Refusal) {
    guard canInsert(pfn) else { throw Refusal(.errno(.EINVAL), .pageNotAllocated, pfn) }
    let tables = tables(of: space)
    switch tables.buildTables(user, user + 4096, depth: 1, { mightSleep(.vm_insert_page) }) {
    case .noMemory(let address, let depth):
      throw Refusal(.errno(.ENOMEM), .noTableMemory, address, mappings.levelCode(depth - 1))
    default: break
    }
    let (table, _) = tables.entryPlace(user, depth: 1)
    let index = Level.index(of: user, depth: 1)
    let entry = ram[table: table, index]
    guard entry.isNone else { throw Refusal(.errno(.EBUSY), .slotOccupied, user, entry.bits) }
    let frame = frames.frame(UInt32(pfn))
    ram[frame].addReferences(1)
    ram[frame].mapcount &+= 1
    ram[table: table, index] = Entry(userPage: pfn, mapping.protection)
  }
}
