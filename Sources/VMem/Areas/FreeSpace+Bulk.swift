/// Giving many ranges back at once: when they are as many as the blocks there are, going through the index
/// from block to block and building it anew costs less than finding each place.
extension FreeSpace {
  /// Where a descending series of ranges has arrived: the block below and the one above. The index is as it
  /// was before the first range, which is right below the cursor.
  @safe
  struct Cursor: ~Copyable {
    fileprivate var path = FreeIndex.Path()
    fileprivate var before = FreeIndex.Entry()
    fileprivate var after = FreeIndex.Entry()
    /// The blocks above `after`, highest first: nothing changes them any more.
    private let passed: UnsafeMutableBufferPointer<FreeIndex.Entry>
    private var count = 0

    /// - Parameter most: blocks that are passed at most.
    fileprivate init(most: Int) { unsafe passed = .allocate(capacity: most) }

    deinit { unsafe passed.deallocate() }

    /// Lets `block` be the one above.
    @inline(__always)
    fileprivate mutating func reach(_ block: FreeIndex.Entry) {
      if !after.block.isNone {
        precondition(unsafe count < passed.count, "the free index has more blocks than the tree")
        // Safe: there is room, as was just seen.
        unsafe passed[count] = after
        count &+= 1
      }
      after = block
    }

    /// The lowest of the blocks above, which is passed no more; nil when there is none.
    @inline(__always)
    fileprivate mutating func popLowest() -> FreeIndex.Entry? {
      guard count > 0 else { return nil }
      count &-= 1
      // Safe: `reach` has written it.
      return unsafe passed[count]
    }
  }

  /// Whether `count` ranges are better given back in bulk.
  func prefersBulk(_ count: Int) -> Bool {
    hasIndex && ram[root].maximaBudget == 0 && UInt64(count) * 2 >= UInt64(ram[root].freeCount)
  }

  /// A cursor above the highest block, where `count` ranges come.
  func cursor(for count: Int) -> Cursor {
    var cursor = Cursor(most: Int(ram[root].freeCount) + count)
    cursor.path.moveToLast(of: index)
    if cursor.path.position(0) >= 0 { cursor.before = index.entry(&cursor.path) }
    return cursor
  }

  /// Goes down by a block.
  @inline(__always)
  private func descend(_ cursor: inout Cursor) {
    let above = cursor.before
    cursor.reach(above)
    cursor.before =
      index.retreat(&cursor.path) ? index.entry(&cursor.path) : FreeIndex.Entry()
    precondition(
      cursor.before.block.isNone || cursor.before.start < above.start,
      "the free index is out of order")
  }

  /// As the other `release`, with everything given back so far above the run. Nothing keeps maxima, as
  /// `prefersBulk` has made sure.
  func release(_ run: Run, _ cursor: inout Cursor) {
    while cursor.before.start >= run.end && !cursor.before.block.isNone { descend(&cursor) }
    let (before, after) = (cursor.before.block, cursor.after.block)
    // What overlaps free space is dropped.
    let fits =
      cursor.before.end <= run.start && (after.isNone || cursor.after.start >= run.end)
    let touchesBefore = cursor.before.end == run.start && !before.isNone
    let touchesAfter = cursor.after.start == run.end && !after.isNone
    if fits && touchesBefore {
      if touchesAfter {
        if !run.other.isNone { caches.free(run.other) }
        cursor.before.end = cursor.after.end
        swallow(after)
        cursor.after = FreeIndex.Entry()
      } else {
        if !run.other.isNone {
          insert(run.other, run.last, run.end, before, after)
          swallow(run.other)
        }
        cursor.before.end = run.end
      }
      ram[before].end = cursor.before.end
      caches.free(run.spare)
      return descend(&cursor)
    }
    if !run.other.isNone { caches.free(run.other) }
    if fits && !touchesAfter {
      insert(run.spare, run.start, run.end, before, after)
      return cursor.reach(
        FreeIndex.Entry(start: run.start, end: run.end, block: run.spare))
    }
    if fits {
      cursor.after.start = run.start
      ram[after].start = run.start
    }
    caches.free(run.spare)
  }

  /// Builds the index that was left aside, with what the cursor has passed and what lies below it.
  func rebuildIndex(_ cursor: inout Cursor) {
    while !cursor.before.block.isNone { descend(&cursor) }
    cursor.reach(FreeIndex.Entry())
    index.drop()
    buildIndex { cursor.popLowest() }
    // Without an index the tree must know its maxima.
    if ram[root].indexHeight == 0 { recomputeMaxima() }
  }
}
