/// The allocator's whole state, for views and checks.
extension VMAreas {
  /// A node of the free tree as a pre-order walk meets it.
  package struct FreeTreeNode: Sendable {
    package let start: UInt64
    package let end: UInt64
    package let isBlack: Bool
    /// Largest block in its subtree, in bytes.
    package let maximum: UInt64
    /// Steps below the root.
    package let depth: Int
    /// Whether it is its parent's left child; false for the root.
    package let isLeft: Bool
  }

  /// Walks the free tree in pre-order; `body` gets nil for each absent child.
  package func forEachFreeTreeNode(_ body: (FreeTreeNode?) -> Void) {
    var nodes: [FreeTreeNode?] = []
    var limit = caches.stepLimit(VMArea.self)
    _ = visit(ram[areas.state].freeRoot, depth: 0, isLeft: false, &nodes, &limit)
    for node in nodes { body(node) }
  }

  /// Adds a subtree in pre-order and returns its largest block; the nodes' own maxima may be stale.
  private func visit(
    _ block: Ref<FreeBlock>, depth: Int, isLeft: Bool, _ nodes: inout [FreeTreeNode?],
    _ limit: inout StepLimit
  ) -> UInt64 {
    guard !block.isNone else {
      nodes.append(nil)
      return 0
    }
    // A red-black tree of 2^32 nodes is at most 64 deep.
    precondition(depth <= 64, "the free tree is a loop")
    limit.step()
    let node = ram[block]
    let place = nodes.count
    nodes.append(nil)
    let left = visit(node.left, depth: depth + 1, isLeft: true, &nodes, &limit)
    let right = visit(node.right, depth: depth + 1, isLeft: false, &nodes, &limit)
    let maximum = max(node.size, max(left, right))
    nodes[place] = FreeTreeNode(
      start: node.start, end: node.end, isBlack: node.isBlack, maximum: maximum, depth: depth,
      isLeft: isLeft)
    return maximum
  }

  /// Calls `body` for every free block, ascending.
  package func forEachFreeBlock(_ body: (_ start: UInt64, _ end: UInt64) -> Void) {
    var limit = caches.stepLimit(VMArea.self)
    inOrder(ram[areas.state].freeRoot, depth: 0, &limit, body)
  }

  private func inOrder(
    _ block: Ref<FreeBlock>, depth: Int, _ limit: inout StepLimit, _ body: (UInt64, UInt64) -> Void
  ) {
    guard !block.isNone else { return }
    precondition(depth <= 64, "the free tree is a loop")
    limit.step()
    inOrder(ram[block].left, depth: depth + 1, &limit, body)
    body(ram[block].start, ram[block].end)
    inOrder(ram[block].right, depth: depth + 1, &limit, body)
  }

  /// A block of vm_map_ram.
  package struct MapBlockState: Sendable {
    package let start: UInt64
    package let end: UInt64
    /// The CPU that allocates from it.
    package let cpu: Int
    /// Pages never handed out, and pages given back.
    package let free: Int
    package let dirty: Int
  }

  /// Calls `body` for every block of vm_map_ram, CPU by CPU of its index.
  package func forEachMapBlock(_ body: (MapBlockState) -> Void) {
    var limit = caches.stepLimit(MapBlock.self)
    for cpu in 0..<cpuCount {
      let index = areas.blocks.index(cpu)
      var key: UInt64 = 0
      while let found = index.next(from: key, ram) {
        limit.step()
        key = found.key + 1
        let block = ram[Ref<MapBlock>(granule: found.value)]
        body(
          MapBlockState(
            start: ram[block.area].start, end: ram[block.area].end, cpu: Int(block.cpu),
            free: Int(block.free), dirty: Int(block.dirty)))
      }
    }
  }

  /// Calls `body` for every pool that holds something: node, pages of its areas, addresses from the
  /// head on.
  package func forEachPool(_ body: (_ node: Int, _ pages: Int, _ addresses: [UInt64]) -> Void) {
    guard areas.nodeCount > 1 else { return }
    for number in 0..<areas.nodeCount {
      for index in 0..<VmapNode.poolCount {
        var addresses: [UInt64] = []
        var area = ram[areas.node(number)].pools[index].head
        let count = ram[areas.node(number)].pools[index].count
        caches.expect(count, VMArea.self)
        var limit = StepLimit(UInt64(count))
        while !area.isNone {
          limit.step()
          addresses.append(ram[area].start)
          area = ram[area].next
        }
        if !addresses.isEmpty { body(number, index + 1, addresses) }
      }
    }
  }
}
