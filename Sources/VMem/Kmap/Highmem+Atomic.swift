/// kmap_atomic: kmap_local for those who cannot be interrupted by the scheduler or a page fault.
extension Highmem {
  /// Most that preemption can be disabled: more overflows into the count of interrupts.
  static let mostPreemptions: UInt16 = 245

  /// Carries out `Machine.kmapAtomic`.
  package func kmapAtomic(_ pfn: UInt64) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    try checkPage(pfn, .kmap_atomic)
    let control = try kmapControl()
    guard ram[control].pageFaultsDisabled < Self.mostPreemptions else {
      throw bug(.preempt_count_add, .preemptTooDeep, UInt64(Self.mostPreemptions))
    }
    let address = try kmapLocalPage(pfn)
    ram[control].pageFaultsDisabled += 1
    guard has(.preemptCount) else { return address }
    ram[control].preemptionDisabled += 1
    if context == .process {
      context = .atomic
      ram[control].raised = 1
    }
    return address
  }

  /// Carries out `Machine.kunmapAtomic`.
  package func kunmapAtomic(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    guard let control = existingKmapControl, ram[control].pageFaultsDisabled > 0 else {
      throw bug(.preempt_count_sub, .nothingAtomic)
    }
    try kunmapLocal(address)
    ram[control].pageFaultsDisabled -= 1
    guard ram[control].preemptionDisabled > 0 else { return }
    ram[control].preemptionDisabled -= 1
    if ram[control].preemptionDisabled == 0, ram[control].raised != 0 {
      ram[control].raised = 0
      if context == .atomic { context = .process }
    }
  }

  /// Carries out `Machine.pageFaultsAreOff`.
  var pageFaultsAreOff: Bool {
    existingKmapControl.map { ram[$0].pageFaultsDisabled > 0 } ?? false
  }
}
