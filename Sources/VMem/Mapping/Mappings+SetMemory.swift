/// What kernel addresses allow: `arch/x86/mm/pat/set_memory.c`.
extension Mappings {
  /// Carries out `Machine.setMemoryRO`.
  package func setMemoryRO(_ address: UInt64, count: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let clear = Entry.writable | (has(.roKeepsDirty) ? 0 : Entry.dirty)
    try changeAttributes(address, count, clear: clear)
  }

  /// Carries out `Machine.setMemoryRW`.
  package func setMemoryRW(_ address: UInt64, count: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try changeAttributes(address, count, set: Entry.writable)
  }

  /// Carries out `Machine.setMemoryX`.
  package func setMemoryX(_ address: UInt64, count: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try changeAttributes(address, count, clear: Entry.noExecute)
  }

  /// Carries out `Machine.setMemoryNX`.
  package func setMemoryNX(_ address: UInt64, count: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try changeAttributes(address, count, set: Entry.noExecute)
  }

  /// `change_page_attr_set_clr`.
  private func changeAttributes(
    _ address: UInt64, _ count: UInt64, set: UInt64 = 0, clear: UInt64 = 0
  ) throws(Refusal) {
    let count = Int32(truncatingIfNeeded: count)
    // Where cpa_flush would find interrupts disabled.
    guard context != .irq, context != .nmi else {
      throw bug(.cpa_flush, .inInterrupt, UInt64(context.rawValue))
    }
    var change = AttributeChange(address & ~4095)
    change.set = set
    change.clear = clear
    if has(.nxOverHoles), set | clear == Entry.noExecute {
      change.changesAliases = false
      change.passesHoles = true
      guard count >= 0 else {
        throw bug(.__change_page_attr, .neverEnds, UInt64(bitPattern: Int64(count)))
      }
    }
    if address & 4095 != 0 { warnOnce(.setMemoryUnaligned, .change_page_attr_set_clr) }
    vmAreas.flushAliases()
    // A negative number is a very large one, which ends at the first hole.
    let pages = UInt64(bitPattern: Int64(count))
    let end = change.run(mmu, change.start, pages: pages)
    settle(change, pages, end)
    switch end {
    case .done: return
    case .hole(let address, let depth):
      warn(.__cpa_process_fault, .cpaZeroPTE, address, change.start)
      throw Refusal(.errno(.EFAULT), .notMapped, address, levelCode(depth))
    case .noMemory(let address, let depth):
      throw Refusal(.errno(.ENOMEM), .noTableMemory, address, levelCode(depth))
    }
  }

  /// Flushes what has changed: `cpa_flush`. Where only the direct map has, nobody does.
  private func settle(_ change: AttributeChange, _ pages: UInt64, _ end: AttributeChange.End) {
    if change.isChanged || change.aliases != nil { ram[ram.paging].changesRights = true }
    guard change.isChanged else {
      if let (from, to) = change.aliases { FlushObligation(ram, from, to).deferToPurge() }
      return
    }
    let isLong = pages > TLBFlush.ceiling
    // Of an address that only lacks its sign the kernel flushes the one that is meant.
    let start = UInt64(bitPattern: Int64(bitPattern: change.start << 1) >> 1)
    let obligation = FlushObligation(ram, start, start &+ (isLong ? 0 : pages << 12))
    if end != .done || change.flushesEverything || isLong {
      obligation.flushEverything()
    } else {
      obligation.flush()
    }
  }

  /// Carries out `Machine.setVMFlushResetPerms`.
  package func setVMFlushResetPerms(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let area = areas.busyArea(containing: address)
    guard !area.isNone, ram[area].isVMStruct else {
      throw Refusal(.errno(.ENOENT), .noAreaAtAddress, address)
    }
    ram[area].flags.insert(.flushResetPerms)
  }

  /// Takes the pages of an area that had other permissions out of the direct map, flushes, and puts
  /// them back with the usual ones. The corresponding kernel function is `vm_reset_perms`.
  ///
  /// The entries come back without the global bit, and leaves that were split stay so, as in a kernel.
  func resetPermissions(_ pages: [UInt64]) {
    var range: (start: UInt64, end: UInt64)?
    for pfn in pages where !highmem.isHighMemory(pfn) {
      let start = map.pageOffset &+ pfn << 12
      range =
        range.map { (min($0.start, start), max($0.end, start + 4096)) } ?? (start, start + 4096)
      changeDirectMap(
        start,
        clear: Entry.present | Entry.writable | (has(.roKeepsDirty) ? 0 : Entry.dirty))
    }
    if let (start, end) = range { FlushObligation(ram, start, end).deferToPurge() }
    areas.unmapAliases(also: range)
    for pfn in pages where !highmem.isHighMemory(pfn) {
      changeDirectMap(map.pageOffset &+ pfn << 12, set: Entry.present | Entry.writable)
    }
  }

  /// Without memory for a table a page keeps its permissions, and nobody is told.
  private func changeDirectMap(_ address: UInt64, set: UInt64 = 0, clear: UInt64 = 0) {
    var change = AttributeChange(address)
    change.set = set
    change.clear = clear
    change.changesAliases = false
    _ = change.run(mmu, address, pages: 1)
  }
}
