extension Machine {
  /// Gives a machine that has just been booted the address space of another: areas with their pages
  /// and mappings, what waits for a purge, and the free tree in its very shape.
  ///
  /// Areas that own pages get frames of this machine, with zeroes in them; ioremaps map what they
  /// name. A machine that could not be primed must not be used.
  package func prime(_ state: Priming) throws(Priming.Defect) {
    try state.checkTiling()
    try state.checkContents(map)
    caches.free(ram[areas.state].freeRoot)
    try areas.space.build(state.blocks)
    for (index, area) in state.areas.enumerated() { try prime(area, index) }
    for (index, pool) in state.pools.enumerated() { try prime(pool, index) }
    for (index, block) in state.mapBlocks.enumerated() {
      guard let area = mapArea(block), areas.blocks.prime(block, area) else {
        throw .mapBlock(index)
      }
    }
    let described = Set(state.mapBlocks.map(\.start))
    for (index, area) in state.areas.enumerated()
    where area.mapRAMFlags & VMArea.mapBlock != 0 && !described.contains(area.start) {
      throw .noMapBlock(index)
    }
    for (index, range) in state.lazy.enumerated().reversed() {
      guard hasNode(range.flags) else { throw .lazyNode(index) }
      guard let area = caches.allocate(VMArea.self) else { throw .noMemory }
      ram[area] = VMArea()
      ram[area].start = range.start
      ram[area].reserved = range.end - range.start
      if areas.nodeCount > 1 { ram[area].areaFlags = range.flags & ~0xff }
      areas.freeLazily(area)
    }
    ram[areas.state].drainScheduled = 0
    areas.setPoolsUnknown(!state.tellsPools)
  }

  /// Whether the vmap node in `vmap_area.flags`, if there is one, is one of this machine's; a machine with a
  /// single one has it for all.
  private func hasNode(_ flags: UInt32) -> Bool {
    areas.nodeCount == 1 || flags >> 8 <= UInt32(areas.nodeCount)
  }

  /// The area of a block, if both have the size and the place that this machine's have.
  private func mapArea(_ block: Priming.MapBlock) -> Ref<VMArea>? {
    let (size, pages) = (areas.blocks.size, areas.blocks.pages)
    let area = areas.busyArea(startingAt: block.start)
    guard block.end &- block.start == size, block.start & (size - 1) == 0, block.cpu < cpuCount,
      block.free <= pages, block.dirty <= pages,
      !area.isNone, ram[area].end == block.end, ram[area].areaFlags & VMArea.mapBlock != 0
    else { return nil }
    return area
  }

  private func prime(_ pool: Priming.Pool, _ index: Int) throws(Priming.Defect) {
    guard areas.nodeCount > 1, pool.node < areas.nodeCount,
      (1...UInt64(VmapNode.poolCount)).contains(pool.pages)
    else { throw .pool(index) }
    for start in pool.starts.reversed() {
      guard let area = caches.allocate(VMArea.self) else { throw .noMemory }
      ram[area] = VMArea()
      ram[area].start = start
      ram[area].reserved = pool.pages << 12
      ram[area].areaFlags = UInt32(pool.node + 1) << 8
      _ = areas.pool(area, areas.node(pool.node))
    }
  }

  private func prime(_ primed: Priming.Area, _ index: Int) throws(Priming.Defect) {
    guard let area = caches.allocate(VMArea.self) else { throw .noMemory }
    var record = VMArea()
    record.start = primed.start
    record.reserved = primed.end - primed.start
    record.flags = primed.flags
    record.requestedSize = record.size
    if primed.mapRAMFlags != 0 {
      guard hasNode(primed.mapRAMFlags) else { throw .areaNode(index) }
      record = VMArea(
        mapRAM: record.reserved, isBlock: primed.mapRAMFlags & VMArea.mapBlock != 0)
      record.start = primed.start
      if areas.nodeCount > 1 { record.areaFlags |= primed.mapRAMFlags & ~0xff }
    }
    ram[area] = record
    guard areas.insertBusy(BusyWord(area), at: record.start) else { throw .noMemory }
    do throws(Refusal) {
      if !primed.caller.isEmpty { ram[area].caller = try intern(caller: primed.caller.span) }
      if primed.physicalAddress != 0 { try primeDevice(area, primed.physicalAddress) }
      if primed.pageCount > 0 { try primePages(area, primed) }
      try primeStack(primed)
    } catch {
      throw error.rule == .slotOccupied ? .contents(index) : .noMemory
    }
  }

  private func primeDevice(_ area: Ref<VMArea>, _ physical: UInt64) throws(Refusal) {
    let (start, size) = (ram[area].start, ram[area].size)
    ram[area].physicalAddress = physical
    let granted: CacheMode
    do throws(MemoryTypes.Failure) {
      granted = try mappings.memoryTypes.reserve(physical, physical + size, .writeBack)
    } catch {
      throw Refusal(.null, .cacheConflict, physical, UInt64(CacheMode.writeBack.rawValue))
    }
    try mappings.mapDevice(start, end: start + size, physical: physical, granted.protection)
  }

  private func primePages(_ area: Ref<VMArea>, _ primed: Priming.Area) throws(Refusal) {
    guard let set = caches.allocate(PageSet.self) else {
      throw Refusal(.null, .noDescriptor)
    }
    ram[set] = PageSet(live: 1)
    ram[area].owned = set.granule
    var left = primed.pageCount
    for (node, count) in primed.perNode where node < configuration.nodes {
      for _ in 0..<min(count, left) { try addPage(to: set, node) }
      left -= min(count, left)
    }
    for _ in 0..<left { try addPage(to: set, nil) }
    ram[area].pageCount = UInt32(primed.pageCount)
    ram[ram.mapping].vmallocPages += primed.pageCount
    try mappings.mapPages(
      primed.start, primed.start + primed.pageCount << 12, mappings.pageNumbers(of: set))
  }

  /// Contents and mappings that the maker of a stack tells: a thread's stack ends with a mark, and a
  /// CPU's stack for interrupts is mapped (`vmap`) from its per-CPU memory, whose pages no row counts.
  private func primeStack(_ primed: Priming.Area) throws(Refusal) {
    let maker = primed.caller.prefix { $0 != UInt8(ascii: "+") }
    if maker.elementsEqual("kernel_clone".utf8),
      case .leaf(let pfn, _, _) = tables.look(up: primed.start)
    {
      ram[words: UInt32(pfn), 0] = UInt32(Stack.endMagic)
    }
    if primed.pageCount == 0, primed.flags == .map,
      maker.elementsEqual("irq_init_percpu_irqstack".utf8)
    {
      let count = (primed.end - primed.start) >> 12 - 1
      let set = try pageSets.allocatePages(count: count)
      try mappings.mapPages(
        primed.start, primed.start + count << 12, mappings.pageNumbers(of: set))
    }
  }

  private func addPage(to set: Ref<PageSet>, _ node: Int?) throws(Refusal) {
    guard let pfn = frames.allocate(order: 0, node: node, highest: .normal, zeroed: true),
      pageSets.append(pfn, 1, to: set)
    else { throw Refusal(.null, .noFrames, 1) }
  }
}
