/// Why a machine cannot be booted.
public enum BootError: Error, Equatable, Sendable {
  /// A value is outside its range.
  case cpus(Int)
  case nodes(Int)
  case levels(Int)
  case tlbEntries(Int)
  /// The size is not a multiple of 4096, or more than 64 GiB.
  case memory(UInt64)
  /// The boot structures take `needed` bytes and do not fit.
  case tooLittleMemory(needed: UInt64)
  /// Each node needs 4 MiB.
  case nodeTooSmall(needed: UInt64)
  /// Too much high memory, or not in whole pages: so many bytes must be low.
  case highmem(needed: UInt64)
  /// Slots of PKMAP: a power of two.
  case pkmapSlots(Int)
  /// The slots of kmap_local have room for so many CPUs.
  case localSlots(most: Int)
  /// The host refused to reserve the address space.
  case host
}

extension Machine {
  /// Boots a machine in fresh anonymous memory.
  ///
  /// Boot writes the superblock, the top tables and the records of the frames it takes, which are
  /// about as many for 64 GiB as for 64 MiB.
  public init(_ configuration: Configuration) throws(BootError) {
    let c = configuration
    let layout = try Self.layout(c)
    guard let memory = HostMemory(size: Int(c.memory)) else { throw .host }
    let ram = unsafe RAM(
      base: memory.base, frameCount: UInt32(c.memory >> 12), pastReach: memory.reserved)
    self.init(memory: memory, ram: ram, map: AddressMap(c))
    start(c, layout)
  }

  /// Refuses a configuration that no machine can have, without booting one.
  package static func check(_ configuration: Configuration) throws(BootError) {
    _ = try layout(configuration)
  }

  private static func layout(_ c: Configuration) throws(BootError) -> BootLayout {
    guard (1...Configuration.maximumCPUs).contains(c.cpus) else { throw .cpus(c.cpus) }
    guard (1...Configuration.maximumNodes).contains(c.nodes) else { throw .nodes(c.nodes) }
    guard c.levels == 4 || c.levels == 5 else { throw .levels(c.levels) }
    guard Configuration.isTLBSize(c.tlbEntries) else { throw .tlbEntries(c.tlbEntries) }
    guard c.memory % 4096 == 0, c.memory <= Configuration.maximumMemory else {
      throw .memory(c.memory)
    }
    precondition(c.hasVmallocStart, "the vmalloc window cannot lie there")
    guard c.nodes == 1 || c.memory >= UInt64(c.nodes) << 22 else {
      throw .nodeTooSmall(needed: UInt64(c.nodes) << 22)
    }
    try checkWindows(c)
    // The layout is worked out first, so that a machine that is too small is never begun.
    let layout = BootLayout(c)
    guard c.memory >= layout.neededMemory else {
      throw .tooLittleMemory(needed: BootLayout.smallestMemory(c))
    }
    guard c.memory - c.highmem >= layout.neededMemory else {
      throw .highmem(needed: layout.neededMemory)
    }
    return layout
  }

  private static func checkWindows(_ c: Configuration) throws(BootError) {
    guard c.highmem % 4096 == 0, c.highmem < max(c.memory, 1) else {
      throw .highmem(needed: BootLayout.smallestMemory(c))
    }
    guard let window = c.kmapWindow else {
      if c.pkmapSlots != 0 { throw .pkmapSlots(c.pkmapSlots) }
      return
    }
    guard KmapWindow.isSlotCount(window.slots), window.slots <= window.kind.slots else {
      throw .pkmapSlots(window.slots)
    }
    let most = window.mostCPUs(c.localSlots / c.cpus)
    guard c.cpus <= most else { throw .localSlots(most: most) }
  }

  private func start(_ c: Configuration, _ layout: BootLayout) {
    // Field by field into RAM, which is zero: in a superblock that is made on the stack and copied,
    // optimised code of swiftc 6.3 leaves the last element of `tables` undefined.
    let state = Superblock.ref
    ram[state].magic = Superblock.magic
    ram[state].formatVersion = Superblock.formatVersion
    ram[state].kernel = c.kernel.rawValue
    ram[state].levels = UInt8(c.levels)
    ram[state].nodes = UInt8(c.nodes)
    ram[state].frameCount = ram.frameCount
    ram[state].cpuCount = UInt32(c.cpus)
    ram[state].switches = c.switches.low
    ram[state].moreSwitches = c.switches.high
    ram[state].vmallocGiB = UInt32(truncatingIfNeeded: c.vmallocStart >> 30)
    ram[state].areas.lazyMaximum = c.lazyMaximum
    ram[state].seed = c.seed
    ram[state].topTable = layout.topTable
    ram[state].zones = Ref(granule: layout.zones << 8)
    ram[state].roots = Roots()
    ram[ram.log].frames = layout.log
    ram[state].perCPU = Ref(granule: layout.perCPU << 8)
    ram[state].frameTable = layout.frameTable
    ram[state].areas.nodes = Ref(granule: layout.vmapNodes << 8)
    ram[TLBState.ref] = TLBState(entries: c.tlbEntries)
    ram[TLBState.ref].inHole = layout.tlbsInHole
    ram[TLBState.ref].others = layout.end - layout.tlbs
    ram[TLBState.ref].current = ram[TLBState.ref].firstSlot(0)
    let name: StaticString = "vmemctl"
    // Safe: a literal lives as long as the process.
    let bytes = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    ram[Task.boot] = Task(name: unsafe Span(_unsafeElements: bytes), number: 0)
    ram[ram.highMemory].frames = UInt32(c.highmem >> 12)
    if let window = c.kmapWindow {
      ram[ram.highMemory].window = window.kind.rawValue
      ram[ram.highMemory].pkmapSlots = UInt16(window.slots)
      ram[ram.highMemory].kmapFrames = layout.kmap
    }
    if has(.pks) {
      for cpu in 0..<c.cpus { ram[ram.perCPU(cpu)].pkrs = ProtectionKeys.initial }
    }
    caches.prepare()
    prepareZones(c, layout)
    prepareTables(layout, c)
    logMessage(.booted, level: 5, nil, UInt64(c.kernel.rawValue))
    areas.prepare(nodes: has(.vmapNodes) ? c.cpus : 1)
  }

