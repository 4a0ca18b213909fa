/// Mapping over ranges of kernel addresses, whatever areas lie there.
extension Mappings {
  /// Refuses what would make a real kernel overwrite or lose its own memory: ranges that are not
  /// canonical addresses of one half, and the direct map and the struct pages.
  private func checkRange(
    _ function: KernelFunction, _ start: UInt64, _ end: UInt64
  ) throws(Refusal) {
    guard start < end else { throw bug(function, .emptyRange, start, end) }
    guard map.isCanonical(start), map.isCanonical(end - 1), start >> 63 == (end - 1) >> 63 else {
      throw bug(function, .notCanonical, map.isCanonical(start) ? end : start)
    }
    guard
      !overlaps(start, end: end, base: map.pageOffset, size: UInt64(highmem.directFrames) << 12),
      !overlaps(start, end: end, base: map.vmemmap, size: UInt64(ram.frameCount) << 6),
      !highmem.touchesWindows(start, end)
    else { throw bug(function, .touchesDirectMap, start, end) }
  }

  /// Refuses to unmap an area that must stay.
  @inline(__always)
  func refuseToFree(_ function: KernelFunction, _ area: Ref<VMArea>) throws(Refusal) {
    if mustStay(area) { throw vmAreas.whyStays(function, area) }
  }

  /// Whether an area must not be freed: it was asked for over the direct map or the struct pages, or is
  /// that of an arena or a stack.
  @inline(__always)
  func mustStay(_ area: Ref<VMArea>) -> Bool {
    if ram[area].kind.isFreedByOwner { return true }
    let (start, end) = (ram[area].start, ram[area].end)
    guard start < map.vmallocStart || end > map.vmallocEnd else { return false }
    return touchesBootMappings(start, end)
  }

  /// Walks ignore the bits above the translated ones, so other ranges count where they alias.
  @inline(never)
  private func touchesBootMappings(_ start: UInt64, _ end: UInt64) -> Bool {
    let period = Level.size(depth: map.levels + 1)
    guard end &- start < period else { return true }
    let from = start & (period - 1)
    let to = from + (end &- start)
    if highmem.touchesWindows(start, end) { return true }
    let frames = UInt64(ram.frameCount)
    for (base, size) in [
      (map.pageOffset, UInt64(highmem.directFrames) << 12), (map.vmemmap, frames << 6),
    ] {
      let base = base & (period - 1)
      if overlaps(from, end: to, base: base, size: size)
        || overlaps(from, end: to, base: base + period, size: size)
      {
        return true
      }
    }
    return false
  }

  private func overlaps(_ start: UInt64, end: UInt64, base: UInt64, size: UInt64) -> Bool {
    start < base + size && end > base
  }

