extension FreeIndex {
  /// The leaves list exactly the blocks of the tree, and what nodes say of their children is right.
  func check(_ blocks: [Ref<FreeBlock>], _ checker: inout Checker) {
    guard height > 0 else {
      return checker.expect(ram[root].indexRoot == 0, "free index: root", UInt64(height))
    }
    checker.expect(height <= Self.maximumHeight, "free index: height", UInt64(height))
    guard height <= Self.maximumHeight else { return }
    var position = 0
    check(ram[root].indexRoot, level: height - 1, blocks, &position, &checker)
    checker.expect(
      position == blocks.count, "free index: entries", UInt64(position), UInt64(blocks.count))
  }

  private func check(
    _ node: UInt32, level: Int, _ blocks: [Ref<FreeBlock>], _ position: inout Int,
    _ checker: inout Checker
  ) {
    guard checker.use(Ref<Node>(granule: node), "free index: node") else { return }
    let entries = handle(node)
    let count = Int(ram[Ref<Node>(granule: node)].count)
    checker.expect(count <= Self.capacity, "free index: entries of a node", UInt64(count))
    for at in entries.count..<64 {
      checker.expect(
        entries.starts[at] == .max, "free index: behind the last entry", UInt64(node) << 4)
    }
    checker.expect(entries.count > 0 || height == 1, "free index: empty node", UInt64(node))
    var gone = 0
    for at in 0..<entries.count {
      guard !checker.isFull else { return }
      if entries.isGone(at) {
        gone += 1
        // Behind the block before, and not behind what follows.
        let end = position > 0 && position <= blocks.count ? ram[blocks[position - 1]].end : 0
        checker.expect(
          level == 0 && at > 0 && entries.refs[at] == 0 && entries.starts[at] >= end
            && (at + 1 == entries.count || entries.starts[at] <= entries.starts[at + 1]),
          "free index: entry that is gone", entries.starts[at])
        continue
      }
      if level > 0 {
        if checker.objects.state(Ref<Node>(granule: entries.refs[at])) == .inUse {
          let child = handle(entries.refs[at])
          checker.expect(
            entries.starts[at] == child.starts[0] && entries.sizes[at] == child.maximum,
            "free index: what a node says of a child", entries.starts[at])
        }
        check(entries.refs[at], level: level - 1, blocks, &position, &checker)
        continue
      }
      guard position < blocks.count else {
        return checker.expect(false, "free index: surplus entry", entries.starts[at])
      }
      let block = ram[blocks[position]]
      checker.expect(
        entries.refs[at] == blocks[position].granule && entries.starts[at] == block.start
          && entries.sizes[at] == Self.pages(block.size),
        "free index: entry", entries.starts[at], block.start)
      position += 1
    }
    checker.expect(gone == entries.gone, "free index: entries that are gone", UInt64(node))
  }
}