  private func prepareZones(_ c: Configuration, _ layout: BootLayout) {
    for node in 0..<c.nodes {
      for kind in ZoneKind.allCases {
        let zone = frames.zone(node * ZoneKind.count + Int(kind.rawValue))
        let (start, end) = BootLayout.zone(node, kind, c, layout)
        ram[zone].node = UInt8(node)
        ram[zone].kind = kind.rawValue
        ram[zone].start = start
        ram[zone].end = end
        ram[zone].frontier = end
        if start < end { populate(zone, layout) }
      }
    }
  }

  /// Gives a zone every frame that boot does not use.
  private func populate(_ zone: Ref<Zone>, _ layout: BootLayout) {
    let (start, end) = (ram[zone].start, ram[zone].end)
    var frontier = start
    var managed: UInt32 = 0
    for (from, to) in layout.taken where from < end && to > start {
      let gap = (from: frontier, to: max(frontier, from))
      frames.release(gap.from, gap.to, zone: zone)
      managed += gap.to - gap.from
      frontier = min(to, end)
    }
    ram[zone].frontier = frontier
    managed += end - frontier
    ram[zone].managed = managed
    ram[zone].free = managed
    ram[zone].batch = Zone.batch(managed: managed)
    ram[zone].high = ram[zone].batch * 6
    ram[Superblock.ref].managedFrames += managed
  }

  private func prepareTables(_ layout: BootLayout, _ c: Configuration) {
    let levels = map.levels
    ram[ram.paging].tables[levels] = 1
    // The kernel's preallocate_vmalloc_pages: a table below each top entry of the vmalloc window.
    let first = Level.index(of: map.vmallocStart, depth: levels)
    let last = Level.index(of: map.vmallocEnd, depth: levels)
    for index in first...last {
      ram[table: UInt64(layout.topTable), index] = Entry(
        pfn: UInt64(layout.windowTables) + UInt64(index - first), .kernelTable)
    }
    ram[ram.paging].tables[levels - 1] += UInt32(last - first + 1)
    for pfn in layout.windowTables..<layout.windowTables + UInt32(last - first + 1) {
      markTable(pfn)
    }
    markTable(layout.topTable)
    var spare = layout.mapTables
    mapBoot(map.pageOffset, frames: 0..<highmem.directFrames, &spare)
    let tableFrames = UInt32((UInt64(ram.frameCount) * 64 + 4095) / 4096)
    mapBoot(map.vmemmap, frames: layout.frameTable..<layout.frameTable + tableFrames, &spare)
    if let window = c.kmapWindow {
      // permanent_kmaps_init, and the fixmap's own tables.
      var spare = layout.kmapTables
      for region in BootLayout.regions(window, c) { _ = table(of: region, depth: 1, &spare) }
    }
    for depth in 1...levels {
      let preallocated = depth == levels - 1 ? UInt32(last - first + 1) : 0
      ram[ram.paging].bootTables[depth] = ram[ram.paging].tables[depth] - preallocated
    }
  }

  private func markTable(_ pfn: UInt32) {
    var record = Frame()
    record.mapcount = ram.word(.table)
    record.addReferences(1)
    record.flags = ram.pageFlags.reserved
    ram[frames.frame(pfn)] = record
  }

  /// Maps consecutive frames with the largest leaves that fit, as `init_memory_mapping` does: the
  /// first 2 MiB of the direct map and ragged ends in 4 KiB leaves.
  private func mapBoot(_ start: UInt64, frames range: Range<UInt32>, _ spare: inout UInt32) {
    var address = start
    var pfn = UInt64(range.lowerBound)
    let end = UInt64(range.upperBound)
    while pfn < end {
      var depth = address == map.pageOffset ? 1 : 3
      while depth > 1 {
        let pages = Level.size(depth: depth) >> 12
        if pfn % pages == 0, address % Level.size(depth: depth) == 0, pfn + pages <= end { break }
        depth -= 1
      }
      // A larger leaf can only begin where this one's table ends.
      let (size, first) = (Level.size(depth: depth), Level.index(of: address, depth: depth))
      let count = min((end - pfn) / (size >> 12), UInt64(Level.entries - first))
      let table = table(of: address, depth: depth, &spare)
      let leaf = Entry(pfn: pfn, depth == 1 ? .kernel : .kernelLarge)
      for number in 0..<count {
        ram[table: table, first &+ Int(number)] = Entry(bits: leaf.bits &+ number &* size)
      }
      if address & ~(UInt64(64) << 30 - 1) == map.pageOffset {
        ram[ram.paging].directMap[depth - 1] += count * size
      }
      address += count * size
      pfn += count * (size >> 12)
    }
  }

  /// The table with the entry at `depth` that translates an address; what is missing is made.
  private func table(of address: UInt64, depth: Int, _ spare: inout UInt32) -> UInt64 {
    var table = UInt64(ram[Superblock.ref].topTable)
    for at in stride(from: map.levels, to: depth, by: -1) {
      let index = Level.index(of: address, depth: at)
      if ram[table: table, index].isNone {
        ram[table: table, index] = Entry(pfn: UInt64(spare), .kernelTable)
        markTable(spare)
        ram[ram.paging].tables[at - 1] += 1
        spare += 1
      }
      table = ram[table: table, index].pfn
    }
    return table
  }
}
