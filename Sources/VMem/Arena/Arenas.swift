/// Arenas of BPF programs. The corresponding kernel file is kernel/bpf/arena.c.
@usableFromInline package struct Arenas: KernelPart {
  @usableFromInline package let ram: RAM
  @usableFromInline package let map: AddressMap

  @inlinable @inline(__always)
  init(ram: RAM, map: AddressMap) {
    self.ram = ram
    self.map = map
  }
}
