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
}
