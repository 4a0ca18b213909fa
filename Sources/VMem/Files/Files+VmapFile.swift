/// Mapping part of a file into the kernel: `vmap_file`, of a patch that was never merged.
extension Files {
  /// Carries out `Machine.vmapFile`.
  package func vmapFile(
    _ address: UInt64, start: UInt64, end: UInt64, flags: VMFlags = [],
    protection: Protection = .kernel, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let file = try file(at: address)
    let flags = try fileMapFlags(flags)
    guard start < end else { throw Refusal(.null, .emptyRange, start, end) }
    let (first, last) = (start >> 12, (end - 1) >> 12)
    guard last - first < UInt64(ram[Superblock.ref].managedFrames) else {
      throw Refusal(
        .null, .morePagesThanRAM, last - first + 1, UInt64(ram[Superblock.ref].managedFrames))
    }
    var pages: [UInt64] = []
    for index in first...last {
      guard let pfn = cachedPage(file, index) else {
        guard index < ram[file].sizeInPages else {
          throw Refusal(.null, .behindFileEnd, index, ram[file].size)
        }
        throw Refusal(.null, .pageNotResident, index)
      }
      pages.append(UInt64(pfn))
    }
    let area = try vmAreas.makeArea(size: (last - first + 1) << 12, flags: flags, caller: caller)
    do throws(Refusal) {
      try mappings.mapPages(
        ram[area].start, ram[area].start + (last - first + 1) << 12, pages,
        protection: protection)
    } catch {
      vmAreas.removeArea(area)
      throw Refusal(.null, as: error)
    }
    return ram[area].start
  }

  /// Carries out `Machine.vmapFileRFC`.
  package func vmapFileRFC(
    _ address: UInt64, start: UInt64, last: UInt64, flags: VMFlags = [],
    protection: Protection = .kernel, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let file = try file(at: address)
    let flags = try fileMapFlags(flags)
    let (first, final) = (start >> 12, last >> 12)
    let area = try vmAreas.makeArea(
      size: (final &- first &+ 1) << 12, flags: flags, caller: caller)
    let (base, end) = (ram[area].start, ram[area].start + (final &- first &+ 1) << 12)
    ram.noteMappingOfOthers()
    var at = base
    var index = first
    while at < end, let (found, word) = ram[file].pages.next(from: index, ram), found <= final,
      word & File.swapped == 0, let folio = folio(file, found)
    {
      // The offset into the first folio is negative where the file has a hole there.
      let skipped = at == base ? first &- folio.index : 0
      let physical = (UInt64(folio.pfn) &+ skipped) << 12 & Entry.pfnMask
      let pages = 1 << UInt64(folio.order) &- skipped
      let next = min(end, at &+ pages << 12)
      let outcome = tables.mapPhysical(at, end: next, physical: physical, protection, largest: 1) {
        mightSleep(.pte_alloc_kernel)
      }
      guard case .done = outcome else {
        vmAreas.removeArea(area)
        throw Refusal(.null, .noTableMemory, at, mappings.levelCode(1))
      }
      at = next
      index = folio.index + 1 << UInt64(folio.order)
    }
    return base
  }

  private func fileMapFlags(_ flags: VMFlags) throws(Refusal) -> VMFlags {
    mightSleep(.vmap_file)
    guard !flags.contains(.flushResetPerms) else {
      warnOnce(.vmapFileFlushResetPerms, .vmap_file)
      throw Refusal(.null, .flushResetPerms, flags.rawValue)
    }
    guard flags.contains(.noGuard) else { return flags }
    warnOnce(.vmapFileNoGuard, .vmap_file)
    return flags.subtracting(.noGuard)
  }
}
