/// Allocation of kernel virtual address space.
@frozen
public struct AreaAllocator: Sendable {
  let ram: RAM
  let map: AddressMap

  func prepare() {
  }
}

extension Machine {
  @inline(__always)
  var areas: AreaAllocator { AreaAllocator(ram: ram, map: map) }
}
