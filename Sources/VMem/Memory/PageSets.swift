/// Pages that scripts and clients allocate, in sets, and what is known of any page.
@usableFromInline package struct PageSets: KernelPart {
  @usableFromInline package let ram: RAM
  @usableFromInline package let map: AddressMap

  @inlinable @inline(__always)
  init(ram: RAM, map: AddressMap) {
    self.ram = ram
    self.map = map
  }
}
