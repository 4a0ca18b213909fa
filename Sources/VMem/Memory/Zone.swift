/// Which physical addresses an allocation may come from.
package enum ZoneKind: UInt8, CaseIterable, Sendable {
  /// Below 4 GiB.
  case dma32 = 0
  case normal
  /// What the direct map does not have.
  case highmem

  /// How many there are: `allCases` would be made for each allocation.
  @inline(__always)
  static var count: Int { Int(ZoneKind.highmem.rawValue) + 1 }
}

/// One zone of one NUMA node: the kernel's `struct zone`.
///
/// Frames from `frontier` on have never been handed out and are on no list: they are the zone's
/// highest-order blocks in waiting, so that boot costs the same for every size of RAM.
struct Zone: BitwiseCopyable {
  static let orders = 11
  static let maximumCPUs = 64

  struct List: BitwiseCopyable {
    /// First frame, or 0 (frame 0 is the superblock and never free).
    var head: UInt32 = 0
    var count: UInt32 = 0
  }

  var start: UInt32 = 0
  var end: UInt32 = 0
  var frontier: UInt32 = 0
  /// Frames under the allocator's control, free or not.
  var managed: UInt32 = 0
  /// Free frames on `freeArea` and past the frontier; those on per-CPU lists are not counted.
  var free: UInt32 = 0
  var node: UInt8 = 0
  var kind: UInt8 = 0
  /// Frames moved to or from a per-CPU list at a time, and the most it holds.
  var batch: UInt16 = 1
  var high: UInt16 = 6
  /// Frames handed out one by one since one came back, up to `longestRun`.
  var run: UInt16 = 0
  /// Keeps the size a multiple of 16.
  var unusedToo: UInt32 = 0
  var unusedThree: UInt64 = 0

  /// Who takes more frames than this in one go does not find them in the host's caches, nor keeps them
  /// there.
  static let coldAfter: UInt16 = 64
  static let longestRun: UInt16 = 1024

  /// The kernel's `zone_batchsize` for a zone of so many frames.
  static func batch(managed: UInt32) -> UInt16 {
    let quarter = min(managed >> 10, 64) / 4
    let wanted = max(1, quarter + quarter / 2)
    let power = UInt32(1) << UInt32(31 - wanted.leadingZeroBitCount)
    return UInt16(max(1, Int(power) - 1))
  }

  var freeArea = InlineArray<11, List>(repeating: List())
  var perCPU = InlineArray<64, List>(repeating: List())
}
