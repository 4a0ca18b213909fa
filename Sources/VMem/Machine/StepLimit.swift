/// Ends a walk through a list or a tree that damage has made a loop: traps, which ends a process with
/// exit code 4, after more steps than there are members.
struct StepLimit {
  private var left: UInt64

  /// `members` may be 0 for what ends at once.
  init(_ members: UInt64) { left = members }

  /// For a way along a red-black tree, up or down: with 2^32 nodes it is at most 64 deep.
  static var path: StepLimit { StepLimit(64) }

  @inline(__always)
  mutating func step(_ count: Int = 1) {
    precondition(left >= count, "a list of the machine has more members than are counted")
    left &-= UInt64(count)
  }
}

extension ObjectCaches {
  /// For a walk through objects of a cache, each once. A count that is damaged as well is no more than
  /// what RAM has room for.
  func stepLimit<T: SlabObject>(_ type: T.Type) -> StepLimit {
    StepLimit(min(ram[CacheState.ref(T.cache)].inUse, mostObjects))
  }

  /// Traps when a list claims more members than there are objects of its cache.
  func expect<T: SlabObject>(_ count: UInt32, _ type: T.Type) {
    precondition(
      UInt64(count) <= min(ram[CacheState.ref(T.cache)].inUse, mostObjects),
      "a list of the machine has more members than are counted")
  }

  /// Objects that RAM has room for: none is smaller than a granule.
  var mostObjects: UInt64 { UInt64(ram.frameCount) << 8 }
}
