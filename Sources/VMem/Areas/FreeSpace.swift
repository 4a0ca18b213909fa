/// The tree of free address space: the kernel's augmented red-black tree, node for node.
///
/// Over-aligned requests get addresses that depend on the tree's shape, so insertion, deletion and
/// the choice of nodes that stay follow the kernel exactly: `find_vmap_lowest_match`, `va_clip` and
/// `merge_or_add_vmap_area_augment`, over CLRS red-black trees.
///
/// Complexity: every operation is logarithmic in the number of blocks.
struct FreeSpace {
  let ram: RAM
  let root: Ref<AreaState>

  private var caches: ObjectCaches { ObjectCaches(ram: ram) }

  // MARK: Searching

  /// How `allocate` fails.
  enum Failure: Error {
    case noHole
    case pastEnd(UInt64)
    case noDescriptor
  }

  /// Takes the lowest place for `size` bytes that the kernel's search finds. All values in bytes;
  /// `align` is a power of two.
  func allocate(
    size: UInt64, align: UInt64, from start: UInt64, to end: UInt64
  ) throws(Failure) -> UInt64 {
    // A window of exactly the wanted size need not make room for aligning.
    let exact = align <= 4096 || end &- start == size
    let block = lowestMatch(size, align, start, length: exact ? size : size &+ align &- 1)
    guard !block.isNone else { throw .noHole }
    let address = candidate(ram[block].start, align, start)
    guard address &+ size <= end else { throw .pastEnd(address) }
    guard clip(block, address, size) else { throw .noDescriptor }
    return address
  }

  @inline(__always)
  private func candidate(_ start: UInt64, _ align: UInt64, _ lowest: UInt64) -> UInt64 {
    (max(start, lowest) &+ (align &- 1)) & ~(align &- 1)
  }

  /// `is_within_this_va`.
  @inline(__always)
  private func fits(
    _ block: Ref<FreeBlock>, _ size: UInt64, _ align: UInt64, _ lowest: UInt64
  ) -> Bool {
    let address = candidate(ram[block].start, align, lowest)
    let end = address &+ size
    return end >= address && address >= lowest && end <= ram[block].end
  }

  /// `find_vmap_lowest_match`.
  private func lowestMatch(
    _ size: UInt64, _ align: UInt64, _ start: UInt64, length: UInt64
  ) -> Ref<FreeBlock> {
    var lowest = start
    var node = ram[root].freeRoot
    while !node.isNone {
      if ram[node].leftMaximum >= length && lowest < ram[node].start {
        node = ram[node].left
        continue
      }
      if fits(node, size, align, lowest) { return node }
      if ram[node].rightMaximum >= length {
        node = ram[node].right
        continue
      }
      // Climb until a node fits, or has a right subtree that has not been searched.
      while true {
        node = ram[node].parent
        if node.isNone { return .none }
        if fits(node, size, align, lowest) { return node }
        if ram[node].rightMaximum >= length && lowest <= ram[node].start {
          lowest = ram[node].start + 1
          node = ram[node].right
          break
        }
      }
    }
    return .none
  }

  // MARK: Taking

  /// Takes [address, address + size) out of a block: the kernel's four fits. Returns false when a
  /// split has no descriptor for the left remainder.
  private func clip(_ block: Ref<FreeBlock>, _ address: UInt64, _ size: UInt64) -> Bool {
    let (start, end) = (ram[block].start, ram[block].end)
    let rest = address &+ size
    if start == address {
      if end == rest {
        unlink(block)
        caches.free(.vmArea, block)
        return true
      }
      ram[block].start = rest
    } else if end == rest {
      ram[block].end = address
    } else {
      guard let left = caches.allocate(.vmArea, as: FreeBlock.self) else { return false }
      // The block stays as the right remainder; the left one is inserted below it.
      ram[block].start = rest
      propagate(block)
      link(left, start, address, below: block)
      assert(isSound(left) && isSound(block))
      return true
    }
    propagate(block)
    assert(isSound(block))
    return true
  }

  /// Takes [address, address + size), which must lie within one free block. Returns false when it
  /// does not, or when there is no descriptor.
  func reserve(_ address: UInt64, _ size: UInt64) -> Bool {
    let block = self.block(containing: address)
    guard !block.isNone, address &+ size <= ram[block].end else { return false }
    return clip(block, address, size)
  }

