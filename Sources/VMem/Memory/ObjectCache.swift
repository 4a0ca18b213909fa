/// The state of one slab cache. Those of all caches stand in frame 0, by number.
struct CacheState: BitwiseCopyable {
  /// First free object; each holds the reference of the next in its first word.
  var free: UInt32 = 0
  /// Part of the newest slab that has not been handed out yet: next object and end, as granules.
  var bump: UInt32 = 0
  var bumpEnd: UInt32 = 0
  /// Granules an object takes.
  var granules: UInt32 = 0
  /// Newest slab: frames are linked through `next`.
  var slabs: UInt32 = 0
  var slabCount: UInt32 = 0
  var inUse: UInt64 = 0

  /// Where the states begin, behind the superblock.
  static let first: UInt32 = 32
  /// One past the last of them.
  static var end: UInt32 { first + UInt32(ObjectCaches.count) * granulesEach }
  private static var granulesEach: UInt32 { UInt32(MemoryLayout<CacheState>.stride / 16) }

  @inline(__always)
  static func ref(_ number: Int) -> Ref<CacheState> {
    Ref(granule: first &+ UInt32(truncatingIfNeeded: number) &* granulesEach)
  }
}

/// The slab caches: fixed-size objects cut from single frames.
///
/// The corresponding kernel functions are `kmem_cache_alloc`, `kmem_cache_free` and
/// `kmem_cache_shrink`.
package struct ObjectCaches: Sendable {
  let ram: RAM

  init(ram: RAM) { self.ram = ram }

  private var frames: FrameAllocator { FrameAllocator(ram: ram) }

  /// Slabs of one cache from which on the host's huge pages are worth it: 1 MiB, or 16,384 areas.
  private static let manySlabs: UInt32 = 256

  /// Sets the size of the objects of each cache.
  func prepare() {
    for type in Self.types { ram[CacheState.ref(type.cache)].granules = type.granules }
  }

  /// An object whose contents are whatever was there before, or nil when there is no frame left.
  @inline(__always)
  func allocate<T: SlabObject>(_ type: T.Type) -> Ref<T>? {
    let cache = CacheState.ref(T.cache)
    let free = ram[cache].free
    if free != 0 {
      let next = Ref<UInt32>(granule: ram[Ref<UInt32>(granule: free)])
      ram[cache].free = next.granule
      ram.prefetch(next)
      ram[cache].inUse += 1
      return Ref(granule: free)
    }
    return allocateFresh(T.cache).map { Ref(granule: $0) }
  }

  @inline(never)
  private func allocateFresh(_ at: Int) -> UInt32? {
    let cache = CacheState.ref(at)
    if ram[cache].bump == ram[cache].bumpEnd {
      guard let pfn = frames.allocate(zeroed: false) else {
        // Emptying other slabs cannot have filled this list, but a per-CPU drain may have.
        return nil
      }
      let frame = frames.frame(pfn)
      ram[frame].mapcount = ram.word(.slab)
      ram[frame].flags |= ram.flags(.slab)
      ram[frame].private = UInt64(at)
      ram[frame].next = ram[cache].slabs
      ram[cache].slabs = pfn
      ram[cache].slabCount += 1
      // Whoever has made that many objects makes more, and meets them in any order.
      if ram[cache].slabCount == Self.manySlabs { ram.expectMore() }
      let size = ram[cache].granules
      ram[cache].bump = pfn << 8
      ram[cache].bumpEnd = pfn << 8 + 256 / size * size
    }
    let object = ram[cache].bump
    ram[cache].bump = object + ram[cache].granules
    ram[cache].inUse += 1
    return object
  }

  @inline(__always)
  func free<T: SlabObject>(_ object: Ref<T>) {
    let cache = CacheState.ref(T.cache)
    ram[Ref<UInt32>(granule: object.granule)] = ram[cache].free
    ram[cache].free = object.granule
    ram[cache].inUse -= 1
  }

  // MARK: Finding

  /// The object at a physical address: one that has been handed out since its slab was made. Whether it
  /// is in use, its own record tells. The corresponding kernel functions are `virt_to_slab` and
  /// `obj_to_index`.
  func object<T: SlabObject>(at address: UInt64, _ type: T.Type) -> Ref<T>? {
    guard address & 15 == 0, address < UInt64(ram.frameCount) << 12 else { return nil }
    let granule = UInt32(address >> 4)
    let frame = frames.frame(granule >> 8)
    let slot = granule & 255
    guard ram[frame].type == .slab, ram[frame].private == UInt64(T.cache),
      slot % T.granules == 0, slot + T.granules <= 256
    else { return nil }
    let cache = CacheState.ref(T.cache)
    let isFresh =
      granule >= ram[cache].bump && granule < ram[cache].bumpEnd
    return isFresh ? nil : Ref(granule: granule)
  }

  /// Gives slabs without objects in use back to the buddy allocator.
  func shrink() {
    for number in Self.types.indices { shrink(CacheState.ref(number)) }
  }

  private func shrink(_ cache: Ref<CacheState>) {
    let size = ram[cache].granules
    guard size > 0, ram[cache].slabs != 0 else { return }
    // Objects past the bump are free without being on the list.
    let bumpSlab = (ram[cache].bumpEnd &- 1) >> 8
    let unbumped =
      (ram[cache].bumpEnd - ram[cache].bump) / size
    var pfn = ram[cache].slabs
    var limit = StepLimit(UInt64(ram.frameCount))
    while pfn != 0 {
      limit.step()
      ram[frames.frame(pfn)].index = pfn == bumpSlab ? UInt64(unbumped) : 0
      pfn = ram[frames.frame(pfn)].next
    }
    var object = ram[cache].free
    limit = StepLimit(mostObjects)
    while object != 0 {
      limit.step()
      ram[frames.frame(object >> 8)].index += 1
      object = ram[Ref<UInt32>(granule: object)]
    }
    // Rebuild the free list without the objects of empty slabs, keeping its order.
    let capacity = UInt64(256 / size)
    var last: UInt32 = 0
    object = ram[cache].free
    ram[cache].free = 0
    while object != 0 {
      let next = ram[Ref<UInt32>(granule: object)]
      if ram[frames.frame(object >> 8)].index < capacity {
        ram[Ref<UInt32>(granule: object)] = 0
        if last == 0 {
          ram[cache].free = object
        } else {
          ram[Ref<UInt32>(granule: last)] = object
        }
        last = object
      }
      object = next
    }
    pfn = ram[cache].slabs
    var kept: UInt32 = 0
    ram[cache].slabs = 0
    while pfn != 0 {
      let next = ram[frames.frame(pfn)].next
      if ram[frames.frame(pfn)].index == capacity {
        if pfn == bumpSlab {
          ram[cache].bump = 0
          ram[cache].bumpEnd = 0
        }
        ram[cache].slabCount -= 1
        frames.free(pfn)
      } else {
        if kept == 0 {
          ram[cache].slabs = pfn
        } else {
          ram[frames.frame(kept)].next = pfn
        }
        ram[frames.frame(pfn)].next = 0
        ram[frames.frame(pfn)].index = 0
        kept = pfn
      }
      pfn = next
    }
  }
}
