/// kmap_local: addresses for one task, in slots of the CPU it runs on, last in first out.
extension Highmem {
  /// Carries out `Machine.kmapLocalPage`.
  package func kmapLocalPage(_ pfn: UInt64) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    try checkPage(pfn, .kmap_local_page)
    guard let pkmap, isHighMemory(pfn) || has(.kmapForceMap) else { return try holdDirect(pfn) }
    return try push(pfn, pkmap)
  }

  /// Carries out `Machine.kmapLocalPFN`.
  package func kmapLocalPFN(_ pfn: UInt64) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    guard let pkmap else { return try kmapLocalPage(pfn) }
    guard pfn < 1 << (Mappings.physicalBits - 12) else {
      throw Refusal(.errno(.EINVAL), .noPhysicalAddress, pfn << 12, UInt64(Mappings.physicalBits))
    }
    return try push(pfn, pkmap)
  }

  private func push(_ pfn: UInt64, _ pkmap: Pkmap) throws(Refusal) -> UInt64 {
    let control = try kmapControl()
    let index = Int(ram[control].index) + localStep
    guard index < localSlots else {
      throw bug(
        .__kmap_local_pfn_prot, .kmapTooDeep, UInt64(ram[control].migrationDisabled),
        UInt64((localSlots - 1) / localStep))
    }
    let address = pkmap.window.localAddress(index - 1 + localSlots * cpu)
    _ = try hold(control, address, pfn)
    let entry = Entry(pfn: pfn, .kernel)
    pkmap.set(address, entry)
    ram[pkmap.state].mappings += 1
    ram[control].entries[index - 1] = entry
    ram[control].index = UInt16(index)
    ram[control].migrationDisabled += 1
    ram[control].cpu = UInt16(cpu)
    return address
  }

  /// Low memory needs no slot: the kernel only opens the key of a protected page. What else becomes
  /// of the mapping is for the audit.
  private func holdDirect(_ pfn: UInt64) throws(Refusal) -> UInt64 {
    let address = directAddress(pfn)
    let control = try kmapControl()
    let mapping = try hold(control, address, pfn)
    switch key(ofDirect: address) {
    case ProtectionKeys.default: ram[ram.highMemory].unwatchedMappings += 1
    case ProtectionKeys.protected: openProtected(mapping, control)
    default: break
    }
    return address
  }

  /// Carries out `Machine.kunmapLocal`.
  package func kunmapLocal(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let page = address & ~4095
    guard let pkmap else { return releaseDirect(page) }
    guard pkmap.window.localNumber(page, localSlots * cpuCount) != nil else {
      if has(.kmapForceMap) {
        warnOnce(.kunmapLocalNoSlot, .kunmap_local_indexed)
      } else if page < map.pageOffset {
        warnOnce(.kunmapLocalBelowDirectMap, .kunmap_local_indexed)
      }
      return releaseDirect(page)
    }
    let control = try kmapControl()
    let top = Int(ram[control].index) - 1
    let last = pkmap.window.localAddress(top + localSlots * cpu)
    if page != last { warnOnce(.kunmapLocalOutOfOrder, .kunmap_local_indexed) }
    guard top >= 0 else { throw bug(.kunmap_local_indexed, .nothingKmapped, page) }
    markMisorder(control, named: page, last: last)
    clear(last, pkmap)
    TLBFlush(ram: ram).localPage(page)
    ram[control].entries[top] = .none
    if let mapping = held(control, where: { $0.address == last }) { end(mapping, control) }
    ram[control].index -= UInt16(localStep)
    ram[control].migrationDisabled -= 1
  }

  /// Ends the current task's last mapping of a page without a slot. The kernel does not look who
  /// releases what.
  private func releaseDirect(_ page: UInt64) {
    let (own, level) = (existingKmapControl, kmapLevel)
    if let own,
      let mapping = held(own, where: { $0.address == page && Int($0.level) == level })
    {
      if ram[own].held != mapping { ram[mapping].marks.insert(.outOfOrder) }
      return end(mapping, own)
    }
    forEachKmapControl { control in
      guard control != own, let mapping = held(control, where: { $0.address == page }) else {
        return
      }
      ram[mapping].marks.insert(.foreignRelease)
    }
  }

  /// Clears a slot's entry. Other CPUs are not flushed, and may have used it.
  private func clear(_ address: UInt64, _ pkmap: Pkmap) {
    pkmap.set(address, .none)
    FlushObligation(ram, address, address + 4096).deferToPurge()
  }

  /// Marks what is released while another is on top of it, and what is torn.
  private func markMisorder(
    _ control: Ref<KmapControl>, named page: UInt64, last: UInt64
  ) {
    let named = held(control) { $0.address == page }
    if let named, ram[control].held != named { ram[named].marks.insert(.outOfOrder) }
    guard page != last, let torn = held(control, where: { $0.address == last }) else { return }
    ram[torn].marks.insert(.torn)
  }

  // MARK: Switches

  /// Takes the entries of a task that stops running out of its CPU's slots. The corresponding
  /// kernel function is `__kmap_local_sched_out`.
  func switchKmapOut(_ control: Ref<KmapControl>) {
    forEachHeld(control) { ram[$0].marks.insert(.scheduled) }
    guard let pkmap else { return }
    forEachEntry(control) { _, address in
      clear(address, pkmap)
      TLBFlush(ram: ram).localPage(address)
    }
    markScheduled(pkmap)
  }

  /// Puts them back. The corresponding kernel function is `__kmap_local_sched_in`.
  func switchKmapIn(_ control: Ref<KmapControl>) {
    guard let pkmap else { return }
    forEachEntry(control) { at, address in pkmap.set(address, ram[control].entries[at]) }
  }

  /// Calls `body` for each mapping of a task and its address on the current CPU, the first one
  /// first.
  private func forEachEntry(_ control: Ref<KmapControl>, _ body: (Int, UInt64) -> Void) {
    guard let window = kmapWindow else { return }
    for at in 0..<min(Int(ram[control].index), localSlots)
    where ram[control].entries[at].isPresent {
      body(at, window.localAddress(at + localSlots * cpu))
    }
  }

  /// What the task has got by kmap is held, too.
  private func markScheduled(_ pkmap: Pkmap) {
    for number in 0..<pkmap.window.slots {
      let slot = pkmap.slot(number)
      if ram[slot].count > 1, ram[slot].makers & auditBit != 0 {
        ram[slot].marks.insert(.scheduled)
      }
    }
  }
}
