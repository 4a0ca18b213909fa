/// What holds for every kernel call, whoever makes it.
extension KernelPart where Self: ~Copyable {
  /// Begins a kernel call, or is inside one already. `endCall` must follow, whatever the call does.
  ///
  /// - Parameter onBusyCPU: whether it may be made while the current CPU is in the middle of
  ///   another call.
  @inline(__always)
  package func beginCall(onBusyCPU: Bool = false) throws(Refusal) {
    ram.settleFreedArea()
    try beginAreaCall(onBusyCPU: onBusyCPU)
  }

  /// `beginCall` of getting and freeing areas, which themselves settle the area freed last where they need it.
  @inline(__always)
  func beginAreaCall(onBusyCPU: Bool = false) throws(Refusal) {
    let depth = ram[Superblock.ref].callDepth
    if depth == 0 {
      if !onBusyCPU, steps.isBusy { throw busyRefusal() }
      tick()
    }
    ram[Superblock.ref].callDepth = depth + 1
  }

  /// Carries out calls that are calls of their own, although one is going on: that of whoever lets
  /// native code run.
  package func withOwnCalls<R, E: Error>(_ calls: () throws(E) -> R) throws(E) -> R {
    let depth = ram[Superblock.ref].callDepth
    ram[Superblock.ref].callDepth = 0
    defer { ram[Superblock.ref].callDepth = depth }
    return try calls()
  }

  /// Ends a kernel call; at the end of the outermost the scheduled work runs.
  @inline(__always)
  package func endCall() {
    let depth = ram[Superblock.ref].callDepth
    if depth == 1 { vmAreas.runScheduledWork() }
    ram[Superblock.ref].callDepth = depth - 1
  }

  @inline(never)
  private func busyRefusal() -> Refusal {
    Refusal(.errno(.EBUSY), highmem.isAsleep ? .cpuSleeps : .cpuInTheMiddle, UInt64(cpu))
  }
}
