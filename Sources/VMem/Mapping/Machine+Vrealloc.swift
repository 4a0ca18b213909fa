extension Machine {
  /// Changes the size of a vmalloc area, in place when its pages suffice, and returns its address. The
  /// corresponding kernel function is `vrealloc`.
  ///
  /// A null address allocates, a size of 0 frees and refuses with NULL, an unknown address is a WARN
  /// and NULL. Kernels with `vreallocFrees` give whole pages of a cut tail back, unless the area has
  /// large leaves, VM_USERMAP or VM_FLUSH_RESET_PERMS; the area keeps its addresses all the same.
  public func vrealloc(
    _ address: UInt64, size: UInt64, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    guard size > 0 else {
      try vfree(address)
      throw Refusal(.null, .sizeRoundsToZero, 0)
    }
    guard address != 0 else { return try reallocated(size, caller) }
    let area = areas.busyArea(containing: address)
    guard !area.isNone, ram[area].isVMStruct else {
      warn(.vrealloc, .badVfree, level: 3, address)
      throw Refusal(.null, .noAreaAtAddress, address)
    }
    if ram[area].kind == .stack { throw whyStays(.vrealloc, area) }
    let start = ram[area].start
    let before = ram[area].requestedSize
    if size <= before {
      ram[area].requestedSize = size
      if has(.vreallocFrees) { try freeTail(area, keeping: size) }
      return address
    }
    let available = has(.vreallocFrees) ? UInt64(ram[area].pageCount) << 12 : ram[area].size
    if size <= available {
      ram[area].requestedSize = size
      return address
    }
    let moved = try reallocated(size, caller)
    try copy(to: moved, from: start, count: before)
    try vfree(start)
    return moved
  }

  private func reallocated(_ size: UInt64, _ caller: Ref<Symbol>) throws(Refusal) -> UInt64 {
    var request = VmallocRequest(size: size)
    request.caller = caller
    return try vmalloc(request)
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
      if let pfn = page(index, of: set) { dropReference(pfn, set, isLent: false) }
    }
    truncate(set, to: UInt32(kept))
    ram[area].pageCount = UInt32(kept)
    ram[ram.mapping].vmallocPages -= UInt64(record.pageCount) - kept
  }
}
