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
    let found = find(&path, of: start)
    return release(start, end, spare, found, &path)
  }

  /// Ranges that touch each other, together [start, end), of which the highest begins at `last`.
  struct Run {
    let start: UInt64
    let last: UInt64
    let end: UInt64
    /// Descriptors of the lowest and of the highest, which is none where there is but one.
    let spare: Ref<FreeBlock>
    let other: Ref<FreeBlock>
  }

  /// Adds a run as its members would have been added from the highest down: the highest makes or joins a
  /// block, and each other one joins that.
  ///
  /// The run goes as a whole, but for one case: where it touches only a block before it, the highest's
  /// own block would have been inserted and deleted again, which turns the tree. Then [`last`, end)
  /// goes first, with a descriptor of its own.
  func release(_ run: Run, _ path: inout FreeIndex.Path) {
    let found = find(&path, of: run.start)
    if !run.other.isNone {
      let touchesBefore = !found.before.isNone && found.end == run.start
      let touchesAfter = !found.after.isNone && found.start == run.end
      if touchesBefore && !touchesAfter {
        _ = release(run.last, run.end, run.other, found, &path)
        _ = release(run.start, run.last, spare: run.spare)
        return
      }
      caches.free(run.other)
    }
    _ = release(run.start, run.end, run.spare, found, &path)
  }

  @inline(__always)
  private func release(
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
        index.lower(&path, to: start, bytes: ram[after].end &- start)
      }
      caches.free(spare)
    } else {
      insert(spare, start, end, before, after)
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
    if swallowing { swallow(found.after) }
    ram[before].end = end
    propagate(before)
    assert(isSound(before))
    guard hasIndex else { return }
    index.raise(&path, to: end, bytes: end &- ram[before].start, swallowing: swallowing)
  }

  /// Takes a block out of the tree that has become part of another.
  @inline(__always)
  func swallow(_ block: Ref<FreeBlock>) {
    unlink(block)
    caches.free(block)
  }

  /// Hangs a new block between two neighbours, of which one has no child on the side of the other.
  @inline(__always)
  func insert(
    _ block: Ref<FreeBlock>, _ start: UInt64, _ end: UInt64, _ before: Ref<FreeBlock>,
    _ after: Ref<FreeBlock>
  ) {
    let onLeft = before.isNone || !ram[before].right.isNone
    insert(block, start, end, parent: onLeft ? after : before, onLeft: onLeft)
  }
}
