/// The calls of `PerCPUAllocator` with plain numbers, as records and scripts have them.
extension Machine {
  package func allocPerCPU(size: UInt64, align: UInt64) throws(Refusal) -> UInt64 {
    try percpu.allocPerCPU(size: size, align: align)
  }

  package func freePerCPU(_ address: UInt64) throws(Refusal) {
    try percpu.freePerCPU(address)
  }

  package func getPerCPUAreas(
    align: UInt64, _ list: [(offset: UInt64, size: UInt64)], caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try percpu.getPerCPUAreas(align: align, list, caller: caller)
  }

  package func freePerCPUAreas(_ address: UInt64) throws(Refusal) {
    try percpu.freePerCPUAreas(address)
  }
}
