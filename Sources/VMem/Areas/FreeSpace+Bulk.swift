/// Giving many ranges back at once: when they are as many as the blocks there are, following the tree
/// from block to block and building the index anew costs less than finding each place.
extension FreeSpace {
  /// Where a descending series of ranges has arrived: the block below and the one above.
  struct Cursor {
    fileprivate(set) var before = Ref<FreeBlock>.none
    fileprivate(set) var after = Ref<FreeBlock>.none
  }

  /// Whether `count` ranges are better given back in bulk.
  func prefersBulk(_ count: Int) -> Bool {
    hasIndex && ram[root].maximaBudget == 0 && UInt64(count) * 2 >= UInt64(ram[root].freeCount)
  }

  /// A cursor above the highest block.
  var highest: Cursor {
    let top = ram[root].freeRoot
    return Cursor(before: top.isNone ? .none : rightmost(top), after: .none)
  }

  /// As `releaseRun`, with everything given back so far above `end`. `other` is none for a single
  /// range.
  func releaseRun(
    _ start: UInt64, last: UInt64, end: UInt64, spare: Ref<FreeBlock>,
    other: Ref<FreeBlock>, _ cursor: inout Cursor
  ) {
    while !cursor.before.isNone && ram[cursor.before].start >= end {
      cursor.after = cursor.before
      cursor.before = previous(cursor.before)
    }
    let found = neighbours(cursor)
    let touchesBefore = !found.before.isNone && found.end == start
    let touchesAfter = !found.after.isNone && found.start == end
    if !other.isNone && touchesBefore && !touchesAfter {
      releaseBulk(last, end, other, found)
      cursor.after = other
      releaseBulk(start, last, spare, neighbours(cursor))
    } else {
      if !other.isNone { ObjectCaches(ram: ram).free(other) }
      releaseBulk(start, end, spare, found)
    }
    if touchesBefore {
      cursor.after = cursor.before
      cursor.before = previous(cursor.before)
    } else if !touchesAfter {
      cursor.after = spare
    }
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
  private func neighbours(_ cursor: Cursor) -> Neighbours {
    var found = Neighbours()
    found.before = cursor.before
    found.after = cursor.after
    if !found.before.isNone { found.end = ram[found.before].end }
    if !found.after.isNone { found.start = ram[found.after].start }
    return found
  }

  /// Builds the index that was left aside.
  func rebuildIndex() {
    index.drop()
    buildIndex()
    // Without an index the tree must know its maxima.
    if ram[root].indexHeight == 0 { recomputeMaxima() }
  }
}
