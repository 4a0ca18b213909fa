/// Numbers that views and assertions show.
public struct Counters: Sendable {
  /// Frames of RAM, those the allocator has, and those of them that are free, per-CPU lists included.
  public var totalFrames: UInt64 = 0
  public var managedFrames: UInt64 = 0
  public var freeFrames: UInt64 = 0
  /// Table pages by depth: index 1 is PTE pages, index `levels` the top table.
  public var tables: [UInt64] = []
  /// Table pages that the kernel accounts for (`NR_PAGETABLE`).
  public var accountedTables: UInt64 = 0
  public var slabFrames: UInt64 = 0
  public var busyAreas: UInt64 = 0
  public var lazyAreas: UInt64 = 0
  public var lazyPages: UInt64 = 0
  public var lazyMaximumPages: UInt64 = 0
  /// Blocks of free address space.
  public var freeBlocks: UInt64 = 0
  public var flushes = FlushCounters()
  /// Bytes of the direct map in leaves of 4 KiB, 2 MiB, 1 GiB.
  public var directMap: [UInt64] = []
}

extension Machine {
  public var counters: Counters {
    ram.settleFreedArea()
    let state = ram[Superblock.ref]
    let paging = ram[ram.paging]
    var result = Counters()
    result.totalFrames = UInt64(state.frameCount)
    result.managedFrames = UInt64(state.managedFrames)
    for number in 0..<frames.zoneCount {
      let zone = ram[frames.zone(number)]
      result.freeFrames += UInt64(zone.free)
      for cpu in 0..<cpuCount { result.freeFrames += UInt64(zone.perCPU[cpu].count) }
    }
    result.tables = (0...5).map { UInt64(paging.tables[$0]) }
    for depth in 1...5 where accountsTables(depth) {
      result.accountedTables += UInt64(
        paging.tables[depth] - min(paging.tables[depth], paging.bootTables[depth]))
    }
    for depth in 1...5 where depth <= 2 || accountsTables(depth) {
      result.accountedTables += UInt64(ram[ram.users].tables[depth])
    }
    result.directMap = (0..<3).map { paging.directMap[$0] }
    for number in ObjectCaches.types.indices {
      result.slabFrames += UInt64(ram[CacheState.ref(number)].slabCount)
    }
    result.busyAreas = state.areas.busyCount
    result.freeBlocks = UInt64(state.areas.freeCount)
    result.lazyPages = state.areas.lazyPages
    result.lazyMaximumPages = areas.lazyMaximum
    for number in 0..<areas.nodeCount {
      result.lazyAreas += UInt64(ram[areas.node(number)].lazy.count)
    }
    result.flushes = paging.flushes
    return result
  }

  /// Whether the kernel counts its own tables of a depth: those of PMDs always.
  private func accountsTables(_ depth: Int) -> Bool {
    switch depth {
    case 1: has(.accountPTETables)
    case 2: true
    case 3: has(.accountPUDTables)
    default: has(.accountTopTables)
    }
  }
}
