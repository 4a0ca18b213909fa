/// Tasks, and which of them the CPUs run.
@usableFromInline package struct Tasks: KernelPart {
  @usableFromInline package let ram: RAM
  @usableFromInline package let map: AddressMap

  @inlinable @inline(__always)
  init(ram: RAM, map: AddressMap) {
    self.ram = ram
    self.map = map
  }
}
