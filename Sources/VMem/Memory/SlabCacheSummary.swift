/// A slab cache as readers of a dump see it.
package struct SlabCacheSummary: Sendable {
  package let name: String
  /// Bytes of an object.
  package let size: UInt64
  /// Pages of objects.
  package let slabs: UInt64
}

extension PageSets {
  /// The machine's slab caches, by the number that `private` of their frames has.
  package var slabCaches: [SlabCacheSummary] {
    ObjectCaches.types.map { type in
      let state = ram[CacheState.ref(type.cache)]
      return SlabCacheSummary(
        name: "\(type)", size: UInt64(state.granules) << 4, slabs: UInt64(state.slabCount))
    }
  }
}
