/// An index of the free blocks by address with the largest block below each node: a B+tree.
///
/// Requests aligned to at most a page get the lowest block that fits, whatever shape the red-black
/// tree has; this wide tree finds it with a fraction of the cache misses, and finds neighbours for what
/// is given back. It is an accelerator only: when there is no memory for a node it is dropped, and the
/// red-black tree answers alone until it can be built again.
///
/// Complexity: logarithmic, base 60 at best.
struct FreeIndex {
  /// Entries of a node: two fewer than it has room for, as moving entries four at a time may write so many
  /// behind the last.
  static let capacity = 60
  /// Levels: enough for 2^29 blocks in nodes that are half full.
  static let maximumHeight = 6

  let ram: RAM
  let root: Ref<AreaState>

  /// A node of 1 KiB. In a leaf an entry is a free block; above, a child with its first address and
  /// its largest size.
  ///
  /// A block that goes leaves its entry in the leaf, without a size, so that the others need not move: the
  /// next block in its place takes it over. The first entry is always a block, and what starts an entry
  /// that is gone lies between the end of the block before and the start of the next one.
  struct Node: SlabObject {
    static var cache: Int { 6 }

    var count: UInt32 = 0
    /// Entries that are gone.
    var gone: UInt32 = 0
    var unused: (UInt32, UInt32) = (0, 0)
    /// Sizes in pages; `irregular` for what is larger or not whole pages, 0 for what is gone.
    var sizes = InlineArray<62, Int32>(repeating: 0)
    /// `FreeBlock` or `Node`, as granules.
    var refs = InlineArray<62, UInt32>(repeating: 0)
    /// Behind the last entry: larger than every address.
    var starts = InlineArray<64, UInt64>(repeating: .max)
  }

  /// Size of a block whose record tells the real one.
  static let irregular = Int32.max

  /// Levels; no more than there can be, whatever a damaged image says.
  var height: Int { min(Int(ram[root].indexHeight), Self.maximumHeight) }

  @inline(__always)
  func handle(_ node: UInt32) -> IndexHandle { IndexHandle(ram: ram, node: node) }

  /// Size as nodes keep it.
  @inline(__always)
  static func pages(_ bytes: UInt64) -> Int32 {
    let isRegular = bytes & 4095 == 0 && bytes >> 12 < UInt64(irregular)
    return isRegular ? Int32(truncatingIfNeeded: bytes >> 12) : irregular
  }

  /// First byte and end of the block at `path`.
  @inline(__always)
  func bounds(_ path: inout Path) -> (start: UInt64, end: UInt64) {
    let leaf = handle(path.node(0))
    let position = path.position(0)
    let (start, pages) = (leaf.starts[position], leaf.sizes[position])
    if pages != Self.irregular {
      return (start, start &+ UInt64(truncatingIfNeeded: pages) &<< 12)
    }
    return (start, ram[Ref<FreeBlock>(granule: leaf.refs[position])].end)
  }

  @inline(__always)
  func block(_ path: inout Path) -> Ref<FreeBlock> {
    Ref(granule: handle(path.node(0)).refs[path.position(0)])
  }

  /// A free block as the index has it; none where there is none.
  struct Entry {
    var start: UInt64 = 0
    /// One past the last byte.
    var end: UInt64 = 0
    var block = Ref<FreeBlock>.none
  }

  @inline(__always)
  func entry(_ path: inout Path) -> Entry {
    let bounds = bounds(&path)
    return Entry(start: bounds.start, end: bounds.end, block: block(&path))
  }

  // MARK: Finding

  /// Moves on to the next entry. Returns false, with the path unchanged, at the end.
  @inline(__always)
  func advance(_ path: inout Path) -> Bool {
    let leaf = handle(path.node(0))
    let next = leaf.presentPosition(from: path.position(0) &+ 1)
    if next < leaf.count {
      path.move(0, to: next)
      return true
    }
    return climb(&path)
  }

  @inline(never)
  private func climb(_ path: inout Path) -> Bool {
    var level = 1
    while level < height && path.position(level) + 1 >= handle(path.node(level)).count {
      level += 1
    }
    guard level < height else { return false }
    path.move(level, to: path.position(level) + 1)
    while level > 0 {
      let child = handle(path.node(level)).refs[path.position(level)]
      level &-= 1
      path.set(level, node: child, position: 0)
    }
    return true
  }

  /// Moves back to the entry before. Returns false, with the path unchanged, at the start.
  @inline(__always)
  func retreat(_ path: inout Path) -> Bool {
    let before = path.position(0) &- 1
    if before >= 0 {
      path.move(0, to: handle(path.node(0)).presentPosition(atOrBefore: before))
      return true
    }
    return climbBack(&path)
  }

  @inline(never)
  private func climbBack(_ path: inout Path) -> Bool {
    var level = 1
    while level < height && path.position(level) == 0 { level += 1 }
    guard level < height else { return false }
    path.move(level, to: path.position(level) - 1)
    while level > 0 {
      let child = handle(path.node(level)).refs[path.position(level)]
      level &-= 1
      path.set(level, node: child, position: lastPosition(child, level: level))
    }
    return true
  }

  /// Position of a node's last entry that is not gone; -1 without one.
  func lastPosition(_ node: UInt32, level: Int) -> Int {
    let last = handle(node).count - 1
    return level > 0 ? last : handle(node).presentPosition(atOrBefore: last)
  }

  /// The block behind the one at `path` and its first byte, or none and 0.
  @inline(__always)
  func following(_ path: inout Path) -> (block: Ref<FreeBlock>, start: UInt64) {
    let leaf = handle(path.node(0))
    let next = leaf.presentPosition(from: path.position(0) &+ 1)
    if next < leaf.count { return (Ref(granule: leaf.refs[next]), leaf.starts[next]) }
    var behind = path.duplicate()
    guard climb(&behind) else { return (.none, 0) }
    return (block(&behind), handle(behind.node(0)).starts[0])
  }

