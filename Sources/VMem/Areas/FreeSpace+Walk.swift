/// The free tree in the order of addresses.
extension FreeSpace {
  /// Bytes of the largest block in [start, end), of blocks that reach out of it the part within; nil
  /// while there is no index.
  ///
  /// Complexity: a search of the index for each block that is larger than all below it.
  func largest(from start: UInt64, to end: UInt64) -> UInt64? {
    guard hasIndex else { return nil }
    var most: UInt64 = 0
    var path = FreeIndex.Path()
    path.descend(index, to: start)
    repeat {
      guard path.position(0) >= 0 else { continue }
      let block = index.bounds(&path)
      if block.start >= end { break }
      let (low, high) = (max(block.start, start), min(block.end, end))
      if high > low { most = max(most, high - low) }
    } while index.advance(&path, toSize: FreeIndex.pages((most >> 12 + 1) << 12))
    return most
  }

  /// The highest block below a node, itself included.
  @inline(__always)
  func rightmost(_ top: Ref<FreeBlock>) -> Ref<FreeBlock> {
    var node = top
    var limit = StepLimit.path
    while !ram[node].right.isNone {
      limit.step()
      node = ram[node].right
    }
    return node
  }

  /// The lowest block below a node, itself included.
  @inline(__always)
  func leftmost(_ top: Ref<FreeBlock>) -> Ref<FreeBlock> {
    var node = top
    var limit = StepLimit.path
    while !ram[node].left.isNone {
      limit.step()
      node = ram[node].left
    }
    return node
  }

  /// The next block down in address order, or none: lower, so that a walk down has an end.
  func previous(_ block: Ref<FreeBlock>) -> Ref<FreeBlock> {
    let below = ram[block].left
    if !below.isNone {
      let node = rightmost(below)
      precondition(ram[node].start < ram[block].start, "the free tree is out of order")
      return node
    }
    var node = block
    var parent = ram[node].parent
    var limit = StepLimit.path
    while !parent.isNone && ram[parent].left == node {
      limit.step()
      node = parent
      parent = ram[node].parent
    }
    precondition(
      parent.isNone || ram[parent].start < ram[block].start, "the free tree is out of order")
    return parent
  }
}
