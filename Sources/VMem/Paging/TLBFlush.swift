/// Flushes of kernel translations on every CPU.
struct TLBFlush {
  /// Pages up to which single entries are flushed (`tlb_single_page_flush_ceiling`).
  static let ceiling: UInt64 = 33

  let ram: RAM

  /// Flushes [start, end): page by page up to the ceiling, everything above it. The corresponding
  /// kernel function is `flush_tlb_kernel_range`.
  func kernelRange(_ start: UInt64, _ end: UInt64) {
    let pages = (end &- start) >> 12
    if pages > Self.ceiling {
      ram[Superblock.ref].flushes.full += 1
    } else {
      ram[Superblock.ref].flushes.ranges += 1
      ram[Superblock.ref].flushes.pages += (end &- start &+ 4095) >> 12
    }
  }
}
