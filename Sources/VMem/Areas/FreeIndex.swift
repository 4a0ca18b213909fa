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
  struct Node: SlabObject {
    static var cache: Int { 6 }

    var count: UInt32 = 0
    var unused: (UInt32, UInt32, UInt32) = (0, 0, 0)
    /// Sizes in pages; `irregular` for what is larger or not whole pages.
    var sizes = InlineArray<62, Int32>(repeating: 0)
    /// `FreeBlock` or `Node`, as granules.
    var refs = InlineArray<62, UInt32>(repeating: 0)
    /// Behind the last entry: larger than every address.
    var starts = InlineArray<64, UInt64>(repeating: .max)
  }

  /// The way from the root to an entry of a leaf. It has no copies by accident, and stays in memory, so
  /// that a level is found by its number.
  struct Path: ~Copyable {
    /// A node on the way, and the position of the way in it.
    struct Step: BitwiseCopyable {
      var node: UInt32 = 0
      var position: Int32 = 0
    }
    /// By level, leaves being 0.
    private var steps = InlineArray<8, Step>(repeating: Step())

    @inline(__always)
    init() {}

    @inline(__always)
    mutating func node(_ level: Int) -> UInt32 { self[level].node }

    @inline(__always)
    mutating func position(_ level: Int) -> Int { Int(self[level].position) }

    @inline(__always)
    mutating func set(_ level: Int, node: UInt32, position: Int) {
      self[level] = Step(node: node, position: Int32(truncatingIfNeeded: position))
    }

    @inline(__always)
    mutating func move(_ level: Int, to position: Int) {
      self[level].position = Int32(truncatingIfNeeded: position)
    }

    /// Not by the array's own subscript: that copies the array first, and a copy of what has just been
    /// written in parts makes the processor wait.
    private subscript(level: Int) -> Step {
      @inline(__always) mutating get {
        // Safe: there are eight steps.
        unsafe withUnsafeMutableBytes(of: &steps) {
          unsafe $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Step.self)[level & 7]
        }
      }
      @inline(__always) set {
        // Safe: as above.
        unsafe withUnsafeMutableBytes(of: &steps) {
          unsafe $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Step.self)[level & 7] =
            newValue
        }
      }
    }

    /// Leads to the last block that starts at or below `address`; position -1 when there is none.
    @inline(__always)
    mutating func descend(_ index: FreeIndex, to address: UInt64) {
      descendToLeaf(index, address)
      finish(index, address)
    }

    /// The first part of `descend`: which leaf it is.
    @inline(__always)
    mutating func descendToLeaf(_ index: FreeIndex, _ address: UInt64) {
      var node = index.ram[index.root].indexRoot
      var level = index.height &- 1
      while level > 0 {
        let position = max(0, index.handle(node).lastPosition(atOrBelow: address))
        set(level, node: node, position: position)
        node = index.handle(node).refs[position]
        level &-= 1
      }
      set(0, node: node, position: -1)
    }

    /// The second part: the position in the leaf.
    @inline(__always)
    mutating func finish(_ index: FreeIndex, _ address: UInt64) {
      move(0, to: index.handle(node(0)).lastPosition(atOrBelow: address))
    }

    /// Whether it is the way on which `descend` would lead to an address, although the index may have
    /// changed since; false says nothing.
    mutating func leads(_ index: FreeIndex, to address: UInt64) -> Bool {
      var (child, at) = (node(0), position(0))
      let leaf = index.handle(child)
      guard at >= 0, at &+ 1 < leaf.count, leaf.starts[at] <= address,
        address < leaf.starts[at &+ 1]
      else { return false }
      var level = 1
      while level < index.height {
        let above = index.handle(node(level))
        at = position(level)
        guard at < above.count, above.refs[at] == child else { return false }
        child = node(level)
        level &+= 1
      }
      return child == index.ram[index.root].indexRoot
    }

    /// Leads to the last entry of all.
    mutating func moveToLast(of index: FreeIndex) {
      var node = index.ram[index.root].indexRoot
      for level in stride(from: index.height - 1, through: 0, by: -1) {
        let position = index.handle(node).count - 1
        set(level, node: node, position: position)
        if level > 0 { node = index.handle(node).refs[position] }
      }
    }

    private init(_ steps: InlineArray<8, Step>) { self.steps = steps }

    func duplicate() -> Path { Path(steps) }
  }

  /// Size of a block whose record tells the real one.
  static let irregular = Int32.max

  var height: Int { Int(ram[root].indexHeight) }

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

  // MARK: Finding

  /// Moves on to the next entry. Returns false, with the path unchanged, at the end.
  @inline(__always)
  func advance(_ path: inout Path) -> Bool {
    let next = path.position(0) &+ 1
    if next < handle(path.node(0)).count {
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

  /// The block behind the one at `path` and its first byte, or none and 0.
  @inline(__always)
  func following(_ path: inout Path) -> (block: Ref<FreeBlock>, start: UInt64) {
    let leaf = handle(path.node(0))
    let next = path.position(0) &+ 1
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
    return leaf.count == 1 && path.position(0) == 0
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

  /// Lets another block with the same start stand at `path`.
  func setBlock(_ path: inout Path, _ block: Ref<FreeBlock>, bytes: UInt64) {
    handle(path.node(0)).refs[path.position(0)] = block.granule
    setSize(&path, Self.pages(bytes), level: 0)
  }

  /// Carries the first address of a node upwards.
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
