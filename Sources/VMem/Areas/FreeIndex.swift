/// An index of the free blocks by address with the largest block below each node: a B+tree.
///
/// Requests aligned to at most a page get the lowest block that fits, whatever shape the red-black
/// tree has; this wide tree finds it with a fraction of the cache misses, and finds neighbours for what
/// is given back. It is an accelerator only: when there is no memory for a node it is dropped, and the
/// red-black tree answers alone until it can be built again.
///
/// Complexity: logarithmic, base 62 at best.
struct FreeIndex {
  /// Entries of a node.
  static let capacity = 62
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

  /// The way from the root to an entry of a leaf. It has no copies by accident: a copy of what has
  /// just been written in parts makes the processor wait.
  struct Path: ~Copyable {
    var leaf: UInt32 = 0
    var position = 0
    /// A node above the leaf, and the position of the way in it.
    struct Step: BitwiseCopyable {
      var node: UInt32 = 0
      var position: Int32 = 0
    }
    // Fields, since an array that is indexed by a variable is copied first.
    private var step1 = Step()
    private var step2 = Step()
    private var step3 = Step()
    private var step4 = Step()
    private var step5 = Step()

    @inline(__always)
    init() {}

    @inline(__always)
    private func step(_ level: Int) -> Step {
      switch level {
      case 1: step1
      case 2: step2
      case 3: step3
      case 4: step4
      default: step5
      }
    }

    /// The node at a level, leaves being 0.
    @inline(__always)
    func node(_ level: Int) -> UInt32 { level == 0 ? leaf : step(level).node }

    @inline(__always)
    func position(_ level: Int) -> Int { level == 0 ? position : Int(step(level).position) }

    @inline(__always)
    mutating func set(_ level: Int, node: UInt32, position: Int) {
      let step = Step(node: node, position: Int32(truncatingIfNeeded: position))
      switch level {
      case 0:
        leaf = node
        self.position = position
      case 1: step1 = step
      case 2: step2 = step
      case 3: step3 = step
      case 4: step4 = step
      default: step5 = step
      }
    }

    /// Leads to the last block that starts at or below `address`; position -1 when there is none.
    @inline(__always)
    mutating func descend(_ index: FreeIndex, to address: UInt64) {
      var node = index.ram[index.root].indexRoot
      var level = index.height &- 1
      while level > 0 {
        let position = max(0, index.handle(node).lastPosition(atOrBelow: address))
        set(level, node: node, position: position)
        node = index.handle(node).refs[position]
        level &-= 1
      }
      leaf = node
      position = index.handle(node).lastPosition(atOrBelow: address)
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

    private init(_ other: borrowing Path) {
      leaf = other.leaf
      position = other.position
      (step1, step2, step3) = (other.step1, other.step2, other.step3)
      (step4, step5) = (other.step4, other.step5)
    }

    func duplicate() -> Path { Path(self) }
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
  func bounds(_ path: borrowing Path) -> (start: UInt64, end: UInt64) {
    let leaf = handle(path.leaf)
    let position = path.position
    let (start, pages) = (leaf.starts[position], leaf.sizes[position])
    if pages != Self.irregular {
      return (start, start &+ UInt64(truncatingIfNeeded: pages) &<< 12)
    }
    return (start, ram[Ref<FreeBlock>(granule: leaf.refs[position])].end)
  }

  @inline(__always)
  func block(_ path: borrowing Path) -> Ref<FreeBlock> {
    Ref(granule: handle(path.leaf).refs[path.position])
  }

  // MARK: Finding

  /// Moves on to the next entry. Returns false, with the path unchanged, at the end.
  @inline(__always)
  func advance(_ path: inout Path) -> Bool {
    if path.position &+ 1 < handle(path.leaf).count {
      path.position &+= 1
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
    path.set(level, node: path.node(level), position: path.position(level) + 1)
    while level > 0 {
      let child = handle(path.node(level)).refs[path.position(level)]
      level &-= 1
      path.set(level, node: child, position: 0)
    }
    return true
  }

  /// The block behind the one at `path` and its first byte, or none and 0.
  @inline(__always)
  func following(_ path: borrowing Path) -> (block: Ref<FreeBlock>, start: UInt64) {
    let leaf = handle(path.leaf)
    let next = path.position &+ 1
    if next < leaf.count { return (Ref(granule: leaf.refs[next]), leaf.starts[next]) }
    var behind = path.duplicate()
    guard climb(&behind) else { return (.none, 0) }
    return (block(behind), handle(behind.leaf).starts[0])
  }

  /// Moves `path` on to the first block behind it whose size in pages is at least `wanted`. Returns
  /// false when there is none.
  @inline(__always)
  func advance(_ path: inout Path, toSize wanted: Int32) -> Bool {
    let position = handle(path.leaf).firstPosition(after: path.position, size: wanted)
    if position >= 0 {
      path.position = position
      return true
    }
    return climb(&path, toSize: wanted)
  }

  private func climb(_ path: inout Path, toSize wanted: Int32) -> Bool {
    var level = 1
    while level < height {
      let node = path.node(level)
      let position = handle(node).firstPosition(after: path.position(level), size: wanted)
      if position >= 0 {
        path.set(level, node: node, position: position)
        break
      }
      level += 1
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
  func set(_ path: borrowing Path, start: UInt64, bytes: UInt64) {
    let leaf = handle(path.leaf)
    let position = path.position
    if leaf.starts[position] != start {
      leaf.starts[position] = start
      if position == 0 { setFirst(path, start, above: 0) }
    }
    setSize(path, Self.pages(bytes), level: 0)
  }

  /// Lets another block with the same start stand at `path`.
  func setBlock(_ path: borrowing Path, _ block: Ref<FreeBlock>, bytes: UInt64) {
    handle(path.leaf).refs[path.position] = block.granule
    setSize(path, Self.pages(bytes), level: 0)
  }

  /// Carries the first address of a node upwards.
  func setFirst(_ path: borrowing Path, _ start: UInt64, above level: Int) {
    var level = level + 1
    while level < height {
      handle(path.node(level)).starts[path.position(level)] = start
      if path.position(level) != 0 { return }
      level += 1
    }
  }

  /// Sets the size of the entry at a level and carries the maximum upwards as far as it changes.
  @inline(__always)
  func setSize(_ path: borrowing Path, _ pages: Int32, level: Int) {
    let node = handle(path.node(level))
    let before = node.sizes[path.position(level)]
    if before == pages { return }
    node.sizes[path.position(level)] = pages
    carry(path, from: before, to: pages, level: level)
  }

  private func carry(
    _ path: borrowing Path, from before: Int32, to pages: Int32, level: Int
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
