/// How a traced allocation went on this machine.
package struct TracedPlace: Sendable {
  /// Where this machine would have put the area; nil where it has no room.
  package var own: UInt64?
  /// Whether that place came from a pool.
  package var isOwnPooled = false
  /// What the traced address was here.
  package var found = Found.same
  /// Bytes of areas that had to go so that the traced one could be filed.
  package var evicted: UInt64 = 0

  package enum Found: Sendable {
    /// The place this machine chose, too.
    case same
    /// Free.
    case free
    /// What the search finds when it passes by a pool, which a purge on another CPU had taken off.
    case passedPool
    /// What the search finds once the pools are empty: they are, from then on.
    case emptiedPools
    /// In the pool of a node, at a place of its list that counts from 0.
    case pool(node: Int, place: Int)
    /// Part of what waited for a purge, or stood in pools: all of that is free from then on.
    case unpurged
    /// Part of areas that were allocated from the trace as well, whose ends it does not have.
    case stale
    /// Part of an area that starts here, so that the traced one could not be filed.
    case busy(start: UInt64)
    /// Outside of everything, or without memory for a descriptor.
    case nowhere
  }

  /// Whether the area is filed at the traced address.
  package var isFiled: Bool {
    switch found {
    case .same, .free, .passedPool, .emptiedPools, .pool, .unpurged, .stale: true
    case .busy, .nowhere: false
    }
  }
}
