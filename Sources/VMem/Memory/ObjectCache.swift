/// Which slab cache an object lives in; each has one object size.
package enum CacheKind: UInt8, CaseIterable, Sendable {
  case vmArea = 0
  case name, pageSet, symbol, mapBlock, memoryType, freeIndex, userSpace, userMapping, task,
    kmapControl, arena, arenaRange, arenaSpan, file, dmaBuf
  case stack, stackState, localMapping

  /// The name in views, as in /proc/slabinfo.
  package var label: StaticString {
    switch self {
    case .vmArea: "vmap_area"
    case .name: "name"
    case .pageSet: "page_set"
    case .symbol: "symbol"
    case .mapBlock: "vmap_block"
    case .memoryType: "memtype"
    case .freeIndex: "free_index"
    case .userSpace: "mm_struct"
    case .userMapping: "vm_area_struct"
    case .task: "task_struct"
    case .kmapControl: "kmap_ctrl"
    case .arena: "bpf_arena"
    case .arenaRange: "range_node"
    case .arenaSpan: "arena_free_span"
    case .file: "inode"
    case .dmaBuf: "dma_buf"
    case .stack: "thread_stack"
    case .stackState: "stack_state"
    case .localMapping: "kmap_local"
    }
  }
}

extension CacheKind {
  /// Granules that an object takes.
  var granules: UInt32 {
    let bytes =
      switch self {
      case .vmArea: MemoryLayout<VMArea>.stride
      case .name: MemoryLayout<Name>.stride
      case .pageSet: MemoryLayout<PageSet>.stride
      case .symbol: MemoryLayout<Symbol>.stride
      case .mapBlock: MemoryLayout<MapBlock>.stride
      case .memoryType: MemoryLayout<MemoryType>.stride
      case .freeIndex: MemoryLayout<FreeIndex.Node>.stride
      case .userSpace: MemoryLayout<UserSpace>.stride
      case .userMapping: MemoryLayout<UserMapping>.stride
      case .task: MemoryLayout<Task>.stride
      case .kmapControl: MemoryLayout<KmapControl>.stride
      case .arena: MemoryLayout<Arena>.stride
      case .arenaRange: MemoryLayout<ArenaRange>.stride
      case .arenaSpan: MemoryLayout<ArenaSpan>.stride
      case .file: MemoryLayout<File>.stride
      case .dmaBuf: MemoryLayout<DmaBuf>.stride
      case .stack: MemoryLayout<Stack>.stride
      case .stackState: MemoryLayout<StackState>.stride
      case .localMapping: MemoryLayout<LocalMapping>.stride
      }
    return UInt32((bytes + 15) / 16)
  }
}

/// The state of one slab cache, inside the superblock.
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
}

/// The slab caches: fixed-size objects cut from single frames.
///
/// The corresponding kernel functions are `kmem_cache_alloc`, `kmem_cache_free` and
/// `kmem_cache_shrink`.
package struct ObjectCaches: Sendable {
  let ram: RAM

  init(ram: RAM) { self.ram = ram }

  private var state: Ref<Superblock> { Superblock.ref }
  private var frames: FrameAllocator { FrameAllocator(ram: ram) }

  /// Sets the size of the objects of each cache.
  func prepare() {
    for kind in CacheKind.allCases {
      ram[state].caches[Int(kind.rawValue)].granules = kind.granules
    }
  }

  /// An object whose contents are whatever was there before, or nil when there is no frame left.
  @inline(__always)
  func allocate<T>(_ kind: CacheKind, as type: T.Type) -> Ref<T>? {
    let at = Int(kind.rawValue)
    let free = ram[state].caches[at].free
    if free != 0 {
      ram[state].caches[at].free = ram[Ref<UInt32>(granule: free)]
      ram[state].caches[at].inUse += 1
      return Ref(granule: free)
    }
    return allocateFresh(at).map { Ref(granule: $0) }
  }

  @inline(never)
  private func allocateFresh(_ at: Int) -> UInt32? {
    if ram[state].caches[at].bump == ram[state].caches[at].bumpEnd {
      guard let pfn = frames.allocate(zeroed: false) else {
        // Emptying other slabs cannot have filled this list, but a per-CPU drain may have.
        return nil
      }
      let frame = frames.frame(pfn)
      ram[frame].mapcount = PageType.slab.word
      ram[frame].private = UInt64(at)
      ram[frame].next = ram[state].caches[at].slabs
      ram[state].caches[at].slabs = pfn
      ram[state].caches[at].slabCount += 1
      let size = ram[state].caches[at].granules
      ram[state].caches[at].bump = pfn << 8
      ram[state].caches[at].bumpEnd = pfn << 8 + 256 / size * size
    }
    let object = ram[state].caches[at].bump
    ram[state].caches[at].bump = object + ram[state].caches[at].granules
    ram[state].caches[at].inUse += 1
    return object
  }

  @inline(__always)
  func free<T>(_ kind: CacheKind, _ object: Ref<T>) {
    let at = Int(kind.rawValue)
    ram[Ref<UInt32>(granule: object.granule)] = ram[state].caches[at].free
    ram[state].caches[at].free = object.granule
    ram[state].caches[at].inUse -= 1
  }

  /// Gives slabs without objects in use back to the buddy allocator.
  func shrink() {
    for at in 0..<CacheKind.allCases.count { shrink(at) }
  }

  private func shrink(_ at: Int) {
    let size = ram[state].caches[at].granules
    guard size > 0, ram[state].caches[at].slabs != 0 else { return }
    // Objects past the bump are free without being on the list.
    let bumpSlab = (ram[state].caches[at].bumpEnd &- 1) >> 8
    let unbumped =
      (ram[state].caches[at].bumpEnd - ram[state].caches[at].bump) / size
    var pfn = ram[state].caches[at].slabs
    var limit = StepLimit(UInt64(ram.frameCount))
    while pfn != 0 {
      limit.step()
      ram[frames.frame(pfn)].index = pfn == bumpSlab ? UInt64(unbumped) : 0
      pfn = ram[frames.frame(pfn)].next
    }
    var object = ram[state].caches[at].free
    limit = StepLimit(mostObjects)
    while object != 0 {
      limit.step()
      ram[frames.frame(object >> 8)].index += 1
      object = ram[Ref<UInt32>(granule: object)]
    }
    // Rebuild the free list without the objects of empty slabs, keeping its order.
    let capacity = UInt64(256 / size)
    var last: UInt32 = 0
    object = ram[state].caches[at].free
    ram[state].caches[at].free = 0
    while object != 0 {
      let next = ram[Ref<UInt32>(granule: object)]
      if ram[frames.frame(object >> 8)].index < capacity {
        ram[Ref<UInt32>(granule: object)] = 0
        if last == 0 {
          ram[state].caches[at].free = object
        } else {
          ram[Ref<UInt32>(granule: last)] = object
        }
        last = object
      }
      object = next
    }
    pfn = ram[state].caches[at].slabs
    var kept: UInt32 = 0
    ram[state].caches[at].slabs = 0
    while pfn != 0 {
      let next = ram[frames.frame(pfn)].next
      if ram[frames.frame(pfn)].index == capacity {
        if pfn == bumpSlab {
          ram[state].caches[at].bump = 0
          ram[state].caches[at].bumpEnd = 0
        }
        ram[state].caches[at].slabCount -= 1
        frames.free(pfn)
      } else {
        if kept == 0 {
          ram[state].caches[at].slabs = pfn
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