  /// Carries out `Machine.vmapPagesRange`.
  package func vmapPagesRange(start: UInt64, end: UInt64, pages: [UInt64]) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try checkMapping(start: start, end: end)
    try mapPages(start, end, pages)
  }

  /// What `vmap_pages_range` checks before it maps.
  func checkMapping(start: UInt64, end: UInt64) throws(Refusal) {
    try checkRange(.__vmap_pages_range_noflush, start, end)
    try arenas.refuseArenas(.__vmap_pages_range_noflush, start, end)
  }

  /// Maps pages: the caller's `own`, or others', to which it has no reference.
  func mapPages(
    _ start: UInt64, _ end: UInt64, _ pages: [UInt64], gfp: GFP = .kernel,
    protection: Protection = .kernel, own: Bool = false
  ) throws(Refusal) {
    if !own { ram.noteMappingOfOthers() }
    let outcome = tables.mapPages(start, end, pages, protection) {
      if gfp.mayBlock || has(.searchSleeps) { mightSleep(.pte_alloc_kernel) }
    }
    switch outcome {
    case .done: return
    case .occupied(let address, let entry):
      warn(.vmap_pages_pte_range)
      throw Refusal(.errno(.ENOMEM), .slotOccupied, address, entry.bits)
    case .nullPage(let address, let position):
      warn(.vmap_pages_pte_range)
      throw Refusal(.errno(.ENOMEM), .nullPage, address, UInt64(position))
    case .invalidFrame(let address, let pfn):
      warn(.vmap_pages_pte_range)
      throw Refusal(.errno(.ENOMEM), .invalidFrame, address, pfn)
    case .noMemory(let address, let depth):
      throw Refusal(.errno(.ENOMEM), .noTableMemory, address, levelCode(depth - 1))
    case .leaf(let address, let depth):
      throw bug(.vmap_pages_pte_range, .leafInTheWay, address, levelCode(depth))
    }
  }

  /// Number of a level in the values of a refusal: `Level.rawValue`.
  func levelCode(_ depth: Int) -> UInt64 {
    UInt64(Level(depth: depth, levels: map.levels).rawValue)
  }

  /// Carries out `Machine.vunmapRange`.
  package func vunmapRange(start: UInt64, end: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try clearRange(start: start, end: end).flush()
  }

  /// The first part of `vunmap_range`: clears the entries.
  func clearRange(start: UInt64, end: UInt64) throws(Refusal) -> FlushObligation {
    try checkRange(.__vunmap_range_noflush, start, end)
    try arenas.refuseArenas(.__vunmap_range_noflush, start, end)
    guard !tables.unmapRunsAway(start, end) else {
      throw bug(.vunmap_pte_range, .unalignedUnmap, start, end)
    }
    let cleared = tables.unmap(start, end)
    for _ in 0..<cleared.partialLeaves >> 32 { warn(.vunmap_pud_range) }
    for _ in 0..<cleared.partialLeaves & 0xffff_ffff { warn(.vunmap_pmd_range) }
    return cleared
  }

  /// Carries out `Machine.populate`.
  package func populate(start: UInt64, end: UInt64, level: Level = .pte) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    guard start < end else {
      warn(.__apply_to_page_range)
      throw Refusal(.errno(.EINVAL), .emptyRange, start, end)
    }
    try checkRange(.__apply_to_page_range, start, end)
    let depth = level.depth(levels: map.levels)
    let outcome = tables.buildTables(start, end, depth: depth) { mightSleep(.pte_alloc_kernel) }
    switch outcome {
    case .noMemory(let address, let depth):
      throw Refusal(.errno(.ENOMEM), .noTableMemory, address, levelCode(depth - 1))
    case .leaf(let address, let depth):
      warn(.__apply_to_page_range)
      throw Refusal(.errno(.EINVAL), .leafInTheWay, address, levelCode(depth))
    default: return
    }
  }

  /// Carries out `Machine.setPTE`.
  package func setPTE(at address: UInt64, pfn: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    guard map.isCanonical(address) else { throw Refusal(.errno(.EINVAL), .notCanonical, address) }
    guard pfn < UInt64(ram.frameCount) else {
      throw Refusal(.errno(.EINVAL), .invalidFrame, address, pfn)
    }
    let page = address & ~4095
    guard !highmem.touchesWindows(page, page &+ 4096) else {
      throw Refusal(.errno(.EINVAL), .touchesDirectMap, page, page &+ 4096)
    }
    try arenas.refuseArenas(.set_pte_at, address, address &+ 1)
    let (table, stoppedAt) = tables.entryPlace(address, depth: 1)
    let entry = ram[table: table, Level.index(of: address, depth: stoppedAt)]
    if stoppedAt != 1 {
      throw entry.isPresent
        ? Refusal(.errno(.EBUSY), .leafInTheWay, address, levelCode(stoppedAt))
        : Refusal(.errno(.ENOENT), .noTable, address, levelCode(stoppedAt - 1))
    }
    guard entry.isNone else { throw Refusal(.errno(.EBUSY), .slotOccupied, address, entry.bits) }
    ram[table: table, Level.index(of: address, depth: 1)] = Entry(pfn: pfn, .kernel)
    ram.noteMappingOfOthers()
    ram.countMapping(of: pfn)
  }

  /// Carries out `Machine.vmallocToPFN`.
  package func vmallocToPFN(_ address: UInt64) -> UInt64? {
    guard case .leaf(let pfn, _, _) = tables.look(up: address) else { return nil }
    return pfn
  }
}
