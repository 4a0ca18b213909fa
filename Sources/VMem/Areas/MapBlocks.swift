/// The blocks of vm_map_ram: small requests take the next pages of a block of their CPU and never
/// reuse what was given back before the whole block is.
struct MapBlocks {
  let areas: AreaAllocator

  var ram: RAM { areas.ram }
  /// Pages of a block (`VMAP_BBMAP_BITS`) of a kernel built for up to 2048 CPUs, or 8192.
  var pages: UInt32 { ram.has(.nrCPUs8192) ? 256 : 1024 }
  var size: UInt64 { UInt64(pages) << 12 }
  private var cpuCount: Int { Int(ram[Superblock.ref].cpus) }

  func perCPU(_ cpu: Int) -> Ref<PerCPU> {
    ram.perCPU(cpu)
  }

  /// Blocks indexed at a CPU, by their number.
  func index(_ cpu: Int) -> SparseArray { ram[perCPU(cpu)].blocks }

  func index(_ address: UInt64) -> UInt64 {
    (address &- areas.map.vmallocStart & ~(size - 1)) / size
  }

  /// The CPU whose index holds the block of an address (`addr_to_vb_xa`).
  private func home(_ address: UInt64) -> Ref<PerCPU> {
    perCPU(Int(address / size % UInt64(cpuCount)))
  }

  /// The block an address lies in, or none.
  func block(containing address: UInt64) -> Ref<MapBlock> {
    Ref(granule: ram[home(address)].blocks.value(index(address), ram))
  }

  /// Whether giving `count` pages back makes a block's count full, so that its addresses are given up,
  /// although some are still in use: a count that did not fit has come before.
  func endsInUse(_ block: Ref<MapBlock>, _ address: UInt64, _ count: UInt64) -> Bool {
    let taken = Self.taken(count)
    guard ram[block].dirty + taken == pages else { return false }
    let first = UInt32((address & (size - 1)) >> 12)
    return ram[block].free > 0
      || (0..<pages).contains { isUsed(block, $0) && !(first..<first + taken).contains($0) }
  }

  private func isUsed(_ block: Ref<MapBlock>, _ page: UInt32) -> Bool {
    ram[block].used[Int(page >> 6 & 15)] >> UInt64(page & 63) & 1 != 0
  }

  /// The runs of pages of a block that are in use, ascending.
  func usedRuns(_ block: Ref<MapBlock>) -> [Range<UInt32>] {
    var runs: [Range<UInt32>] = []
    for page in 0..<pages where isUsed(block, page) {
      if let last = runs.last, last.upperBound == page {
        runs[runs.count - 1] = last.lowerBound..<page + 1
      } else {
        runs.append(page..<page + 1)
      }
    }
    return runs
  }

  /// Pages a request really takes: the next power of two.
  @inline(__always)
  static func taken(_ count: UInt64) -> UInt32 {
    UInt32(1) << UInt32(64 - (count - 1).leadingZeroBitCount)
  }

  /// Address for `count` pages, 1 to `MapBlock.maximumRequest`. The corresponding kernel function is
  /// `vb_alloc`.
  func allocate(_ count: UInt64) throws(AreaAllocator.Failure) -> UInt64 {
    let taken = Self.taken(count)
    let queue = perCPU(ram[Superblock.ref].cpu)
    var block = ram[queue].freeBlocks
    var limit = areas.caches.stepLimit(MapBlock.self)
    while !block.isNone && ram[block].free < taken {
      limit.step()
      block = ram[block].next
    }
    if block.isNone { block = try newBlock(queue) }
    let first = pages - ram[block].free
    ram[block].free -= taken
    mark(block, first, taken, used: true)
    if ram[block].free == 0 { unqueue(block) }
    return ram[ram[block].area].start + UInt64(first) << 12
  }

