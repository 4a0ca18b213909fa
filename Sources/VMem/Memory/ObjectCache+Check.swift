extension ObjectCaches {
  /// Slabs are counted frames; free objects lie in them on object borders; what is not free is in
  /// use, and has to be somebody's.
  func check(_ checker: inout Checker) {
    for type in Self.types { check(type, &checker) }
  }

  private func check(_ type: any SlabObject.Type, _ checker: inout Checker) {
    let at = UInt64(type.cache)
    let cache = ram[CacheState.ref(type.cache)]
    let size = type.granules
    checker.expect(
      cache.granules == size, "slab cache: object size", at, UInt64(cache.granules))
    var slabs: UInt64 = 0
    var pfn = cache.slabs
    let frames = FrameAllocator(ram: ram)
    while pfn != 0, checker.claim(UInt64(pfn), "slab is not RAM") {
      let record = ram[frames.frame(pfn)]
      var expected = checker.record(pfn, .slab)
      expected.private = at
      expected.next = record.next
      expected.inheritPast(of: record)
      checker.expect(record == expected, "slab: frame record", UInt64(pfn))
      checker.objects.add(pfn, type)
      slabs += 1
      pfn = record.next
    }
    checker.expect(slabs == UInt64(cache.slabCount), "slab cache: slabs", at, slabs)
    let free = checkFresh(cache, type, &checker) + checkFree(cache, type, &checker)
    checker.expect(
      free &+ cache.inUse == slabs * UInt64(256 / size), "slab cache: objects", at, free)
  }

  /// Returns the number of objects that have never been handed out.
  private func checkFresh(
    _ cache: CacheState, _ type: any SlabObject.Type, _ checker: inout Checker
  ) -> UInt64 {
    let at = UInt64(type.cache)
    if cache.bumpEnd == 0 {
      checker.expect(cache.bump == 0, "slab cache: fresh objects", at)
      return 0
    }
    let first = (cache.bumpEnd - 1) & ~255
    let size = type.granules
    guard cache.bumpEnd == first + 256 / size * size, cache.bump >= first,
      cache.bump <= cache.bumpEnd, (cache.bump - first) % size == 0
    else {
      checker.expect(false, "slab cache: fresh objects", at, UInt64(cache.bump))
      return 0
    }
    var count: UInt64 = 0
    for object in stride(from: cache.bump, to: cache.bumpEnd, by: Int(size)) {
      checker.expect(
        checker.objects.free(object, type), "slab cache: fresh object", at, UInt64(object) << 4)
      count += 1
    }
    return count
  }

  /// Returns the number of objects on the free list.
  private func checkFree(
    _ cache: CacheState, _ type: any SlabObject.Type, _ checker: inout Checker
  ) -> UInt64 {
    var count: UInt64 = 0
    var object = cache.free
    while object != 0 {
      guard checker.objects.free(object, type) else {
        checker.expect(
          false, "slab cache: free object", UInt64(type.cache), UInt64(object) << 4)
        break
      }
      count += 1
      object = ram[Ref<UInt32>(granule: object)]
    }
    return count
  }
}
