/// The calls of `PerCPUAllocator`.
extension Machine {
  /// Room for an object in the unit of every CPU, zeroed. Returns its address for CPU 0. The
  /// corresponding kernel function is `__alloc_percpu`.
  ///
  /// Refuses with NULL: with a WARN for no bytes, more than 32 KiB, an alignment that is no power of two
  /// or more than a page; and without one when no chunk, or no page, can be had.
  public func allocPerCPU(size: UInt64, align: UInt64) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(percpu.allocPerCPU(size: size, align: align))
  }

  /// Frees an object by its address for CPU 0; null is fine, and any other address a BUG. An empty chunk
  /// is given back when another one is empty as well. The corresponding kernel function is `free_percpu`.
  public func freePerCPU(_ address: VirtualAddress) throws(Refusal) {
    try percpu.freePerCPU(address.bits)
  }

  /// Bytes from an object of CPU 0 to that of another CPU.
  package func perCPUOffset(_ cpu: Int) -> UInt64 { PerCPULayout(configuration).units[cpu] }

  /// Reserves a group of areas and returns the address of the first. Offsets and sizes in bytes,
  /// multiples of `align`, apart from each other: anything else is a BUG. Refuses with NULL when no
  /// base fits, with a WARN when the group is larger than the window.
  public func getPerCPUAreas(
    align: UInt64, _ list: [(offset: UInt64, size: UInt64)], caller: Ref<Symbol> = .none
  ) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(percpu.getPerCPUAreas(align: align, list, caller: caller))
  }

  /// Frees a group by the address of its first area. The corresponding kernel function is
  /// `pcpu_free_vm_areas`.
  public func freePerCPUAreas(_ address: VirtualAddress) throws(Refusal) {
    try percpu.freePerCPUAreas(address.bits)
  }
}
