/// The free tree in the order of addresses.
extension FreeSpace {
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
