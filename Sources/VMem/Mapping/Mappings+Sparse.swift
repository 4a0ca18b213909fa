/// Sparse areas (VM_SPARSE): address space whose pages come and go.
extension Mappings {
  /// Carries out `Machine.vmAreaMapPages`.
  package func vmAreaMapPages(
    area address: UInt64, start: UInt64, end: UInt64, pages: [UInt64]
  ) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try checkSparseMapping(area: address, start: start, end: end)
    try mapPages(start, end, pages)
  }

  /// What `vm_area_map_pages` checks before it maps.
  func checkSparseMapping(area address: UInt64, start: UInt64, end: UInt64) throws(Refusal) {
    mightSleep(.vm_area_map_pages)
    try checkSparse(try area(at: address), start, end)
    guard start < end else { throw bug(.__vmap_pages_range_noflush, .emptyRange, start, end) }
    try arenas.refuseArenas(.vm_area_map_pages, start, end)
  }

  /// Carries out `Machine.vmAreaUnmapPages`.
  package func vmAreaUnmapPages(area address: UInt64, start: UInt64, end: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try checkSparseUnmapping(area: address, start: start, end: end)
    try vunmapRange(start: start, end: end)
  }

  /// What `vm_area_unmap_pages` checks before it unmaps.
  func checkSparseUnmapping(area address: UInt64, start: UInt64, end: UInt64) throws(Refusal) {
    mightSleep(.vm_area_unmap_pages)
    try checkSparse(try area(at: address), start, end)
  }

  /// A kernel before 6.9 has no such calls, as a machine without the switch `sparse`.
  private func area(at address: UInt64) throws(Refusal) -> Ref<VMArea> {
    guard has(.sparse) else { throw Refusal(.errno(.EOPNOTSUPP), .noSparseAreas) }
    let found = areas.busyArea(startingAt: address)
    guard !found.isNone, ram[found].isVMStruct else {
      throw Refusal(.errno(.ENOENT), .noAreaAtAddress, address)
    }
    return found
  }

  /// `check_sparse_vm_area`.
  private func checkSparse(
    _ area: Ref<VMArea>, _ start: UInt64, _ end: UInt64
  ) throws(Refusal) {
    let flags = ram[area].flags
    let bits = flags.rawValue
    if flags.contains(.flushResetPerms) {
      warnOnce(.sparseFlushResetPerms, .check_sparse_vm_area)
      throw Refusal(.errno(.EINVAL), .flushResetPerms, bits)
    }
    if flags.contains(.noGuard) {
      warnOnce(.sparseNoGuard, .check_sparse_vm_area)
      throw Refusal(.errno(.EINVAL), .noGuard, bits)
    }
    if !flags.contains(.sparse) {
      warnOnce(.sparseFlags, .check_sparse_vm_area)
      throw Refusal(.errno(.EINVAL), .notSparse, bits)
    }
    let pages = (end &- start) >> 12
    let total = UInt64(ram[Superblock.ref].managedFrames)
    guard pages <= total else { throw Refusal(.errno(.E2BIG), .morePagesThanRAM, pages, total) }
    let (first, last) = (ram[area].start, ram[area].start &+ ram[area].size)
    guard start >= first else { throw Refusal(.errno(.ERANGE), .beforeAreaStart, start, first) }
    guard end <= last else { throw Refusal(.errno(.ERANGE), .pastAreaEnd, end, last) }
  }
}
