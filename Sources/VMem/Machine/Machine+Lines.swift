/// What every line of a script asks of a machine: made here, so that other modules need not go through
/// the protocol's table.
extension Machine {
  /// What a line may have left behind, beside its result.
  package struct Marks: Sendable {
    /// WARNs since boot.
    package let warnings: UInt64
    /// Accesses that a stale TLB entry answered.
    package let staleHits: UInt64
    /// Number of the log record that comes next.
    package let logEnd: UInt64
    /// The CPUs that are in the middle of a call, a bit each.
    package let busyCPUs: UInt64
  }

  package var marks: Marks {
    Marks(
      warnings: ram[ram.log].warnings, staleHits: ram[TLBState.ref].staleHits,
      logEnd: ram[ram.log].end, busyCPUs: ram[Superblock.ref].busyCPUs)
  }

  /// As `KernelPart.beginCall`.
  package func beginCall(onBusyCPU: Bool = false) throws(Refusal) {
    try steps.beginCall(onBusyCPU: onBusyCPU)
  }

  /// As `KernelPart.endCall`.
  package func endCall() { steps.endCall() }
}
