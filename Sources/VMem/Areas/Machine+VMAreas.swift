/// The calls of `VMAreas`.
extension Machine {
  /// Reserves an area and returns its first address. The corresponding kernel function is
  /// `__get_vm_area_node`.
  ///
  /// - Parameters:
  ///   - requested: bytes, rounded up to `1 << shift`; a guard page comes on top unless `.noGuard`.
  ///   - flags: what the area is for.
  ///   - align: bytes, a power of two; replaced by the size's own when `.ioremap` is set.
  ///   - start: first address of the window; nil for that of the vmalloc range.
  ///   - end: the address behind the window; nil for that of the vmalloc range.
  ///   - shift: the size is rounded up to `1 << shift` bytes.
  ///   - gfp: what the allocation may do; only some may sleep.
  ///   - caller: the function that `/proc/vmallocinfo` names.
  ///
  /// Refuses with NULL, as the kernel does whatever the reason, and as a BUG in interrupts.
  public func getVMArea(
    size requested: UInt64, flags: VMFlags = [], align: UInt64 = 1, start: VirtualAddress? = nil,
    end: VirtualAddress? = nil, shift: UInt64 = 12, gfp: GFP = .kernel,
    caller: Ref<Symbol> = .none
  ) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(
      vmAreas.getVMArea(
        size: requested, flags: flags, align: align, start: start?.bits, end: end?.bits,
        shift: shift, gfp: gfp, caller: caller))
  }

  /// Frees an area. The corresponding kernel function is `free_vm_area`.
  ///
  /// Its page-table entries are cleared at once; its addresses come back after a purge. An address
  /// that is not the start of an area is a BUG; an unaligned one a WARN and -EINVAL.
  public func freeVMArea(_ address: VirtualAddress) throws(Refusal) {
    try vmAreas.freeVMArea(address.bits)
  }

  /// The area that contains an address, guard page included. The kernel's `find_vm_area`.
  public func findVMArea(_ address: VirtualAddress) -> VMArea? {
    vmAreas.findVMArea(address.bits)
  }

  /// Purges everything that waits. The corresponding kernel function is `vm_unmap_aliases`.
  public func unmapAliases() throws(Refusal) {
    try vmAreas.unmapAliases()
  }

  /// Runs the drain that too many waiting areas schedule. The kernel's `drain_vmap_area_work`.
  public func drainLazyAreas() throws(Refusal) {
    try vmAreas.drainLazyAreas()
  }

  /// What an allocation that finds no place runs. The corresponding kernel function is
  /// `reclaim_and_purge_vmap_areas`.
  public func reclaimAreas() throws(Refusal) {
    try vmAreas.reclaimAreas()
  }

  /// Empties the pools of the vmap nodes. The corresponding kernel function is
  /// `vmap_node_shrink_scan`.
  public func shrinkVmapNodes() throws(Refusal) {
    try vmAreas.shrinkVmapNodes()
  }

  /// Lets the area that starts at `address` be freed when an allocation finds no place even after a
  /// purge. The corresponding kernel function is `register_vmap_purge_notifier`.
  ///
  /// Errors: EINVAL where no area starts, EEXIST when it has a notifier.
  public func registerPurgeNotifier(_ address: VirtualAddress) throws(Refusal) {
    try vmAreas.registerPurgeNotifier(address.bits)
  }

  /// Takes the notifier of an area away. The corresponding kernel function is
  /// `unregister_vmap_purge_notifier`.
  ///
  /// Errors: EINVAL where no area starts, ENOENT when it has no notifier.
  public func unregisterPurgeNotifier(_ address: VirtualAddress) throws(Refusal) {
    try vmAreas.unregisterPurgeNotifier(address.bits)
  }
}
