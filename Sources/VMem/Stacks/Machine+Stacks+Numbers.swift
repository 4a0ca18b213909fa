/// The calls of `Stacks` with plain numbers, as records and scripts have them.
extension Machine {
  package func touchStack(_ address: UInt64, depth: UInt64, isWrite: Bool) throws(Refusal) {
    try stacks.touchStack(address, depth: depth, isWrite: isWrite)
  }

  package func reclaimStack(_ address: UInt64) throws(Refusal) -> UInt64 {
    try stacks.reclaimStack(address)
  }

  package func runOnStack(
    _ address: UInt64, depth: UInt64, frame: UInt64 = 256
  ) throws(Refusal) -> UInt64 {
    try stacks.runOnStack(address, depth: depth, frame: frame)
  }

  package func allocateStack(
    size: UInt64 = 16384, policy: StackPolicy = .static, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try stacks.allocateStack(size: size, policy: policy, caller: caller)
  }

  package func freeStack(_ address: UInt64) throws(Refusal) {
    try stacks.freeStack(address)
  }
}
