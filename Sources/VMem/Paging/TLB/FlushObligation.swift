internal import CHost

/// What clearing entries leaves behind: translations that the tables no longer have and TLBs may.
///
/// Whoever clears must say what becomes of them. The value cannot be ignored, copied or dropped: its
/// ends are `flush`, `flushEverything` and `deferToPurge`.
struct FlushObligation: ~Copyable {
  private let ram: RAM
  private let start: UInt64
  private let end: UInt64
  /// Large leaves that went as a whole although the range covers only a part: those of 2 MiB, and of
  /// 1 GiB in the upper 32 bits.
  let partialLeaves: Int

  @inline(__always)
  init(_ ram: RAM, _ start: UInt64, _ end: UInt64, partialLeaves: Int = 0) {
    self.ram = ram
    self.start = start
    self.end = end
    self.partialLeaves = partialLeaves
    // Native code has no TLBs that could answer longer.
    chost_native_forget(start, end)
  }

  /// Flushes the range on every CPU now (`flush_tlb_kernel_range`).
  @inline(__always)
  consuming func flush() {
    TLBFlush(ram: ram).kernelRange(start, end)
    discard self
  }

  /// Flushes the range on the CPUs that use a user address space (`flush_tlb_mm_range`).
  consuming func flush(_ space: Ref<UserSpace>) {
    TLBFlush(ram: ram).userRange(space, start, end)
    discard self
  }

  /// Flushes everything on every CPU now (`flush_tlb_all`).
  consuming func flushEverything() {
    TLBFlush(ram: ram).all()
    discard self
  }

  /// Leaves the flush to a later one that covers the range: until then TLBs may answer with what was.
  @inline(__always)
  consuming func deferToPurge() {
    if ram[TLBState.ref].used != 0 { suspect() }
    discard self
  }

  @inline(never)
  private borrowing func suspect() {
    guard start < end else { return }
    for cpu in 0..<Int(ram[Superblock.ref].cpus) { TLB(ram: ram, cpu: cpu).suspect(start, end) }
  }

  deinit { Self.forgotten(start) }

  @inline(never)
  private static func forgotten(_ start: UInt64) {
    precondition(start == 0 && false, "entries were cleared, and nobody said when TLBs are flushed")
  }
}
