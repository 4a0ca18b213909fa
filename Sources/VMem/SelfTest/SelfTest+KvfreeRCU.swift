/// Freeing after a grace period. Each CPU collects addresses in a page; when it is full, or at the
/// end of the verb, the period is over: nobody runs who could still read.
extension SelfTest {
  /// Addresses that a page holds beside its header (`KVFREE_BULK_MAX_ENTR`).
  package static let bulkMaximum: UInt32 = 507

  /// Frees an area of vmalloc later. The corresponding kernel function is `kvfree_rcu`.
  ///
  /// Without a page to collect in, an object with an `rcu_head` in its first bytes waits in a list
  /// that is kept there, and one without waits for the end of a grace period right here.
  func kvfreeRCU(_ address: UInt64, hasHead: Bool) throws(Refusal) {
    let own = ram.perCPU(cpu)
    if ram[own].rcuPage == 0, let pfn = frames.allocatePage() {
      ram[frames.frame(pfn)].index = Frame.orphan
      ram[own].rcuPage = pfn
    }
    guard ram[own].rcuPage != 0 else {
      if hasHead { return try mappings.vfreeAtomic(address) }
      mightSleep(.synchronize_rcu)
      return try mappings.vfree(address)
    }
    ram[table: UInt64(ram[own].rcuPage), Int(ram[own].rcuCount)] = Entry(bits: address)
    ram[own].rcuCount += 1
    if ram[own].rcuCount == Self.bulkMaximum { try freeCollected(own) }
  }

  /// Ends the grace period for what waits on every CPU. The corresponding kernel function is
  /// `kvfree_rcu_barrier`.
  func kvfreeRCUBarrier() throws(Refusal) {
    for cpu in 0..<cpuCount { try freeCollected(ram.perCPU(cpu)) }
  }

  private func freeCollected(_ own: Ref<PerCPU>) throws(Refusal) {
    let pfn = ram[own].rcuPage
    guard pfn != 0 else { return }
    let count = min(ram[own].rcuCount, Self.bulkMaximum)
    ram[own].rcuPage = 0
    ram[own].rcuCount = 0
    for at in 0..<Int(count) { try mappings.vfree(ram[table: UInt64(pfn), at].bits) }
    frames.free(pfn)
  }
}
