/// The calls of `Stacks`.
extension Machine {
  /// Touches the word that holds the byte `depth` bytes below the top of a stack, as a push there does;
  /// negative depths lie above the top. With `isWrite` the word becomes its own depth.
  ///
  /// A hole of a dynamic stack is filled. Refuses with -ENOENT where no stack starts, and with a fault as
  /// `access(_:depth:forWriting:)` does.
  public func touchStack(_ address: VirtualAddress, depth: UInt64, isWrite: Bool) throws(Refusal) {
    try stacks.touchStack(address.bits, depth: depth, isWrite: isWrite)
  }

  /// Takes back the pages of a stack that nothing has accessed since it was made, and returns how many.
  /// This is what was proposed instead of dynamic stacks; no kernel has it.
  ///
  /// Such a page is gone for good: who touches its place later faults. Refuses with -ENOENT where no stack
  /// starts, with -EINVAL a stack of another policy.
  public func reclaimStack(_ address: VirtualAddress) throws(Refusal) -> UInt64 {
    try stacks.reclaimStack(address.bits)
  }

  /// Runs a function of the host on a stack: it calls itself until its frames, of `frame` bytes each,
  /// reach `depth` bytes below the top. Returns the bytes that the frames take.
  ///
  /// The first touch of each page is a fault of the host that `access(_:depth:forWriting:)` serves, so
  /// that emulated pages are taken, marked and refused as by `touchStack`. A refusal ends the function
  /// and is thrown. What it has written is in the machine's memory then: the lowest word of each frame is
  /// the frame's depth. The highest, where the host keeps a return address, becomes the depth of the
  /// caller's frame.
  ///
  /// Refuses with -ENOENT where no stack starts, with -EINVAL another frame size or no depth, with -ENOMEM
  /// when the host has no window.
  public func runOnStack(_ address: VirtualAddress, depth: UInt64, frame: UInt64 = 256)
    throws(Refusal) -> UInt64
  {
    try stacks.runOnStack(address.bits, depth: depth, frame: frame)
  }

  /// Enters the scheduler for the current CPU's task, which runs on: when it has taken pages from the stash
  /// they are accounted for, and the stash is filled again. Another task's turn does the same. The
  /// corresponding kernel functions are `__schedule` and `dynamic_stack_refill_pages`.
  ///
  /// Slots are filled in order up to the first that is not marked. One that could not be filled stays
  /// without a page for good, and keeps those behind it from being filled.
  public func schedule() throws(Refusal) {
    try stacks.schedule()
  }

  /// Makes a stack and returns its lowest address. The corresponding kernel function is
  /// `alloc_thread_stack_node`.
  ///
  /// - Parameters:
  ///   - size: bytes (`THREAD_SIZE`): 4 KiB to 64 KiB in powers of two; its alignment too.
  ///   - policy: which pages it gets now.
  ///   - caller: the function that `/proc/vmallocinfo` names.
  ///
  /// Refuses another size with -EINVAL; with NULL without memory or addresses.
  public func allocateStack(
    size: UInt64 = 16384, policy: StackPolicy = .static, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(stacks.allocateStack(size: size, policy: policy, caller: caller))
  }

  /// Gives a stack back. The corresponding kernel function is `free_thread_stack`.
  ///
  /// Refuses with -ENOENT where no stack starts.
  public func freeStack(_ address: VirtualAddress) throws(Refusal) {
    try stacks.freeStack(address.bits)
  }
}
