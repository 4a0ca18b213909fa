/// One zone as `/proc/buddyinfo` shows it.
package struct ZoneSummary: Sendable {
  package let node: Int
  package let kind: ZoneKind
  /// Frames under the allocator's control.
  package let managedFrames: UInt64
  /// Free blocks of 2^order frames, by order. Frames that have never been handed out count as the
  /// largest blocks they will be cut into; those on per-CPU lists do not count.
  package let freeBlocks: InlineArray<11, UInt64>
  /// Free frames on per-CPU lists.
  package let perCPUFrames: UInt64

  /// Free frames, without those on per-CPU lists (`NR_FREE_PAGES`).
  package var freeFrames: UInt64 {
    var sum: UInt64 = 0
    for order in freeBlocks.indices { sum += freeBlocks[order] << UInt64(order) }
    return sum
  }
}