  /// Makes the block of an area that a recording has; which of its pages are out it does not say. False
  /// without memory.
  func prime(_ block: Priming.MapBlock, _ area: Ref<VMArea>) -> Bool {
    guard let new = areas.caches.allocate(MapBlock.self), file(new, block.start)
    else { return false }
    var record = MapBlock()
    record.area = area
    record.cpu = UInt32(block.cpu)
    record.free = block.free
    record.dirty = block.dirty
    let isClean = block.dirtyLow >= block.dirtyHigh || block.dirty == 0
    record.dirtyStart = isClean ? pages : block.dirtyLow
    record.dirtyEnd = isClean ? 0 : min(block.dirtyHigh, pages)
    ram[new] = record
    let given = pages - block.free
    let out = given - min(given, block.dirty)
    mark(new, given - out, out, used: true)
    if block.free > 0 { queue(new) }
    return true
  }

  /// Puts a block with room at the end of its CPU's list.
  private func queue(_ block: Ref<MapBlock>) {
    let queue = perCPU(Int(ram[block].cpu & 63))
    ram[block].previous = ram[queue].lastFreeBlock
    if ram[block].previous.isNone {
      ram[queue].freeBlocks = block
    } else {
      ram[ram[block].previous].next = block
    }
    ram[queue].lastFreeBlock = block
  }

  private func newBlock(_ queue: Ref<PerCPU>) throws(AreaAllocator.Failure) -> Ref<MapBlock> {
    guard !ram.fails(.vmapBlock),
      let block = areas.caches.allocate(MapBlock.self)
    else { throw .noDescriptor }
    let area: Ref<VMArea>
    do throws(AreaAllocator.Failure) {
      area = try areas.allocate(
        VMArea(mapRAM: size, isBlock: true), align: size,
        start: areas.map.vmallocStart, end: areas.map.vmallocEnd, mayBlock: true)
    } catch {
      areas.caches.free(block)
      throw error
    }
    let start = ram[area].start
    guard file(block, start) else {
      // Nothing was mapped there: the addresses are free at once (`free_vmap_area`).
      areas.removeBusy(area)
      _ = areas.space.release(start, ram[area].end, spare: area.cast(to: FreeBlock.self))
      areas.caches.free(block)
      throw .noDescriptor
    }
    var record = MapBlock()
    record.area = area
    record.cpu = UInt32(ram[Superblock.ref].cpu)
    record.free = pages
    record.dirtyStart = pages
    ram[block] = record
    self.queue(block)
    return block
  }

  /// Puts a block into the index of its address; false when there is no memory for that.
  private func file(_ block: Ref<MapBlock>, _ start: UInt64) -> Bool {
    let (home, index) = (home(start), index(start))
    if ram[home].blocks.chunk(of: index, ram) == 0, ram.fails(.radixTreeNode) { return false }
    return ram[home].blocks.store(index, block.granule, ram)
  }

  private func mark(_ block: Ref<MapBlock>, _ first: UInt32, _ count: UInt32, used: Bool) {
    for page in first..<first + count {
      let bit = UInt64(1) << UInt64(page & 63)
      let word = Int(page >> 6 & 15)
      if used { ram[block].used[word] |= bit } else { ram[block].used[word] &= ~bit }
    }
  }

  private func unqueue(_ block: Ref<MapBlock>) {
    let queue = perCPU(Int(ram[block].cpu & 63))
    let (next, previous) = (ram[block].next, ram[block].previous)
    if previous.isNone { ram[queue].freeBlocks = next } else { ram[previous].next = next }
    if next.isNone { ram[queue].lastFreeBlock = previous } else { ram[next].previous = previous }
    ram[block].next = .none
    ram[block].previous = .none
  }

