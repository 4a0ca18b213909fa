/// Areas of the kernel: made, found, freed, and shown. The corresponding kernel file is mm/vmalloc.c.
@usableFromInline package struct VMAreas: KernelPart {
  @usableFromInline package let ram: RAM
  @usableFromInline package let map: AddressMap

  @inlinable @inline(__always)
  init(ram: RAM, map: AddressMap) {
    self.ram = ram
    self.map = map
  }
}
