/// Building a free tree all at once.
extension FreeSpace {
  /// Replaces the tree, whose blocks are gone, by a balanced one of what `ranges`, ascending and apart,
  /// leave of the number line. False without memory.
  func build(around ranges: [(start: UInt64, end: UInt64)]) -> Bool {
    index.drop()
    ram[root].freeRoot = .none
    ram[root].freeCount = 0
    var gaps: [(start: UInt64, end: UInt64)] = []
    var reached: UInt64 = 1
    for range in ranges {
      if range.start > reached { gaps.append((reached, range.start)) }
      reached = range.end
    }
    if reached < .max { gaps.append((reached, .max)) }
    // Nodes below the last full level are red, so that every path has as many black ones.
    let full = Int.bitWidth - 1 - (gaps.count + 1).leadingZeroBitCount
    guard let top = grow(gaps, 0..<gaps.count, depth: 0, full: full, .none) else { return false }
    ram[root].freeRoot = top
    ram[root].freeCount = UInt32(gaps.count)
    buildIndex()
    return true
  }

  /// A subtree of some gaps; nil without memory.
  private func grow(
    _ gaps: [(start: UInt64, end: UInt64)], _ range: Range<Int>, depth: Int, full: Int,
    _ parent: Ref<FreeBlock>
  ) -> Ref<FreeBlock>? {
    guard !range.isEmpty else { return Ref<FreeBlock>.none }
    guard let node = ObjectCaches(ram: ram).allocate(FreeBlock.self) else { return nil }
    let middle = range.lowerBound + range.count / 2
    var record = FreeBlock()
    (record.start, record.end) = gaps[middle]
    record.isBlack = depth < full
    record.parent = parent
    guard
      let left = grow(gaps, range.lowerBound..<middle, depth: depth + 1, full: full, node),
      let right = grow(gaps, middle + 1..<range.upperBound, depth: depth + 1, full: full, node)
    else { return nil }
    (record.left, record.right) = (left, right)
    if !left.isNone { record.leftMaximum = ram[left].maximum }
    if !right.isNone { record.rightMaximum = ram[right].maximum }
    ram[node] = record
    return node
  }
}
