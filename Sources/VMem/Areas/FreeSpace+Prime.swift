/// Building a free tree node for node.
extension FreeSpace {
  /// Replaces the tree, whose blocks are gone, by the one a preorder of nodes describes.
  func build(_ blocks: [Priming.Block]) throws(Priming.Defect) {
    index.drop()
    ram[root].freeRoot = .none
    ram[root].freeCount = 0
    /// The nodes on the way from the root to the last one.
    var path: [Ref<FreeBlock>] = []
    for (index, block) in blocks.enumerated() {
      guard block.depth <= path.count, (block.side == .root) == (block.depth == 0),
        block.depth > 0 || index == 0
      else { throw .place(index) }
      path.removeLast(path.count - block.depth)
      guard let node = ObjectCaches(ram: ram).allocate(FreeBlock.self) else {
        throw .noMemory
      }
      var record = FreeBlock()
      record.start = block.start
      record.end = block.end
      record.isBlack = block.isBlack
      record.parent = path.last ?? .none
      ram[node] = record
      try hang(node, block.side, index)
      path.append(node)
      ram[root].freeCount += 1
    }
    try checkShape(blocks)
    buildIndex()
  }

  private func hang(
    _ node: Ref<FreeBlock>, _ side: Priming.Block.Side, _ index: Int
  ) throws(Priming.Defect) {
    let parent = ram[node].parent
    guard !parent.isNone else {
      ram[root].freeRoot = node
      return
    }
    if side == .left {
      guard ram[parent].left.isNone, ram[parent].right.isNone else { throw .place(index) }
      ram[parent].left = node
    } else {
      guard ram[parent].right.isNone else { throw .place(index) }
      ram[parent].right = node
    }
    guard ram[node].isBlack || ram[parent].isBlack else { throw .colour(index) }
  }

  /// Sets the maxima, and refuses trees that are not ordered or not balanced.
  private func checkShape(_ blocks: [Priming.Block]) throws(Priming.Defect) {
    let top = ram[root].freeRoot
    guard !top.isNone else { return }
    guard ram[top].isBlack else { throw .colour(0) }
    var reached: UInt64 = 0
    var position = 0
    _ = try finish(top, &reached, &position)
  }

  /// Finishes a subtree and returns its black height; `position` counts nodes in preorder.
  private func finish(
    _ node: Ref<FreeBlock>, _ reached: inout UInt64, _ position: inout Int
  ) throws(Priming.Defect) -> Int {
    let mine = position
    position += 1
    var heights = (left: 0, right: 0)
    let (left, right) = (ram[node].left, ram[node].right)
    if !left.isNone {
      heights.left = try finish(left, &reached, &position)
      ram[node].leftMaximum = ram[left].maximum
    }
    guard ram[node].start >= reached else { throw .place(mine) }
    reached = ram[node].end
    if !right.isNone {
      heights.right = try finish(right, &reached, &position)
      ram[node].rightMaximum = ram[right].maximum
    }
    guard heights.left == heights.right else { throw .colour(mine) }
    return heights.left + (ram[node].isBlack ? 1 : 0)
  }
}
