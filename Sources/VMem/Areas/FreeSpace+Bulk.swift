/// Giving many ranges back at once: when they are as many as the blocks there are, following the tree
/// from block to block and building the index anew costs less than finding each place.
extension FreeSpace {
  /// Where a descending series of ranges has arrived: the block below and the one above.
  struct Cursor: ~Copyable {
    fileprivate var before = Ref<FreeBlock>.none
    fileprivate var after = Ref<FreeBlock>.none
    /// The blocks above `after`, highest first: nothing changes them any more.
    fileprivate var passed: [Ref<FreeBlock>] = []

    /// Lets `block` be the one above.
    @inline(__always)
    fileprivate mutating func reach(_ block: Ref<FreeBlock>) {
      if !after.isNone { passed.append(after) }
      after = block
    }
  }

  /// Whether `count` ranges are better given back in bulk.
  func prefersBulk(_ count: Int) -> Bool {
    hasIndex && ram[root].maximaBudget == 0 && UInt64(count) * 2 >= UInt64(ram[root].freeCount)
  }

  /// A cursor above the highest block, where `count` ranges come.
  func cursor(for count: Int) -> Cursor {
    var cursor = Cursor()
    let top = ram[root].freeRoot
    if !top.isNone { cursor.before = rightmost(top) }
    cursor.passed.reserveCapacity(Int(ram[root].freeCount) + count)
    return cursor
  }

  /// Goes down by a block.
  @inline(__always)
  private func descend(_ cursor: inout Cursor) {
    cursor.reach(cursor.before)
    cursor.before = previous(cursor.before)
  }

  /// As `releaseRun`, with everything given back so far above `end`. `other` is none for a single
  /// range.
  func releaseRun(
    _ start: UInt64, last: UInt64, end: UInt64, spare: Ref<FreeBlock>,
    other: Ref<FreeBlock>, _ cursor: inout Cursor
  ) {
    while !cursor.before.isNone && ram[cursor.before].start >= end { descend(&cursor) }
    let found = neighbours(cursor)
    let touchesBefore = !found.before.isNone && found.end == start
    let touchesAfter = !found.after.isNone && found.start == end
    if !other.isNone && touchesBefore && !touchesAfter {
      releaseBulk(last, end, other, found)
      cursor.reach(other)
      releaseBulk(start, last, spare, neighbours(cursor))
    } else {
      if !other.isNone { ObjectCaches(ram: ram).free(other) }
      releaseBulk(start, end, spare, found)
      if !touchesBefore && !touchesAfter { cursor.reach(spare) }
    }
    guard touchesBefore else { return }
    // What it reached into has gone into the one below.
    if touchesAfter || !other.isNone { cursor.after = .none }
    descend(&cursor)
  }

  /// `release`, where there is no way in an index to keep.
  @inline(__always)
  private func releaseBulk(
    _ start: UInt64, _ end: UInt64, _ spare: Ref<FreeBlock>, _ found: Neighbours
  ) {
    var path = FreeIndex.Path()
    _ = release(start, end, spare, found, &path)
  }

  @inline(__always)
  private func neighbours(_ cursor: borrowing Cursor) -> Neighbours {
    var found = Neighbours()
    found.before = cursor.before
    found.after = cursor.after
    if !found.before.isNone { found.end = ram[found.before].end }
    if !found.after.isNone { found.start = ram[found.after].start }
    return found
  }

  /// Builds the index that was left aside, with what the cursor has passed and what lies below it.
  func rebuildIndex(_ cursor: inout Cursor) {
    while !cursor.before.isNone { descend(&cursor) }
    cursor.reach(.none)
    index.drop()
    buildIndex { cursor.passed.popLast() ?? .none }
    // Without an index the tree must know its maxima.
    if ram[root].indexHeight == 0 { recomputeMaxima() }
  }
}
