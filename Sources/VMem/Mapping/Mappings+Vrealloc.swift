extension Mappings {
  /// Carries out `Machine.vrealloc`.
  package func vrealloc(
    _ address: UInt64, _ request: VmallocRequest
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    guard has(.vrealloc) else { throw Refusal(.errno(.EOPNOTSUPP), .noVrealloc) }
    let size = request.size
    guard size > 0 else {
      try vfree(address)
      throw Refusal(.null, .sizeRoundsToZero, 0)
    }
    guard address != 0 else { return try vmalloc(request) }
    let area = areas.busyArea(containing: address)
    guard !area.isNone, ram[area].isVMStruct else {
      warn(.vrealloc, .badVfree, level: 3, address)
      throw Refusal(.null, .noAreaAtAddress, address)
    }
    if ram[area].kind == .stack { throw vmAreas.whyStays(.vrealloc, area) }
    guard ram[area].kind != .imported else {
      throw Refusal(.errno(.EFAULT), .notImported, address)
    }
    try checkVrealloc(address, request)
    let start = ram[area].start
    let before = ram[area].requestedSize
    if request.gfp.contains(.thisNode), let node = request.node, let pfn = vmallocToPFN(address),
      has(.vreallocAlign),
      ram[frames.frame(UInt32(pfn))].node != node
    {
      return try move(start, before, request)
    }
    if size <= before {
      if request.gfp.contains(.zero) || has(.initOnAlloc) {
        try zeroTail(address + size, count: before - size)
      }
      ram[area].requestedSize = size
      // Freeing may sleep and write: only with __GFP_IO and __GFP_FS.
      if has(.vreallocFrees), request.gfp.contains([.io, .fs]) {
        try freeTail(area, keeping: size)
      }
      return address
    }
    let available = has(.vreallocFrees) ? UInt64(ram[area].pageCount) << 12 : ram[area].size
    if size <= available {
      ram[area].requestedSize = size
      return address
    }
    return try move(start, before, request)
  }

  /// Zeroes what an area no longer needs. One that `get_vm_area` made has no pages there.
  private func zeroTail(_ address: UInt64, count: UInt64) throws(Refusal) {
    do throws(Refusal) {
      try mmu.fill(address, count: count, byte: 0)
    } catch {
      logPageFault(.memset_orig, of: error, isWrite: true)
      throw error
    }
  }

  /// What the call did not look at before 6.18, and could not be told.
  private func checkVrealloc(_ address: UInt64, _ request: VmallocRequest) throws(Refusal) {
    guard has(.vreallocAlign) else {
      guard request.align <= 1, request.node == nil else {
        throw Refusal(.errno(.EOPNOTSUPP), .noVreallocAlign)
      }
      return
    }
    guard request.align.nonzeroBitCount != 1 || address & (request.align - 1) == 0 else {
      warn(.vrealloc, .vreallocAlignment, request.align)
      throw Refusal(.null, .addressLessAligned, address, request.align)
    }
  }

  private func move(
    _ start: UInt64, _ count: UInt64, _ request: VmallocRequest
  ) throws(Refusal) -> UInt64 {
    let moved = try vmalloc(request)
    let copied = has(.vreallocOverflow) ? count : min(count, request.size)
    do throws(Refusal) {
      try mmu.copy(to: moved, from: start, count: copied)
    } catch {
      logPageFault(nil, of: error, isWrite: error.a &- moved < copied)
      throw Refusal(.bug, .copyOverruns, moved, copied, request.size)
    }
    try vfree(start)
    return moved
  }

  /// Unmaps and frees the pages past `size` bytes. Their addresses stay the area's.
  private func freeTail(_ area: Ref<VMArea>, keeping size: UInt64) throws(Refusal) {
    let record = ram[area]
    let kept = (size + 4095) >> 12
    let set = record.pages
    guard kept < UInt64(record.pageCount), record.pageOrder == 0, !set.isNone,
      record.flags.isDisjoint(with: [.usermap, .flushResetPerms])
    else { return }
    try vunmapRange(start: record.start + kept << 12, end: record.start &+ record.size)
    for index in kept..<UInt64(record.pageCount) {
      if let pfn = pageSets.page(index, of: set) { dropReference(pfn, set, isLent: false) }
    }
    pageSets.truncate(set, to: UInt32(kept))
    ram[area].pageCount = UInt32(kept)
    ram[ram.mapping].vmallocPages -= UInt64(record.pageCount) - kept
  }
}
