/// Address spaces of user programs: their mappings, tables and faults. The corresponding kernel files are
/// mm/mmap.c and mm/memory.c.
@usableFromInline package struct UserSpaces: KernelPart {
  @usableFromInline package let ram: RAM
  @usableFromInline package let map: AddressMap

  @inlinable @inline(__always)
  init(ram: RAM, map: AddressMap) {
    self.ram = ram
    self.map = map
  }
}
