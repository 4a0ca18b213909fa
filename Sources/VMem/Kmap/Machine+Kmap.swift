/// kmap: addresses for pages of high memory that every task may use.
extension Machine {
  /// The page's address, the same for all; where the direct map has it, that one. The corresponding
  /// kernel function is `kmap`.
  ///
  /// When no slot is free the task sleeps: the outcome is `blocked`, and its CPU does nothing more
  /// until another task runs there. A kunmap of the last user of any slot wakes it; when it runs
  /// again the call goes on. Where nothing may sleep that is a BUG.
  public func kmap(_ pfn: UInt64) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    mightSleep(.kmap)
    try checkPage(pfn, .kmap)
    guard isHighMemory(pfn), let pkmap else { return directAddress(pfn) }
    return try take(UInt32(pfn), pkmap)
  }

  /// A slot for a page, or sleep.
  func take(_ page: UInt32, _ pkmap: Pkmap) throws(Refusal) -> UInt64 {
    let control = try kmapControl()
    pkmap.lock()
    if let address = pkmap.map(page, by: auditBit) { return address }
    if context.isAtomic { throw bug(.schedule, .sleepsInAtomic, UInt64(pkmap.window.slots)) }
    fallAsleep(control, page, pkmap)
    throw Refusal(.blocked, .noKmapSlot, UInt64(pkmap.window.slots))
  }

  /// Gives up one use of a page's slot; the entry stays until the next flush. The corresponding
  /// kernel function is `kunmap`.
  ///
  /// A page without an address, or more kunmaps than kmaps, is a BUG.
  public func kunmap(_ pfn: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    mightSleep(.kunmap)
    try checkPage(pfn, .kunmap)
    guard isHighMemory(pfn), let pkmap else { return }
    pkmap.lock()
    guard let number = pkmap.slot(ofPage: UInt32(pfn)) else {
      throw bug(.kunmap_high, .pageNotKmapped, pfn)
    }
    let slot = pkmap.slot(number)
    guard ram[slot].count > 1 else { throw bug(.kunmap_high, .kunmapUnbalanced, pfn) }
    ram[slot].count -= 1
    if ram[slot].makers & auditBit == 0 { ram[slot].marks.insert(.foreignRelease) }
    guard ram[slot].count == 1 else { return }
    pkmap.note(
      pkmap.window.address(number), UInt32(pfn), ram[slot].marks, makers: ram[slot].makers,
      users: ram[slot].users)
    ram[slot].marks = []
    ram[slot].makers = 0
    ram[slot].users = 0
    if ram[pkmap.state].waiting > 0 { wakeKmapSleepers(pkmap) }
  }

  /// Clears the slots without users and flushes, so that their pages have no address any more. The
  /// corresponding kernel function is `kmap_flush_unused`.
  public func kmapFlushUnused() throws(Refusal) {
    try beginCall()
    defer { endCall() }
    guard let pkmap else { return }
    pkmap.lock()
    pkmap.flushUnused()
  }

  /// Frame number of the page that an address leads to by the kernel's arithmetic. The
  /// corresponding kernel function is `kmap_to_page`.
  ///
  /// In PKMAP that is what the entry says, among the slots of kmap_local what the current task has
  /// there, and everywhere else the place in the direct map, however far from it the address lies:
  /// so for the topmost slot of kmap_local, which the kernel forgets.
  public func kmapToPage(_ address: UInt64) -> UInt64 {
    let direct = (address &- map.pageOffset) >> 12
    guard let pkmap else { return direct }
    if pkmap.window.slot(address) != nil {
      warnOnce(.kmapToPageOfSlot, .__kmap_to_page)
      return pkmap.entry(address).pfn
    }
    guard let number = pkmap.window.localNumber(address, localSlots * cpuCount), number > 0 else {
      return direct
    }
    warnOnce(.kmapToPageOfLocalSlot, .__kmap_to_page)
    if let control = existingKmapControl, number / localSlots == cpu {
      let entry = ram[control].entries[number % localSlots]
      if number % localSlots < Int(ram[control].index), entry.isPresent { return entry.pfn }
    }
    return direct
  }
}
