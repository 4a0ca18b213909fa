/// The tree of free address space: the kernel's augmented red-black tree, node for node.
///
/// Over-aligned requests get addresses that depend on the tree's shape, so insertion, deletion and
/// the choice of nodes that stay follow the kernel exactly: `find_vmap_lowest_match`, `va_clip` and
/// `merge_or_add_vmap_area_augment`, over CLRS red-black trees. All other requests get the lowest
/// block that fits, which `FreeIndex` finds; the tree's maxima are kept only around requests that
/// need them.
///
/// Complexity: every operation is logarithmic in the number of blocks.
struct FreeSpace {
  let ram: RAM
  let root: Ref<AreaState>
  /// Whether the index is left aside, to be built again when many ranges have been given back.
  var isBulk = false

  var caches: ObjectCaches { ObjectCaches(ram: ram) }

  @inline(__always)
  var index: FreeIndex { FreeIndex(ram: ram, root: root) }
  @inline(__always)
  var hasIndex: Bool { !isBulk && ram[root].indexHeight != 0 }

  // MARK: Searching

  /// How `allocate` fails.
  enum Failure: Error { case noHole, pastEnd(UInt64), noDescriptor }

  /// Takes the lowest place for `size` bytes that the kernel's search finds. All values in bytes;
  /// `align` is a power of two. `found` may be told the place before it is taken.
  @inline(__always)
  func allocate(
    size: UInt64, align: UInt64, from start: UInt64, to end: UInt64,
    found: (UInt64) -> Void = { _ in }
  ) throws(Failure) -> UInt64 {
    // A window of exactly the wanted size need not make room for aligning.
    let exact = align <= 4096 || end &- start == size
    guard exact && hasIndex else {
      return try allocateByShape(
        size, align: align, start: start, end: end, length: exact ? size : size &+ align &- 1)
    }
    var path = FreeIndex.Path()
    let (bounds, address) = try search(&path, size: size, align: align, start: start, end: end)
    found(address)
    // Mostly the first bytes of a block are taken, and some are left.
    if bounds.start == address && bounds.end != address &+ size {
      let (block, rest) = (index.block(&path), address &+ size)
      ram[block].start = rest
      index.shorten(&path, to: rest, by: FreeIndex.pages(size), bytes: bounds.end &- rest)
      propagate(block)
      assert(isSound(block))
      count()
      return address
    }
    guard clip(index.block(&path), bounds, &path, address, size) else { throw .noDescriptor }
    return address
  }

  /// The lowest place, by the index alone; `path` leads to its block.
  @inline(__always)
  private func search(
    _ path: inout FreeIndex.Path, size: UInt64, align: UInt64, start: UInt64, end: UInt64
  ) throws(Failure) -> (bounds: (start: UInt64, end: UInt64), address: UInt64) {
    path.descend(index, to: start)
    var bounds = (start: UInt64.max, end: UInt64(0))
    let wanted = FreeIndex.pages(size)
    if index.isLone(&path, endingAtOrBelow: start) {
      guard index.climb(&path, toSize: wanted) else { throw .noHole }
      bounds = index.bounds(&path)
    } else if path.position(0) >= 0 {
      bounds = index.bounds(&path)
    }
    while !fits(bounds, size: size, align: align, lowest: start) {
      guard index.advance(&path, toSize: wanted) else { throw .noHole }
      bounds = index.bounds(&path)
    }
    let address = candidate(bounds.start, align: align, lowest: start)
    guard address &+ size <= end else { throw .pastEnd(address) }
    return (bounds, address)
  }

  /// The place that `allocate` would take, where the index alone tells it; nil says nothing. Nothing
  /// changes.
  func place(size: UInt64, align: UInt64, from start: UInt64, to end: UInt64) -> UInt64? {
    guard align <= 4096 || end &- start == size, hasIndex else { return nil }
    var path = FreeIndex.Path()
    return try? search(&path, size: size, align: align, start: start, end: end).address
  }

  /// The kernel's own walk over the tree.
  @inline(never)
  private func allocateByShape(
    _ size: UInt64, align: UInt64, start: UInt64, end: UInt64, length: UInt64
  ) throws(Failure) -> UInt64 {
    refreshMaxima()
    let block = lowestMatch(size, align: align, start: start, length: length)
    guard !block.isNone else { throw .noHole }
    let address = candidate(ram[block].start, align: align, lowest: start)
    guard address &+ size <= end else { throw .pastEnd(address) }
    var path = FreeIndex.Path()
    if hasIndex { path.descend(index, to: ram[block].start) }
    let bounds = (start: ram[block].start, end: ram[block].end)
    guard clip(block, bounds, &path, address, size) else { throw .noDescriptor }
    return address
  }

  @inline(__always)
  private func candidate(_ start: UInt64, align: UInt64, lowest: UInt64) -> UInt64 {
    (max(start, lowest) &+ (align &- 1)) & ~(align &- 1)
  }

