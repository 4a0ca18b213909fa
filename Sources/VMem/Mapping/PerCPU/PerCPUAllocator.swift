/// Memory that every CPU has its own copy of. The corresponding kernel file is mm/percpu-vm.c.
@usableFromInline package struct PerCPUAllocator: KernelPart {
  @usableFromInline package let ram: RAM
  @usableFromInline package let map: AddressMap

  @inlinable @inline(__always)
  init(ram: RAM, map: AddressMap) {
    self.ram = ram
    self.map = map
  }
}
