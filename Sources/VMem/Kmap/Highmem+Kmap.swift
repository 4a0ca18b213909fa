/// kmap: addresses for pages of high memory that every task may use.
extension Highmem {
  /// Carries out `Machine.kmap`.
  package func kmap(_ pfn: UInt64) throws(Refusal) -> UInt64 {
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

  /// Carries out `Machine.kunmap`.
  package func kunmap(_ pfn: UInt64) throws(Refusal) {
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

  /// Carries out `Machine.kmapFlushUnused`.
  func kmapFlushUnused() throws(Refusal) {
    try beginCall()
    defer { endCall() }
    guard let pkmap else { return }
    pkmap.lock()
    pkmap.flushUnused()
  }

  /// Carries out `Machine.kmapToPage`.
  package func kmapToPage(_ address: UInt64) -> UInt64 {
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
