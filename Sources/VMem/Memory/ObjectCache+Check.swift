extension ObjectCaches {
  /// Slabs are counted frames; free objects lie in them on object borders; what is not free is in use.
  func check(_ checker: inout Checker) {
    for at in 0..<CacheKind.allCases.count {
      let cache = ram[Superblock.ref].caches[at]
      guard cache.granules > 0, cache.granules <= 256 else {
        checker.expect(false, "slab cache: object size", UInt64(at), UInt64(cache.granules))
        continue
      }
      let capacity = UInt64(256 / cache.granules)
      var slabs: UInt64 = 0
      var pfn = cache.slabs
      let frames = FrameAllocator(ram: ram)
      while pfn != 0 {
        guard checker.claim(UInt64(pfn), "slab is not RAM") else { break }
        let frame = ram[frames.frame(pfn)]
        checker.expect(
          frame.mapcount == PageType.slab.word && frame.private == UInt64(at), "slab: frame record",
          UInt64(pfn))
        slabs += 1
        pfn = frame.next
      }
      checker.expect(slabs == UInt64(cache.slabCount), "slab cache: slabs", UInt64(at), slabs)
      var free = UInt64((cache.bumpEnd &- cache.bump) / cache.granules)
      var object = cache.free
      while object != 0 && free <= slabs * capacity {
        let slab = object >> 8
        let inside = object & 255
        guard slab < ram.frameCount, inside % cache.granules == 0,
          ram[frames.frame(slab)].mapcount == PageType.slab.word,
          ram[frames.frame(slab)].private == UInt64(at)
        else {
          checker.expect(false, "slab cache: free object", UInt64(at), UInt64(object))
          break
        }
        free += 1
        object = ram[Ref<UInt32>(granule: object)]
      }
      checker.expect(
        free + cache.inUse == slabs * capacity, "slab cache: objects", UInt64(at), free)
    }
  }
}
