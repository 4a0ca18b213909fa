/// Giving ranges back, and what lies around them.
extension FreeSpace {
  /// What lies around an address: the blocks before and after it, the end of the one and the start of
  /// the other.
  struct Neighbours {
    var before = Ref<FreeBlock>.none
    var end: UInt64 = 0
    var after = Ref<FreeBlock>.none
    var start: UInt64 = 0
  }

  /// Finds what lies around an address, and the way to the block before it in the index; `path` may be
  /// that already.
  @inline(__always)
  private func find(_ path: inout FreeIndex.Path, of start: UInt64) -> Neighbours {
    guard hasIndex else { return findInTree(start) }
    if !path.leads(index, to: start) { path.descend(index, to: start) }
    var found = Neighbours()
    if path.position(0) >= 0 {
      found.before = index.block(&path)
      found.end = index.bounds(&path).end
    }
    (found.after, found.start) = index.following(&path)
    return found
  }

  @inline(never)
  private func findInTree(_ start: UInt64) -> Neighbours {
    var found = Neighbours()
    var node = ram[root].freeRoot
    var limit = StepLimit.path
    while !node.isNone {
      limit.step()
      if start < ram[node].start {
        found.after = node
        node = ram[node].left
      } else {
        found.before = node
        node = ram[node].right
      }
    }
    if !found.before.isNone { found.end = ram[found.before].end }
    if !found.after.isNone { found.start = ram[found.after].start }
    return found
  }

  /// Adds [start, end) and merges it with its neighbours. `spare` is the descriptor of what is given
  /// back: it becomes the new block, or is freed when there is none. Returns false, with the spare
  /// freed, when the range overlaps free space.
  func release(_ start: UInt64, _ end: UInt64, spare: Ref<FreeBlock>) -> Bool {
    var path = FreeIndex.Path()
    return release(start, end, spare: spare, &path)
  }

  @inline(__always)
  func release(
    _ start: UInt64, _ end: UInt64, spare: Ref<FreeBlock>, _ path: inout FreeIndex.Path
  ) -> Bool {
    release(start, end, spare, find(&path, of: start), &path)
  }

  /// Adds a run of ranges that touch each other as its members would have been added from the highest
  /// down: the highest makes or joins a block, and each other one joins that.
  ///
  /// The run goes as a whole, but for one case: where it touches only a block before it, the highest's
  /// own block would have been inserted and deleted again, which turns the tree. Then [`last`, end)
  /// goes first, with a descriptor of its own.
  func releaseRun(
    _ start: UInt64, last: UInt64, end: UInt64, spare: Ref<FreeBlock>, other: Ref<FreeBlock>,
    _ path: inout FreeIndex.Path
  ) {
    let found = find(&path, of: start)
    let touchesBefore = !found.before.isNone && found.end == start
    let touchesAfter = !found.after.isNone && found.start == end
    if touchesBefore && !touchesAfter {
      _ = release(last, end, other, found, &path)
      _ = release(start, last, spare: spare)
    } else {
      caches.free(other)
      _ = release(start, end, spare, found, &path)
    }
  }

  @inline(__always)
  func release(
    _ start: UInt64, _ end: UInt64, _ spare: Ref<FreeBlock>, _ found: Neighbours,
    _ path: inout FreeIndex.Path
  ) -> Bool {
    let (before, after) = (found.before, found.after)
    guard before.isNone || found.end <= start, after.isNone || found.start >= end else {
      caches.free(spare)
      return false
    }
    let touchesAfter = !after.isNone && found.start == end
    if !before.isNone && found.end == start {
      grow(found, &path, to: touchesAfter ? ram[after].end : end, swallowing: touchesAfter)
      caches.free(spare)
    } else if touchesAfter {
      ram[after].start = start
      propagate(after)
      assert(isSound(after))
      if hasIndex, index.advance(&path) {
        index.set(&path, start: start, bytes: ram[after].end &- start)
      }
      caches.free(spare)
    } else {
      // Of two neighbours one has no child on the side of the other.
      let onLeft = before.isNone || !ram[before].right.isNone
      insert(spare, start, end, parent: onLeft ? after : before, onLeft: onLeft)
      if hasIndex,
        !index.insert(&path, start: start, bytes: end &- start, ref: spare.granule)
      {
        dropIndex()
      }
    }
    count()
    return true
  }

  /// Moves the end of the block before up, over the block after if that is swallowed.
  @inline(__always)
  private func grow(
    _ found: Neighbours, _ path: inout FreeIndex.Path, to end: UInt64, swallowing: Bool
  ) {
    let before = found.before
    if swallowing {
      unlink(found.after)
      caches.free(found.after)
    }
    ram[before].end = end
    propagate(before)
    assert(isSound(before))
    guard hasIndex else { return }
    let start = ram[before].start
    index.set(&path, start: start, bytes: end &- start)
    if swallowing, index.advance(&path) { index.remove(&path) }
  }
}
