extension FreeIndex {
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
      let leaf = index.handle(node(0))
      move(0, to: leaf.presentPosition(atOrBefore: leaf.lastPosition(atOrBelow: address)))
    }

    /// Whether it is the way on which `descend` would lead to an address, although the index may have
    /// changed since; false says nothing.
    mutating func leads(_ index: FreeIndex, to address: UInt64) -> Bool {
      var (child, at) = (node(0), position(0))
      let leaf = index.handle(child)
      guard at >= 0, at &+ 1 < leaf.count, !leaf.isGone(at), leaf.starts[at] <= address,
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
        let position = index.lastPosition(node, level: level)
        set(level, node: node, position: position)
        if level > 0 { node = index.handle(node).refs[position] }
      }
    }

    private init(_ steps: InlineArray<8, Step>) { self.steps = steps }

    func duplicate() -> Path { Path(steps) }
  }
}
