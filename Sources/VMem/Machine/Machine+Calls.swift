/// What holds for every kernel call, whoever makes it.
extension Machine {
  /// Carries out kernel calls as one: the clock advances once, and the work that they schedule (a
  /// drain of lazy areas, frees that wait for a context in which they may sleep) runs behind the
  /// last of them, not in between. A single call needs no `perform`: it is one of its own.
  ///
  /// - Throws: EBUSY when the current CPU is in the middle of a call; nothing is carried out then.
  ///   What `calls` throws.
  public func perform<R>(_ calls: () throws(Refusal) -> R) throws(Refusal) -> R {
    try beginCall()
    defer { endCall() }
    return try calls()
  }

  /// Begins a kernel call, or is inside one already. `endCall` must follow, whatever the call does.
  ///
  /// - Parameter onBusyCPU: whether it may be made while the current CPU is in the middle of
  ///   another call.
  @inline(__always)
  package func beginCall(onBusyCPU: Bool = false) throws(Refusal) {
    if ram[Superblock.ref].callDepth == 0 {
      if !onBusyCPU, isBusy { throw busyRefusal() }
      tick()
    }
    ram[Superblock.ref].callDepth += 1
  }

  /// Ends a kernel call; at the end of the outermost the scheduled work runs.
  @inline(__always)
  package func endCall() {
    if ram[Superblock.ref].callDepth == 1 { runScheduledWork() }
    ram[Superblock.ref].callDepth -= 1
  }

  @inline(never)
  private func busyRefusal() -> Refusal {
    Refusal(.errno(.EBUSY), isAsleep ? .cpuSleeps : .cpuInTheMiddle, UInt64(cpu))
  }
}
