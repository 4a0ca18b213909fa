/// High memory, its temporary mappings, and protection keys of pages. The corresponding kernel file is
/// mm/highmem.c.
@usableFromInline package struct Highmem: KernelPart {
  @usableFromInline package let ram: RAM
  @usableFromInline package let map: AddressMap

  @inlinable @inline(__always)
  init(ram: RAM, map: AddressMap) {
    self.ram = ram
    self.map = map
  }
}
