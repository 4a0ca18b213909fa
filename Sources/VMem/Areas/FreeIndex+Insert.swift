extension FreeIndex {
  private var caches: ObjectCaches { ObjectCaches(ram: ram) }

  /// Adds an entry behind the one at `path`. Returns false when there is no memory for a node; the
  /// index is then of no use any more.
  func insert(_ path: inout Path, start: UInt64, bytes: UInt64, ref: UInt32) -> Bool {
    let leaf = handle(path.node(0))
    let position = path.position(0) &+ 1
    leaf.raiseGone(after: position &- 1, to: start &+ bytes)
    if position > 0 && position < leaf.count && leaf.isGone(position) {
      leaf.sizes[position] = Self.pages(bytes)
      leaf.refs[position] = ref
      leaf.starts[position] = start
      leaf.gone &-= 1
      settle(
        &path, level: 0, position: position, start: start, pages: Self.pages(bytes))
      return true
    }
    if leaf.count == Self.capacity && leaf.gone > 0 {
      leaf.compact()
      path.move(0, to: leaf.lastPosition(atOrBelow: start))
    }
    return insert(&path, level: 0, start: start, pages: Self.pages(bytes), ref: ref)
  }

  private func insert(
    _ path: inout Path, level: Int, start: UInt64, pages: Int32, ref: UInt32
  ) -> Bool {
    let node = handle(path.node(level))
    let position = path.position(level) + 1
    if node.count < Self.capacity {
      put(node, position: position, start: start, pages: pages, ref: ref)
      settle(&path, level: level, position: position, start: start, pages: pages)
      return true
    }
    guard let new = caches.allocate(Node.self) else { return false }
    let right = handle(new.granule)
    right.clear()
    // At the right edge of the address space the left half stays full. What lies below all windows is
    // larger than every request and fits none: where it stands alone, its node says so without a search.
    let kept =
      node.sizes[0] == Self.irregular
      ? 1 : position == Self.capacity ? Self.capacity : Self.capacity / 2
    let moved = Self.capacity - kept
    node.sizes.copy(kept, count: moved, to: right.sizes, at: 0)
    node.refs.copy(kept, count: moved, to: right.refs, at: 0)
    node.starts.copy(kept, count: moved, to: right.starts, at: 0)
    right.count = moved
    node.count = kept
    node.endAtCount(before: Self.capacity)
    if position <= kept && moved > 0 {
      put(node, position: position, start: start, pages: pages, ref: ref)
    } else {
      put(right, position: position - kept, start: start, pages: pages, ref: ref)
    }
    return attach(&path, level: level, new.granule)
  }

  private func put(
    _ node: IndexHandle, position: Int, start: UInt64, pages: Int32, ref: UInt32
  ) {
    let count = node.count
    node.openGap(at: position, count)
    node.sizes[position] = pages
    node.refs[position] = ref
    node.starts[position] = start
    node.count = count + 1
  }

  /// Tells the levels above of an entry that was added without a split.
  private func settle(
    _ path: inout Path, level: Int, position: Int, start: UInt64, pages: Int32
  ) {
    var isFirst = position == 0
    var above = level + 1
    while above < height {
      let node = handle(path.node(above))
      let at = path.position(above)
      if isFirst { node.starts[at] = start }
      let grows = node.sizes[at] < pages
      if grows { node.sizes[at] = pages }
      isFirst = isFirst && at == 0
      if !grows && !isFirst { return }
      above += 1
    }
  }

  /// Hangs a node that a split made behind its left half.
  private func attach(_ path: inout Path, level: Int, _ new: UInt32) -> Bool {
    let left = handle(path.node(level))
    let right = handle(new)
    if level + 1 == height {
      guard height < Self.maximumHeight,
        let top = caches.allocate(Node.self)
      else { return false }
      let root = handle(top.granule)
      root.clear()
      put(root, position: 0, start: left.starts[0], pages: left.maximum, ref: path.node(level))
      put(root, position: 1, start: right.starts[0], pages: right.maximum, ref: new)
      ram[self.root].indexRoot = top.granule
      ram[self.root].indexHeight += 1
      return true
    }
    // The left half may have a new first entry and has a new maximum.
    let above = handle(path.node(level + 1))
    let at = path.position(level + 1)
    if above.starts[at] != left.starts[0] { setFirst(&path, left.starts[0], above: level) }
    setSize(&path, left.maximum, level: level + 1)
    return insert(
      &path, level: level + 1, start: right.starts[0], pages: right.maximum, ref: new)
  }

  // MARK: Removing

  /// Takes the entry at `path` out; nodes that become empty go with it. Afterwards the path leads nowhere.
  ///
  /// - Parameter start: where the block before it ends, if that is behind the entry's start.
  func remove(_ path: inout Path, startingAt start: UInt64? = nil) {
    let leaf = handle(path.node(0))
    let position = path.position(0)
    if position == 0 && leaf.gone == 0 { return remove(&path, level: 0) }
    let before = leaf.sizes[position]
    leaf.sizes[position] = 0
    leaf.refs[position] = 0
    if let start { leaf.starts[position] = start }
    leaf.gone &+= 1
    if position > 0 && leaf.gone &* 4 <= leaf.count &* 3 {
      if height > 1 { lowerMaximum(&path, level: 0, without: before) }
      return
    }
    leaf.compact()
    settleRemoval(&path, level: 0, without: before)
  }

  private func remove(_ path: inout Path, level: Int) {
    let node = handle(path.node(level))
    let position = path.position(level)
    let before = node.sizes[position]
    node.closeGap(at: position, node.count)
    node.count -= 1
    settleRemoval(&path, level: level, without: before)
  }

  /// What follows when an entry of a size has been taken out of a node.
  private func settleRemoval(_ path: inout Path, level: Int, without size: Int32) {
    if level + 1 == height { return shrinkRoot(&path) }
    let node = handle(path.node(level))
    if node.count == 0 {
      caches.free(Ref<Node>(granule: path.node(level)))
      return remove(&path, level: level + 1)
    }
    let above = handle(path.node(level + 1))
    if above.starts[path.position(level + 1)] != node.starts[0] {
      setFirst(&path, node.starts[0], above: level)
    }
    lowerMaximum(&path, level: level, without: size)
    mergeWithNext(&path, level: level)
  }

  /// A root with one child gives way to it; an empty leaf as root is no tree.
  private func shrinkRoot(_ path: inout Path) {
    while height > 1 {
      let top = ram[root].indexRoot
      guard handle(top).count == 1 else { break }
      ram[root].indexRoot = handle(top).refs[0]
      ram[root].indexHeight -= 1
      caches.free(Ref<Node>(granule: top))
    }
  }

  /// Joins a node with the next one under the same parent when both together fill half a node.
  private func mergeWithNext(_ path: inout Path, level: Int) {
    let above = handle(path.node(level + 1))
    let at = path.position(level + 1)
    let node = handle(path.node(level))
    // Most nodes are fuller, and the next one need not be looked at.
    guard node.count < Self.capacity / 2, at + 1 < above.count else { return }
    let next = above.refs[at + 1]
    let other = handle(next)
    guard node.count + other.count - other.gone <= Self.capacity / 2 else { return }
    if other.gone > 0 { other.compact() }
    let (count, more) = (node.count, other.count)
    other.sizes.copy(0, count: more, to: node.sizes, at: count)
    other.refs.copy(0, count: more, to: node.refs, at: count)
    other.starts.copy(0, count: more, to: node.starts, at: count)
    node.count = count + more
    caches.free(Ref<Node>(granule: next))
    // The next one's entry goes first: the merged maximum is carried with the path as it is.
    var gone = Path()
    for above in level + 1..<height {
      gone.set(
        above, node: path.node(above), position: path.position(above) + (above == level + 1 ? 1 : 0)
      )
    }
    setSize(&path, node.maximum, level: level + 1)
    remove(&gone, level: level + 1)
  }

  // MARK: Whole index

  /// Makes an index of the blocks that `next` hands out, ascending. Returns false when there is no
  /// memory for a node; the index is then of no use.
  func build(_ next: () -> Entry?) -> Bool {
    guard let first = caches.allocate(Node.self) else { return false }
    handle(first.granule).clear()
    ram[root].indexRoot = first.granule
    ram[root].indexHeight = 1
    var path = Path()
    path.moveToLast(of: self)
    while let entry = next() {
      let bytes = entry.end &- entry.start
      let leaf = handle(path.node(0))
      let position = leaf.count
      if position < Self.capacity {
        leaf.sizes[position] = Self.pages(bytes)
        leaf.refs[position] = entry.block.granule
        leaf.starts[position] = entry.start
        leaf.count = position + 1
      } else {
        // What was added without telling the levels above is told when the leaf is full.
        path.moveToLast(of: self)
        if height > 1 { setSize(&path, leaf.maximum, level: 1) }
        guard insert(&path, start: entry.start, bytes: bytes, ref: entry.block.granule)
        else { return false }
        path.moveToLast(of: self)
      }
    }
    path.moveToLast(of: self)
    if height > 1 { setSize(&path, handle(path.node(0)).maximum, level: 1) }
    return true
  }

  /// Frees every node.
  func drop() {
    if height > 0 { drop(ram[root].indexRoot, level: height - 1) }
    ram[root].indexRoot = 0
    ram[root].indexHeight = 0
  }

  private func drop(_ node: UInt32, level: Int) {
    if level > 0 {
      for at in 0..<handle(node).count { drop(handle(node).refs[at], level: level - 1) }
    }
    caches.free(Ref<Node>(granule: node))
  }
}
