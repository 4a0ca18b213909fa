extension FreeSpace {
  /// The tree is ordered, red-black, exact in its maxima and counted. Blocks are handed out in
  /// ascending order.
  func check(_ checker: inout Checker, _ body: (_ start: UInt64, _ end: UInt64) -> Void) {
    var blocks: [Ref<FreeBlock>] = []
    defer { index.check(blocks, &checker) }
    var count: UInt64 = 0
    let top = ram[root].freeRoot
    if !top.isNone {
      checker.expect(ram[top].isBlack && ram[top].parent.isNone, "free tree: root")
      _ = check(top, depth: 0, &count, &checker, body)
      blocks = inOrder(top, limit: count)
    }
    checker.expect(count == UInt64(ram[root].freeCount), "free tree: count", count)
  }

  private func inOrder(_ top: Ref<FreeBlock>, limit: UInt64) -> [Ref<FreeBlock>] {
    var blocks: [Ref<FreeBlock>] = []
    var node = top
    while !ram[node].left.isNone { node = ram[node].left }
    while !node.isNone && UInt64(blocks.count) <= limit {
      blocks.append(node)
      node = next(node)
    }
    return blocks
  }

  /// Returns the black height of a subtree.
  private func check(
    _ node: Ref<FreeBlock>, depth: Int, _ count: inout UInt64, _ checker: inout Checker,
    _ body: (UInt64, UInt64) -> Void
  ) -> Int {
    let block = ram[node]
    // A red-black tree of 2^32 nodes is at most 64 deep; deeper is a loop.
    guard depth <= 64, !checker.isFull else {
      checker.expect(false, "free tree: loop", block.start)
      return 0
    }
    var heights = (left: 0, right: 0)
    if !block.left.isNone {
      let left = ram[block.left]
      checker.expect(left.parent == node, "free tree: parent link", left.start)
      checker.expect(left.end <= block.start, "free tree: order", left.start, block.start)
      checker.expect(block.isBlack || left.isBlack, "free tree: two reds", block.start)
      heights.left = check(block.left, depth: depth + 1, &count, &checker, body)
    }
    count += 1
    checker.expect(block.start < block.end, "free tree: empty block", block.start)
    body(block.start, block.end)
    if !block.right.isNone {
      let right = ram[block.right]
      checker.expect(right.parent == node, "free tree: parent link", right.start)
      checker.expect(right.start >= block.end, "free tree: order", block.start, right.start)
      checker.expect(block.isBlack || right.isBlack, "free tree: two reds", block.start)
      heights.right = check(block.right, depth: depth + 1, &count, &checker, body)
    }
    checkMaxima(node, &checker)
    checker.expect(heights.left == heights.right, "free tree: black height", block.start)
    return heights.left + (block.isBlack ? 1 : 0)
  }

  private func checkMaxima(_ node: Ref<FreeBlock>, _ checker: inout Checker) {
    let block = ram[node]
    let left = block.left.isNone ? 0 : ram[block.left].maximum
    let right = block.right.isNone ? 0 : ram[block.right].maximum
    checker.expect(
      !keepsMaxima || (block.leftMaximum == left && block.rightMaximum == right),
      "free tree: maximum", block.start, block.maximum)
  }

  /// Whether a node and its parent agree: what a debug build checks after each change.
  func isSound(_ node: Ref<FreeBlock>) -> Bool {
    var checker = Checker(ram: ram, frames: 0)
    checkMaxima(node, &checker)
    let parent = ram[node].parent
    if !parent.isNone { checkMaxima(parent, &checker) }
    return checker.violations.isEmpty
  }
}
