/// What a trace of a real machine makes happen here.
@usableFromInline package struct TraceReplay: KernelPart {
  @usableFromInline package let ram: RAM
  @usableFromInline package let map: AddressMap

  @inlinable @inline(__always)
  init(ram: RAM, map: AddressMap) {
    self.ram = ram
    self.map = map
  }
}
