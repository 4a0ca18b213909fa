/// The calls of `VMAreas` with plain numbers, as records and scripts have them.
extension Machine {
  package func getVMArea(
    size requested: UInt64, flags: VMFlags = [], align: UInt64 = 1, start: UInt64? = nil,
    end: UInt64? = nil, shift: UInt64 = 12, mode: AllocationMode = .kernel,
    caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try vmAreas.getVMArea(
      size: requested, flags: flags, align: align, start: start, end: end, shift: shift, mode: mode,
      caller: caller)
  }

  package func freeVMArea(_ address: UInt64) throws(Refusal) {
    try vmAreas.freeVMArea(address)
  }

  package func findVMArea(_ address: UInt64) -> VMArea? {
    vmAreas.findVMArea(address)
  }

  package func registerPurgeNotifier(_ address: UInt64) throws(Refusal) {
    try vmAreas.registerPurgeNotifier(address)
  }

  package func unregisterPurgeNotifier(_ address: UInt64) throws(Refusal) {
    try vmAreas.unregisterPurgeNotifier(address)
  }
}
