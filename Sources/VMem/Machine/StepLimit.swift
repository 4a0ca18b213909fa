/// Ends a walk through a list or a tree that damage has made a loop: traps, which ends a process with
/// exit code 4, after more steps than there are members.
struct StepLimit {
  private var left: UInt64

  /// `members` may be 0 for what ends at once.
  init(_ members: UInt64) { left = members }

  @inline(__always)
  mutating func step() {
    precondition(left > 0, "a list of the machine has more members than are counted")
    left -= 1
  }
}

extension ObjectCaches {
  /// For a walk through objects of a cache, each once.
  func stepLimit(_ kind: CacheKind) -> StepLimit {
    StepLimit(ram[Superblock.ref].caches[Int(kind.rawValue)].inUse)
  }
}
