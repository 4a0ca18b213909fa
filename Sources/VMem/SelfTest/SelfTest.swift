/// The kernel's own test of vmalloc. The corresponding kernel file is lib/test_vmalloc.c.
@usableFromInline package struct SelfTest: KernelPart {
  @usableFromInline package let ram: RAM
  @usableFromInline package let map: AddressMap

  @inlinable @inline(__always)
  init(ram: RAM, map: AddressMap) {
    self.ram = ram
    self.map = map
  }
}
