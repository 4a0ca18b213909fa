extension FreeSpace {
  /// The tree is ordered, red-black, exact in its maxima and counted. Blocks are handed out in
  /// ascending order.
  func check(_ checker: inout Checker, _ body: (_ start: UInt64, _ end: UInt64) -> Void) {
    var blocks: [Ref<FreeBlock>] = []
    let top = ram[root].freeRoot
    if !top.isNone, checker.use(top, "free tree: root") {
      checker.expect(ram[top].isBlack && ram[top].parent.isNone, "free tree: root")
      _ = check(top, depth: 0, &blocks, &checker)
    }
    for block in blocks { body(ram[block].start, ram[block].end) }
    checker.expect(
      blocks.count == Int(ram[root].freeCount), "free tree: count", UInt64(blocks.count),
      UInt64(ram[root].freeCount))
    index.check(blocks, &checker)
  }

  /// Returns the black height of a subtree, whose blocks are appended in order.
  private func check(
    _ node: Ref<FreeBlock>, depth: Int, _ blocks: inout [Ref<FreeBlock>],
    _ checker: inout Checker
  ) -> Int {
    let block = ram[node]
    // A red-black tree of 2^32 nodes is at most 64 deep.
    guard depth <= 64, !checker.isFull else {
      checker.expect(false, "free tree: depth", block.start)
      return 0
    }
    let colour = ram.byte(node, at: MemoryLayout<FreeBlock>.offset(of: \.isBlack)!)
    checker.expect(
      block.start < block.end && colour <= 1 && block.unused == (0, 0, 0), "free tree: block",
      block.start, block.end)
    var heights = (left: 0, right: 0)
    if isChild(block.left, of: node, &checker) {
      checker.expect(ram[block.left].end <= block.start, "free tree: order", block.start)
      heights.left = check(block.left, depth: depth + 1, &blocks, &checker)
    }
    blocks.append(node)
    if isChild(block.right, of: node, &checker) {
      checker.expect(ram[block.right].start >= block.end, "free tree: order", block.start)
      heights.right = check(block.right, depth: depth + 1, &blocks, &checker)
    }
    if checker.isSound { checkMaxima(node, &checker) }
    checker.expect(heights.left == heights.right, "free tree: black height", block.start)
    return heights.left + (block.isBlack ? 1 : 0)
  }

  /// Whether there is a child that can be followed.
  private func isChild(
    _ child: Ref<FreeBlock>, of node: Ref<FreeBlock>, _ checker: inout Checker
  ) -> Bool {
    if child.isNone { return false }
    guard checker.use(child, "free tree: child", ram[node].start) else { return false }
    checker.expect(ram[child].parent == node, "free tree: parent link", ram[child].start)
    checker.expect(
      ram[node].isBlack || ram[child].isBlack, "free tree: two reds", ram[child].start)
    return true
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
