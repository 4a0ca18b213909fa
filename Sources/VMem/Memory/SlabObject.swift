/// A record that lives in a slab: its type names the cache.
///
/// A new type takes the next number and a line of `ObjectCaches.types`.
protocol SlabObject: BitwiseCopyable, SendableMetatype {
  /// Number of its cache. Types that turn into each other share one.
  static var cache: Int { get }
}

extension SlabObject {
  /// Granules that an object takes.
  @inline(__always)
  static var granules: UInt32 { UInt32((MemoryLayout<Self>.stride + 15) / 16) }
}

extension ObjectCaches {
  /// How many types there are.
  static let count = 21

  /// The types of all caches, by number.
  static let types: [any SlabObject.Type] = [
    VMArea.self, Name.self, PageSet.self, Symbol.self, MapBlock.self, MemoryType.self,
    FreeIndex.Node.self, UserSpace.self, UserMapping.self, Task.self, KmapControl.self, Arena.self,
    ArenaRange.self, ArenaSpan.self, File.self, DmaBuf.self, Stack.self, StackState.self,
    LocalMapping.self, PerCPUChunk.self, ShortSymbol.self,
  ]
}
