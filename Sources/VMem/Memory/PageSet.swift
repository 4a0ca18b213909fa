/// The pages one `alloc_pages` handed out, in order, under one name.
public struct PageSet: SlabObject, Sendable {
  static var cache: Int { 2 }

  /// Pages in the set, freed ones included.
  public var count: UInt32 = 0
  /// Pages that still belong to it.
  package var live: UInt32 = 0
  /// First frame, when the frames are consecutive; else 0 and `frames` holds them.
  var first: UInt32 = 0
  var name: Ref<Name> = .none
  var frames = SparseArray()
}
