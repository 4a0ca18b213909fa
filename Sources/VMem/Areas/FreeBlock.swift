/// A block of free address space: a node of the augmented red-black tree. It lives in the same cache
/// as `VMArea`, so that what is freed brings the memory for its own block along.
///
/// The largest sizes below stand in the node itself, so that a search touches only the nodes on its
/// way and not their children.
struct FreeBlock: SlabObject {
  static var cache: Int { 0 }

  var start: UInt64 = 0
  /// One past the last byte.
  var end: UInt64 = 0
  /// Largest block in the left and in the right subtree, in bytes.
  var leftMaximum: UInt64 = 0
  var rightMaximum: UInt64 = 0
  var left = Ref<FreeBlock>.none
  var right = Ref<FreeBlock>.none
  var parent = Ref<FreeBlock>.none
  var isBlack: Bool = false
  /// No byte of a record in RAM is left to chance.
  var unused: (UInt8, UInt8, UInt8) = (0, 0, 0)

  @inline(__always)
  var size: UInt64 { end &- start }
  /// Largest block in the subtree of this node (`subtree_max_size`).
  @inline(__always)
  var maximum: UInt64 { max(size, max(leftMaximum, rightMaximum)) }

  /// The left or the right side of a node.
  struct Side {
    /// Position of what is on this side among two.
    fileprivate let position: Int

    @inline(__always)
    init(isRight: Bool) { position = isRight ? 1 : 0 }
    private init(position: Int) { self.position = position }

    @inline(__always)
    var other: Side { Side(position: position ^ 1) }
  }

  /// Where `left`, with `right` behind it, and both maxima lie in a node, in bytes.
  static let childrenOffset = 32
  static let maximaOffset = 16
}

extension RAM {
  /// The child of a node on a side. Safe, as the next: a side is one of two.
  subscript(child node: Ref<FreeBlock>, side: FreeBlock.Side) -> Ref<FreeBlock> {
    @inline(__always) get { unsafe pair(node, FreeBlock.childrenOffset)[side.position] }
    @inline(__always) nonmutating set {
      unsafe pair(node, FreeBlock.childrenOffset)[side.position] = newValue
    }
  }

  /// The largest block below a node on a side, in bytes.
  subscript(maximum node: Ref<FreeBlock>, side: FreeBlock.Side) -> UInt64 {
    @inline(__always) get { unsafe pair(node, FreeBlock.maximaOffset)[side.position] }
    @inline(__always) nonmutating set {
      unsafe pair(node, FreeBlock.maximaOffset)[side.position] = newValue
    }
  }

  @inline(__always)
  private func pair<T>(_ node: Ref<FreeBlock>, _ offset: Int) -> UnsafeMutablePointer<T> {
    unsafe (base + Int(node.granule) << 4 + offset).assumingMemoryBound(to: T.self)
  }
}
