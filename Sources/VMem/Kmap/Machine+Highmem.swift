/// The calls of `Highmem`.
extension Machine {
  /// Bytes of RAM that the direct map does not have.
  public var highMemory: UInt64 { highmem.highMemory }

  /// The page's address: in the direct map, or where kmap has put it; nil for neither. The
  /// corresponding kernel function is `page_address`.
  public func pageAddress(_ pfn: FrameNumber) throws(Refusal) -> VirtualAddress? {
    try highmem.pageAddress(pfn.number).map { VirtualAddress($0) }
  }

  /// The page's address, the same for all; where the direct map has it, that one. The corresponding
  /// kernel function is `kmap`.
  ///
  /// When no slot is free the task sleeps: the outcome is `blocked`, and its CPU does nothing more
  /// until another task runs there. A kunmap of the last user of any slot wakes it; when it runs
  /// again the call goes on. Where nothing may sleep that is a BUG.
  public func kmap(_ pfn: FrameNumber) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(highmem.kmap(pfn.number))
  }

  /// Gives up one use of a page's slot; the entry stays until the next flush. The corresponding
  /// kernel function is `kunmap`.
  ///
  /// A page without an address, or more kunmaps than kmaps, is a BUG.
  public func kunmap(_ pfn: FrameNumber) throws(Refusal) {
    try highmem.kunmap(pfn.number)
  }

  /// Clears the slots without users and flushes, so that their pages have no address any more. The
  /// corresponding kernel function is `kmap_flush_unused`.
  public func kmapFlushUnused() throws(Refusal) {
    try highmem.kmapFlushUnused()
  }

  /// Frame number of the page that an address leads to by the kernel's arithmetic. The
  /// corresponding kernel function is `kmap_to_page`.
  ///
  /// In PKMAP that is what the entry says, among the slots of kmap_local what the current task has
  /// there, and everywhere else the place in the direct map, however far from it the address lies:
  /// so for the topmost slot of kmap_local, which the kernel forgets.
  public func kmapToPage(_ address: VirtualAddress) -> FrameNumber {
    FrameNumber(highmem.kmapToPage(address.bits))
  }

  /// As `kmapLocalPage`, with page faults and preemption off until `kunmapAtomic`: what might sleep
  /// meanwhile is complained about. A kernel without preempt_count does not know. The corresponding
  /// kernel function is `kmap_atomic`.
  public func kmapAtomic(_ pfn: FrameNumber) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(highmem.kmapAtomic(pfn.number))
  }

  /// Releases what `kmapAtomic` gave. The corresponding kernel function is `kunmap_atomic`; one too
  /// many is a BUG.
  public func kunmapAtomic(_ address: VirtualAddress) throws(Refusal) {
    try highmem.kunmapAtomic(address.bits)
  }

  /// Whether the current task has page faults off (`pagefault_disabled`).
  public var pageFaultsAreOff: Bool { highmem.pageFaultsAreOff }

  /// The page's address for the current task; where the direct map has the page, that one. The
  /// corresponding kernel function is `kmap_local_page`.
  public func kmapLocalPage(_ pfn: FrameNumber) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(highmem.kmapLocalPage(pfn.number))
  }

  /// As `kmapLocalPage`, for a frame that may have no struct page. The corresponding kernel
  /// function is `kmap_local_pfn`. On a machine without windows it takes RAM only.
  public func kmapLocalPFN(_ pfn: FrameNumber) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(highmem.kmapLocalPFN(pfn.number))
  }

  /// Releases the current task's last mapping, whose address this should be. The corresponding
  /// kernel function is `kunmap_local`.
  ///
  /// Another address of the slots is a WARN, and the last mapping goes all the same while the one
  /// that was named stays; without any mapping it is a BUG. Addresses of elsewhere are ignored,
  /// with a WARN below the direct map.
  public func kunmapLocal(_ address: VirtualAddress) throws(Refusal) {
    try highmem.kunmapLocal(address.bits)
  }

  /// Sets what a key allows to the current task, or to the interrupt that runs. No TLB is flushed.
  /// The corresponding kernel function is `pks_update_protection`.
  ///
  /// Refuses with -EINVAL key 0, which is always open, a key above 15, and on a machine without
  /// keys.
  public func setProtection(ofKey key: UInt64, _ access: ProtectionKeys.Access) throws(Refusal) {
    try highmem.setProtection(ofKey: key, access)
  }

  /// Gives pages a key in the direct map, or takes it away again (key 0), and flushes. Large leaves
  /// are split. A kernel does this for all pages of a device at once, when it maps them.
  ///
  /// Refuses with -EINVAL a key above 15 and pages that the direct map does not have, and with
  /// -ENOMEM without memory for a table: the pages before it keep the new key then.
  public func protectPages(_ pages: [FrameNumber], key: UInt64) throws(Refusal) {
    try highmem.protectPages(pages.map(\.number), key: key)
  }

  /// The corresponding kernel parameter is `memremap.pks_fault_mode`.
  public func setPKSFaults(relaxed: Bool) throws(Refusal) {
    try highmem.setPKSFaults(relaxed: relaxed)
  }
}