  /// Takes back what `allocate` gave for `count` pages; the caller has cleared the entries. Returns
  /// false when no block lies there. The corresponding kernel function is `vb_free`.
  func free(_ address: UInt64, _ count: UInt64) -> Bool {
    let block = block(containing: address)
    guard !block.isNone else { return false }
    let taken = Self.taken(count)
    let first = UInt32((address & (size - 1)) >> 12)
    mark(block, first, min(taken, pages - first), used: false)
    ram[block].dirtyStart = min(ram[block].dirtyStart, first)
    ram[block].dirtyEnd = max(ram[block].dirtyEnd, first + taken)
    ram[block].dirty += taken
    if ram[block].dirty == pages { dispose(block) }
    return true
  }

  /// Gives the address space of a block up, whatever is still mapped in it.
  func giveUp(_ block: Ref<MapBlock>) {
    if ram[block].free > 0 { unqueue(block) }
    dispose(block)
  }

  /// Gives a block's address space up (`free_vmap_block`).
  private func dispose(_ block: Ref<MapBlock>) {
    let area = ram[block].area
    let start = ram[area].start
    _ = ram[home(start)].blocks.remove(index(start), ram)
    areas.removeBusy(area)
    areas.freeLazily(area)
    areas.caches.free(block)
  }

  // MARK: Purging

  private func isFragmented(_ block: Ref<MapBlock>) -> Bool {
    ram[block].free + ram[block].dirty == pages && ram[block].dirty != pages
  }

  /// Gives up every block in which nothing is mapped any more (`purge_fragmented_blocks_allcpus`).
  func purgeFragmented() {
    var limit = areas.caches.stepLimit(MapBlock.self)
    for cpu in 0..<cpuCount {
      var block = ram[perCPU(cpu)].freeBlocks
      while !block.isNone {
        limit.step()
        let next = ram[block].next
        if isFragmented(block) {
          unqueue(block)
          dispose(block)
        }
        block = next
      }
    }
  }

  /// What kernels before 6.5 do instead: they see only blocks with room, flush again what was flushed
  /// before, and give up every fragmented block.
  private func collectAndPurge() -> (start: UInt64, end: UInt64)? {
    var range: (start: UInt64, end: UInt64)?
    var limit = areas.caches.stepLimit(MapBlock.self)
    for cpu in 0..<cpuCount {
      var block = ram[perCPU(cpu)].freeBlocks
      while !block.isNone {
        limit.step()
        if ram[block].dirty != 0, ram[block].dirty != pages {
          let (start, end) = dirtyRange(block)
          range = range.map { (min($0.start, start), max($0.end, end)) } ?? (start, end)
        }
        block = ram[block].next
      }
    }
    purgeFragmented()
    return range
  }

  private func dirtyRange(_ block: Ref<MapBlock>) -> (start: UInt64, end: UInt64) {
    let base = ram[ram[block].area].start
    return (
      base + UInt64(ram[block].dirtyStart) << 12, base + UInt64(ram[block].dirtyEnd) << 12
    )
  }

  /// Gives up blocks that are fragmented and nearly full, and collects what the others gave back
  /// since the last flush. Returns that range, or nil when there is none.
  func purgeOrCollect() -> (start: UInt64, end: UInt64)? {
    if ram.has(.mapRAMOldFlush) { return collectAndPurge() }
    var range: (start: UInt64, end: UInt64)?
    var purged: [Ref<MapBlock>] = []
    var limit = areas.caches.stepLimit(MapBlock.self)
    for cpu in 0..<cpuCount {
      var key: UInt64 = 0
      while let found = ram[perCPU(cpu)].blocks.next(from: key, ram) {
        limit.step()
        key = found.key + 1
        let block = Ref<MapBlock>(granule: found.value)
        if isFragmented(block) && ram[block].free < pages / 4 {
          unqueue(block)
          purged.append(block)
        } else if ram[block].dirtyEnd != 0 && ram[block].dirty != pages {
          let (start, end) = dirtyRange(block)
          range = range.map { (min($0.start, start), max($0.end, end)) } ?? (start, end)
          ram[block].dirtyStart = pages
          ram[block].dirtyEnd = 0
        }
      }
    }
    for block in purged { dispose(block) }
    return range
  }
}
