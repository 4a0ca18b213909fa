/// What the kernel maps in areas and takes away again: vmalloc, vmap, vm_map_ram, ioremap, sparse areas.
/// The corresponding kernel file is mm/vmalloc.c.
@usableFromInline package struct Mappings: KernelPart {
  @usableFromInline package let ram: RAM
  @usableFromInline package let map: AddressMap

  @inlinable @inline(__always)
  init(ram: RAM, map: AddressMap) {
    self.ram = ram
    self.map = map
  }
}