  /// Moves `path` on to the first block behind it whose size in pages is at least `wanted`. Returns
  /// false when there is none.
  @inline(__always)
  func advance(_ path: inout Path, toSize wanted: Int32) -> Bool {
    let position = handle(path.node(0)).firstPosition(after: path.position(0), size: wanted)
    if position >= 0 {
      path.move(0, to: position)
      return true
    }
    return climb(&path, toSize: wanted)
  }

  /// Whether the entry at `path` has a leaf of its own and ends at or below an address, as what lies below
  /// all windows does.
  @inline(__always)
  func isLone(_ path: inout Path, endingAtOrBelow address: UInt64) -> Bool {
    let leaf = handle(path.node(0))
    return leaf.count &- leaf.gone == 1 && path.position(0) == 0
      && ram[Ref<FreeBlock>(granule: leaf.refs[0])].end <= address
  }

  /// `advance` to where a leaf has nothing more.
  @inline(never)
  func climb(_ path: inout Path, toSize wanted: Int32) -> Bool {
    let height = height
    var level = 1
    while level < height {
      let node = path.node(level)
      let position = handle(node).firstPosition(after: path.position(level), size: wanted)
      if position >= 0 {
        path.move(level, to: position)
        break
      }
      level &+= 1
    }
    guard level < height else { return false }
    while level > 0 {
      let child = handle(path.node(level)).refs[path.position(level)]
      level &-= 1
      let position = handle(child).firstPosition(after: -1, size: wanted)
      path.set(level, node: child, position: position)
      // A node that promises what it has not is damaged.
      if position < 0 { return false }
    }
    return true
  }

  // MARK: Changing an entry

  /// Gives the entry at `path` another start and size.
  @inline(__always)
  func set(_ path: inout Path, start: UInt64, bytes: UInt64) {
    let leaf = handle(path.node(0))
    let position = path.position(0)
    if leaf.starts[position] != start {
      leaf.starts[position] = start
      if position == 0 { setFirst(&path, start, above: 0) }
    }
    setSize(&path, Self.pages(bytes), level: 0)
  }

  /// Lets the block at `path` begin further up, so that it has `pages` less but is not empty.
  @inline(__always)
  func shorten(_ path: inout Path, to start: UInt64, by pages: Int32, bytes: UInt64) {
    let leaf = handle(path.node(0))
    let position = path.position(0)
    let before = leaf.sizes[position]
    leaf.starts[position] = start
    if position == 0 { setFirst(&path, start, above: 0) }
    let after = before == Self.irregular ? Self.pages(bytes) : before &- pages
    guard after != before else { return }
    leaf.sizes[position] = after
    if height > 1 { lowerMaximum(&path, level: 0, without: before) }
  }

  /// Tells the levels above that a node has an entry of a size no more.
  @inline(__always)
  func lowerMaximum(_ path: inout Path, level: Int, without size: Int32) {
    let maximum = handle(path.node(level &+ 1)).sizes[path.position(level &+ 1)]
    if size == maximum { renewMaximum(&path, level: level) }
  }

  @inline(never)
  private func renewMaximum(_ path: inout Path, level: Int) {
    setSize(&path, handle(path.node(level)).maximum, level: level + 1)
  }

  /// Lets the block at `path` begin further down.
  @inline(__always)
  func lower(_ path: inout Path, to start: UInt64, bytes: UInt64) {
    set(&path, start: start, bytes: bytes)
    handle(path.node(0)).lowerGone(before: path.position(0), to: start)
  }

  /// Lets the block at `path` end further up, behind the next one if that is swallowed. Afterwards the path
  /// leads nowhere.
  @inline(__always)
  func raise(_ path: inout Path, to end: UInt64, bytes: UInt64, swallowing: Bool) {
    setSize(&path, Self.pages(bytes), level: 0)
    handle(path.node(0)).raiseGone(after: path.position(0), to: end)
    guard swallowing, advance(&path) else { return }
    remove(&path, startingAt: end)
  }

  /// Lets another block with the same start stand at `path`.
  func setBlock(_ path: inout Path, _ block: Ref<FreeBlock>, bytes: UInt64) {
    handle(path.node(0)).refs[path.position(0)] = block.granule
    setSize(&path, Self.pages(bytes), level: 0)
  }

  /// Carries the first address of a node upwards.
  @inline(never)
  func setFirst(_ path: inout Path, _ start: UInt64, above level: Int) {
    var level = level + 1
    while level < height {
      handle(path.node(level)).starts[path.position(level)] = start
      if path.position(level) != 0 { return }
      level += 1
    }
  }

  /// Sets the size of the entry at a level and carries the maximum upwards as far as it changes.
  @inline(__always)
  func setSize(_ path: inout Path, _ pages: Int32, level: Int) {
    let node = handle(path.node(level))
    let before = node.sizes[path.position(level)]
    if before == pages { return }
    node.sizes[path.position(level)] = pages
    carry(&path, from: before, to: pages, level: level)
  }

  private func carry(
    _ path: inout Path, from before: Int32, to pages: Int32, level: Int
  ) {
    var (before, pages, level) = (before, pages, level)
    while level + 1 < height {
      let above = handle(path.node(level + 1))
      let maximum = above.sizes[path.position(level + 1)]
      if pages < maximum {
        if before != maximum { return }
        pages = handle(path.node(level)).maximum
        if pages == maximum { return }
      } else if pages == maximum {
        return
      }
      before = maximum
      above.sizes[path.position(level + 1)] = pages
      level += 1
    }
  }
}