  /// `is_within_this_va`.
  @inline(__always)
  private func fits(
    _ bounds: (start: UInt64, end: UInt64), size: UInt64, align: UInt64, lowest: UInt64
  ) -> Bool {
    let address = candidate(bounds.start, align: align, lowest: lowest)
    let end = address &+ size
    return end >= address && address >= lowest && end <= bounds.end
  }

  @inline(__always)
  private func fits(
    _ block: Ref<FreeBlock>, size: UInt64, align: UInt64, lowest: UInt64
  ) -> Bool {
    fits((ram[block].start, ram[block].end), size: size, align: align, lowest: lowest)
  }

  /// `find_vmap_lowest_match`.
  private func lowestMatch(
    _ size: UInt64, align: UInt64, start: UInt64, length: UInt64
  ) -> Ref<FreeBlock> {
    var lowest = start
    var node = ram[root].freeRoot
    // Each node is reached from above and from both sides.
    var limit = StepLimit(3 * caches.mostObjects)
    while !node.isNone {
      limit.step()
      if ram[node].leftMaximum >= length && lowest < ram[node].start {
        node = ram[node].left
        continue
      }
      if fits(node, size: size, align: align, lowest: lowest) { return node }
      if ram[node].rightMaximum >= length {
        node = ram[node].right
        continue
      }
      // Climb until a node fits, or has a right subtree that has not been searched.
      while true {
        limit.step()
        node = ram[node].parent
        if node.isNone { return .none }
        if fits(node, size: size, align: align, lowest: lowest) { return node }
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

  /// Takes [address, address + size) out of a block: the kernel's four fits. `path` leads to it in the
  /// index, if there is one. Returns false when a split has no descriptor for the left remainder.
  @inline(__always)
  private func clip(
    _ block: Ref<FreeBlock>, _ bounds: (start: UInt64, end: UInt64),
    _ path: inout FreeIndex.Path, _ address: UInt64, _ size: UInt64
  ) -> Bool {
    let (start, end) = bounds
    let rest = address &+ size
    if start == address {
      if end == rest {
        unlink(block)
        caches.free(block)
        if hasIndex { index.remove(&path) }
        count()
      } else {
        shrink(block, &path, to: rest, end)
      }
    } else if end == rest {
      ram[block].end = address
      shrink(block, &path, to: start, address)
    } else {
      return split(block, &path, address, rest)
    }
    return true
  }

  /// Gives a block that becomes smaller its new bounds, of which the end is in its record already.
  @inline(__always)
  private func shrink(
    _ block: Ref<FreeBlock>, _ path: inout FreeIndex.Path, to start: UInt64, _ end: UInt64
  ) {
    ram[block].start = start
    if hasIndex { index.set(&path, start: start, bytes: end &- start) }
    propagate(block)
    assert(isSound(block))
    count()
  }

  /// The block stays as the right remainder; the left one is inserted below it.
  private func split(
    _ block: Ref<FreeBlock>, _ path: inout FreeIndex.Path, _ address: UInt64, _ rest: UInt64
  ) -> Bool {
    if ram.injects(.slab), !Injector(ram: ram).allowsSplit() { return false }
    guard let left = caches.allocate(FreeBlock.self) else { return false }
    let (start, end) = (ram[block].start, ram[block].end)
    ram[block].start = rest
    propagate(block)
    let below = ram[block].left
    if below.isNone {
      insert(left, start, address, parent: block, onLeft: true)
    } else {
      let last = rightmost(below)
      insert(left, start, address, parent: last, onLeft: false)
    }
    assert(isSound(left) && isSound(block))
    if hasIndex {
      index.setBlock(&path, left, bytes: address &- start)
      if !index.insert(&path, start: rest, bytes: end &- rest, ref: block.granule) { dropIndex() }
    }
    count()
    return true
  }

  /// Takes [address, address + size), which must lie within one free block. Returns false when it
  /// does not, or when there is no descriptor.
  func reserve(_ address: UInt64, _ size: UInt64) -> Bool {
    let block = self.block(containing: address)
    guard !block.isNone, address &+ size <= ram[block].end else { return false }
    var path = FreeIndex.Path()
    if hasIndex { path.descend(index, to: address) }
    return clip(block, (ram[block].start, ram[block].end), &path, address, size)
  }

  /// The free block that contains `address`, or none.
  func block(containing address: UInt64) -> Ref<FreeBlock> {
    var node = ram[root].freeRoot
    var limit = StepLimit.path
    while !node.isNone {
      limit.step()
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
    var limit = StepLimit.path
    while !node.isNone {
      limit.step()
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

  /// Hangs a new block below a block that has no child on that side.
  func insert(
    _ block: Ref<FreeBlock>, _ start: UInt64, _ end: UInt64, parent: Ref<FreeBlock>, onLeft: Bool
  ) {
    var record = FreeBlock()
    record.start = start
    record.end = end
    record.parent = parent
    ram[block] = record
    if parent.isNone {
      ram[root].freeRoot = block
    } else {
      ram[child: parent, FreeBlock.Side(isRight: !onLeft)] = block
    }
    ram[root].freeCount += 1
    propagate(block)
    fixAfterInsert(block)
  }
}