  /// The free block that contains `address`, or none.
  func block(containing address: UInt64) -> Ref<FreeBlock> {
    var node = ram[root].freeRoot
    while !node.isNone {
      if address < ram[node].start {
        node = ram[node].left
      } else if address >= ram[node].end {
        node = ram[node].right
      } else {
        return node
      }
    }
    return .none
  }

  /// The block with the highest start at or below `address`, or none; the search ends early in a
  /// block that reaches the address (`pvm_find_va_enclose_addr`).
  func block(startingAtOrBelow address: UInt64) -> Ref<FreeBlock> {
    var found = Ref<FreeBlock>.none
    var node = ram[root].freeRoot
    while !node.isNone {
      if ram[node].start <= address {
        found = node
        if ram[node].end >= address { break }
        node = ram[node].right
      } else {
        node = ram[node].left
      }
    }
    return found
  }

  /// The next block down in address order, or none.
  func previous(_ block: Ref<FreeBlock>) -> Ref<FreeBlock> {
    var node = ram[block].left
    if !node.isNone {
      while !ram[node].right.isNone { node = ram[node].right }
      return node
    }
    node = block
    var parent = ram[node].parent
    while !parent.isNone && ram[parent].left == node {
      node = parent
      parent = ram[node].parent
    }
    return parent
  }

  /// Whether free space ends where [start, end) starts and none starts where it ends.
  func touchesOnlyBefore(_ start: UInt64, _ end: UInt64) -> Bool {
    var (before, after) = (Ref<FreeBlock>.none, Ref<FreeBlock>.none)
    var node = ram[root].freeRoot
    while !node.isNone {
      if ram[node].start >= end {
        after = node
        node = ram[node].left
      } else {
        before = node
        node = ram[node].right
      }
    }
    return !before.isNone && ram[before].end == start
      && (after.isNone || ram[after].start != end)
  }

  // MARK: Giving back

  /// Adds [start, end) and merges it with its neighbours. `spare` is the descriptor of what is given
  /// back: it becomes the new block, or is freed when there is none. Returns false, with the spare
  /// freed, when the range overlaps free space.
  func release(_ start: UInt64, _ end: UInt64, spare: Ref<FreeBlock>) -> Bool {
    var parent = Ref<FreeBlock>.none
    var before = Ref<FreeBlock>.none
    var after = Ref<FreeBlock>.none
    var node = ram[root].freeRoot
    while !node.isNone {
      parent = node
      if end <= ram[node].start {
        after = node
        node = ram[node].left
      } else if start >= ram[node].end {
        before = node
        node = ram[node].right
      } else {
        caches.free(.vmArea, spare)
        return false
      }
    }
    let touchesAfter = !after.isNone && ram[after].start == end
    let touchesBefore = !before.isNone && ram[before].end == start
    if touchesBefore {
      var reach = end
      if touchesAfter {
        reach = ram[after].end
        unlink(after)
        caches.free(.vmArea, after)
      }
      ram[before].end = reach
      propagate(before)
      assert(isSound(before))
    } else if touchesAfter {
      ram[after].start = start
      propagate(after)
      assert(isSound(after))
    } else {
      insert(spare, start, end, parent: parent, onLeft: !parent.isNone && parent == after)
      return true
    }
    caches.free(.vmArea, spare)
    return true
  }

  /// Inserts a new node for [start, end) at its place in the subtree of `top`.
  private func link(
    _ block: Ref<FreeBlock>, _ start: UInt64, _ end: UInt64, below top: Ref<FreeBlock>
  ) {
    var parent = top
    while true {
      let onLeft = end <= ram[parent].start
      let child = onLeft ? ram[parent].left : ram[parent].right
      if child.isNone {
        return insert(block, start, end, parent: parent, onLeft: onLeft)
      }
      parent = child
    }
  }

  private func insert(
    _ block: Ref<FreeBlock>, _ start: UInt64, _ end: UInt64, parent: Ref<FreeBlock>, onLeft: Bool
  ) {
    var record = FreeBlock()
    record.start = start
    record.end = end
    record.parent = parent
    ram[block] = record
    if parent.isNone {
      ram[root].freeRoot = block
    } else if onLeft {
      ram[parent].left = block
    } else {
      ram[parent].right = block
    }
    ram[root].freeCount += 1
    propagate(block)
    fixAfterInsert(block)
  }

  /// Carries the maximum of `block`'s subtree upwards as far as it changes anything
  /// (`augment_tree_propagate_from`).
  @inline(__always)
  func propagate(_ block: Ref<FreeBlock>) {
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
}
