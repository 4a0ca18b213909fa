internal import VMem

/// Windows of other architectures than x86-64, whose ends depend on how the kernel was built.
extension VmallocinfoWindows {
  /// PowerPC: where vmalloc begins, and its least size of all kernels that begin there. In their order:
  /// hash tables up to 5.1, hash tables with pages of 4 KiB, radix tables and hash tables with 64 KiB.
  private static let powerPC: [(start: UInt64, size: UInt64)] = [
    (0xd000_0000_0000_0000, 8 << 40), (0xc000_1000_0000_0000, 16 << 40),
    (0xc008_0000_0000_0000, 64 << 40),
  ]

  /// 64 bits: what the rows from `start` on span, but no more than any window here, and all that is known
  /// to be free behind them.
  mutating func findForeign(_ rows: [Row], from start: UInt64) {
    let largest = AddressMap.vmallocSize(levels: 5)
    var lowest = UInt64.max
    var last: UInt64 = 0
    for row in rows where row.start >= start && row.end - start <= largest {
      lowest = min(lowest, row.start)
      last = max(last, row.end - 1)
    }
    isWhole = false
    vmalloc = (lowest, last)
    let known = Self.powerPC.last { lowest >= $0.start && lowest - $0.start < $0.size }
    if let known { vmalloc = (known.start, max(last, known.start + (known.size - 1))) }
  }

  /// 32 bits. Arm has its modules in the 16 MiB below the memory that is always mapped, begins the window
  /// at a multiple of 8 MiB, and ends it at one of two places, to which per-CPU memory reaches. Others
  /// begin and end it where the size of the memory and the number of CPUs say.
  mutating func findNarrow(_ rows: [Row]) {
    let memory: UInt64 = 0xc000_0000
    let arm = memory - 16 << 20..<memory
    let isArm = rows.contains { arm.contains($0.start) }
    if isArm { modules = (arm.lowerBound, memory - 1) }
    var lowest = UInt64.max
    var highest: Row?
    for row in rows where !isArm || !arm.contains(row.start) {
      lowest = min(lowest, row.start)
      if row.end > highest?.end ?? 0 { highest = row }
    }
    guard let highest else { return }
    let step: UInt64 = 8 << 20
    vmalloc = (isArm ? lowest / step * step : lowest, highest.end - 1)
    let isPerCPU = highest.flags == .alloc && highest.pages == 0
    isWhole = isArm && isPerCPU && [0xff00_0000, 0xff80_0000].contains(highest.end)
  }
}
