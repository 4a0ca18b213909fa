/// The maxima of the red-black tree, which are kept only around requests that need them, and the index
/// that serves all others.
extension FreeSpace {
  // MARK: Maxima

  /// Whether the maxima in the nodes are right.
  @inline(__always)
  var keepsMaxima: Bool { ram[root].maximaBudget != 0 || ram[root].indexHeight == 0 }

  /// Changes for which the maxima are kept after a request needed them.
  private static let budget: UInt32 = 4096

  /// Counts a change of the tree: maxima go stale some time after the last request that needed them,
  /// and a dropped index is tried again.
  @inline(__always)
  func count() {
    if ram[root].maximaBudget != 0 && hasIndex { ram[root].maximaBudget -= 1 }
    if ram[root].indexDelay != 0 { retryIndex() }
  }

  /// Makes all maxima right and keeps them so for a while.
  func refreshMaxima() {
    if !keepsMaxima { recomputeMaxima() }
    ram[root].maximaBudget = Self.budget
  }

  /// Makes the maxima right.
  func recomputeMaxima() {
    var limit = StepLimit(UInt64(ram[root].freeCount))
    _ = recompute(ram[root].freeRoot, depth: 0, &limit)
  }

  private func recompute(
    _ node: Ref<FreeBlock>, depth: Int, _ limit: inout StepLimit
  ) -> UInt64 {
    guard !node.isNone else { return 0 }
    precondition(depth <= 64, "the free tree is a loop")
    limit.step()
    ram[node].leftMaximum = recompute(ram[node].left, depth: depth + 1, &limit)
    ram[node].rightMaximum = recompute(ram[node].right, depth: depth + 1, &limit)
    return ram[node].maximum
  }

  /// Carries the maximum of `block`'s subtree upwards as far as it changes anything
  /// (`augment_tree_propagate_from`).
  @inline(__always)
  func propagate(_ block: Ref<FreeBlock>) {
    guard keepsMaxima else { return }
    var node = block
    while true {
      let maximum = ram[node].maximum
      let parent = ram[node].parent
      if parent.isNone { return }
      if ram[parent].left == node {
        if ram[parent].leftMaximum == maximum { return }
        ram[parent].leftMaximum = maximum
      } else {
        if ram[parent].rightMaximum == maximum { return }
        ram[parent].rightMaximum = maximum
      }
      node = parent
    }
  }

  // MARK: Index

  /// Gives the index up for want of memory; the tree answers alone.
  func dropIndex() {
    // The maxima must be right before nothing else knows better.
    if ram[root].maximaBudget == 0 { recomputeMaxima() }
    index.drop()
    ram[root].indexDelay = Self.budget
  }

  /// Tries to build the index again when it has been gone for a while.
  @inline(never)
  private func retryIndex() {
    ram[root].indexDelay -= 1
    if ram[root].indexDelay == 0 { buildIndex() }
  }

  /// Builds the index from the tree.
  func buildIndex() {
    var node = ram[root].freeRoot
    if !node.isNone { node = leftmost(node) }
    buildIndex {
      guard !node.isNone else { return nil }
      defer { node = next(node) }
      return FreeIndex.Entry(start: ram[node].start, end: ram[node].end, block: node)
    }
  }

  /// Builds the index from the blocks that `next` hands out, ascending.
  @inline(__always)
  func buildIndex(_ next: () -> FreeIndex.Entry?) {
    guard ram[root].freeRoot.isNone || !index.build(next) else { return }
    index.drop()
    ram[root].indexDelay = Self.budget
  }

  /// The next block up in address order, or none: higher, so that a walk up has an end.
  func next(_ block: Ref<FreeBlock>) -> Ref<FreeBlock> {
    let below = ram[block].right
    if !below.isNone {
      let node = leftmost(below)
      precondition(ram[node].start > ram[block].start, "the free tree is out of order")
      return node
    }
    var node = block
    var parent = ram[node].parent
    var limit = StepLimit.path
    while !parent.isNone && ram[parent].right == node {
      limit.step()
      node = parent
      parent = ram[node].parent
    }
    precondition(
      parent.isNone || ram[parent].start > ram[block].start, "the free tree is out of order")
    return parent
  }
}
