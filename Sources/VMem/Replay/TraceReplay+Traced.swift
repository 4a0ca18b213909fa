/// The events of a kernel's vmalloc tracepoints, done once more on this machine.
extension TraceReplay {
  /// Makes the CPU of an event the current one; of CPUs that this machine has not got, one it has.
  package func runsTraced(on cpu: Int) {
    switchCPU(to: cpu % cpuCount)
  }

  /// Allocates as `alloc_vmap_area` does, and files the area at the address that the trace has.
  ///
  /// - Parameters:
  ///   - request: what was asked for; it must be sound.
  ///   - address: where the traced machine put it.
  ///   - caller: what vmallocinfo shows; areas with it make way for others of the trace.
  package func replay(
    _ request: TracedRequest, at address: UInt64, caller: Ref<Symbol>
  ) -> TracedPlace {
    let record = tracedArea(request, caller)
    let head = areas.pooledHead(request)
    let own = areas.allocateTraced(record, request)
    var place = TracedPlace()
    if !own.isNone {
      place.own = ram[own].start
      place.isOwnPooled = own == head
      if ram[own].start == address { return place }
      areas.takeBack(own, toPool: place.isOwnPooled)
    }
    force(record, request, at: address, caller, &place)
    return place
  }

  /// Asks as `alloc_vmap_area` does where the traced machine had no room, and returns the address that
  /// there is here, which stays free; nil for none.
  package func replayFailure(_ request: TracedRequest) -> UInt64? {
    let head = areas.pooledHead(request)
    let own = areas.allocateTraced(tracedArea(request, .none), request)
    guard !own.isNone else { return nil }
    let start = ram[own].start
    areas.takeBack(own, toPool: own == head)
    return start
  }

  private func tracedArea(_ request: TracedRequest, _ caller: Ref<Symbol>) -> VMArea {
    if request.isMapBlock {
      var record = VMArea(mapRAM: request.size)
      record.isTraced = true
      return record
    }
    var record = VMArea()
    record.reserved = request.size
    // A page alone has no room for a guard.
    if request.size == 4096 { record.flags = .noGuard }
    record.requestedSize = record.size
    record.caller = caller
    return record
  }

  private func force(
    _ record: VMArea, _ request: TracedRequest, at address: UInt64, _ caller: Ref<Symbol>,
    _ place: inout TracedPlace
  ) {
    var record = record
    if request.isWhole, areas.nodeCount > 1 {
      record.areaFlags |= UInt32(cpu % areas.nodeCount + 1) << 8
    }
    record.start = address
    let busy = areas.busyArea(in: address, record.end)
    guard busy.isNone || isOfTrace(busy, caller), let area = caches.allocate(VMArea.self)
    else {
      place.found = busy.isNone ? .nowhere : .busy(start: ram[busy].start)
      return
    }
    guard let claimed = claim(area, record, request, caller, &place) else {
      caches.free(area)
      place.found = .nowhere
      return
    }
    if claimed != area { caches.free(area) }
    do throws(AreaAllocator.Failure) {
      _ = try areas.file(AreaAllocator.Place(area: claimed, address: address), record)
    } catch {
      place.found = .nowhere
    }
  }

  /// Takes the record's range from whatever has it, and returns the descriptor to file; nil where that
  /// cannot be done.
  private func claim(
    _ area: Ref<VMArea>, _ record: VMArea, _ request: TracedRequest, _ caller: Ref<Symbol>,
    _ place: inout TracedPlace
  ) -> Ref<VMArea>? {
    let (start, size) = (record.start, record.reserved)
    if place.isOwnPooled, let passed = passPool(record, request, &place) { return passed }
    if areas.space.reserve(start, size) {
      place.found = .free
      return area
    }
    if let pooled = areas.takePooled(at: start, size: size) {
      place.found = .pool(node: pooled.node, place: pooled.place)
      return pooled.area
    }
    if areas.hasPooledAreas, areas.busyArea(in: start, record.end).isNone {
      // Nothing in a trace tells that the shrinker ran, or that a purge was one of a reclaim.
      areas.shrinkNodes()
      let again = areas.allocateTraced(record, request)
      if !again.isNone, ram[again].start == start {
        areas.removeBusy(again)
        place.found = .emptiedPools
        return again
      }
      if !again.isNone { areas.takeBack(again, toPool: false) }
    }
    if areas.space.reserve(start, size) {
      place.found = .free
      return area
    }
    return unearth(area, record, caller, &place)
  }

  /// Allocates from the tree where a pool has something; nil where that is not the traced address
  /// either.
  private func passPool(
    _ record: VMArea, _ request: TracedRequest, _ place: inout TracedPlace
  ) -> Ref<VMArea>? {
    let area = areas.allocateFromTree(record, request)
    guard !area.isNone else { return nil }
    guard ram[area].start == record.start else {
      areas.takeBack(area, toPool: false)
      return nil
    }
    areas.removeBusy(area)
    place.found = .passedPool
    if !request.meetsPurge {
      areas.shrinkNodes()
      place.found = .emptiedPools
    }
    return area
  }

  /// Makes what lies in the record's range free, and takes it.
  private func unearth(
    _ area: Ref<VMArea>, _ record: VMArea, _ caller: Ref<Symbol>, _ place: inout TracedPlace
  ) -> Ref<VMArea>? {
    place.found = .unpurged
    var limit = caches.stepLimit(VMArea.self)
    while true {
      let busy = areas.busyArea(in: record.start, record.end)
      guard !busy.isNone else { break }
      limit.step()
      guard isOfTrace(busy, caller), !mappings.mustStay(busy) else { return nil }
      place.found = .stale
      place.evicted += ram[busy].reserved
      vmAreas.removeArea(busy)
    }
    _ = areas.purge(full: true)
    return areas.space.reserve(record.start, record.reserved) ? area : nil
  }

  /// Whether an area was allocated from a trace.
  private func isOfTrace(_ area: Ref<VMArea>, _ caller: Ref<Symbol>) -> Bool {
    ram[area].caller == caller || ram[area].isTraced
  }

  /// What became of an area that the traced machine freed.
  package enum TracedFree: Sendable {
    /// It waits for a purge: so many bytes.
    case freed(UInt64)
    /// No area starts there.
    case unknown
    /// The area's owner is an object of this machine, and only that frees it.
    case kept
  }

  /// Frees the area that starts at an address, as `free_vmap_area_noflush` does; the pages it owns go
  /// with it.
  package func replayFree(_ address: UInt64, caller: Ref<Symbol>) -> TracedFree {
    let area = areas.busyArea(startingAt: address)
    guard !area.isNone else { return .unknown }
    let size = ram[area].reserved
    if !isOfTrace(area, caller) { stamp(area) }
    switch ram[area].kind {
    case .caller:
      guard !mappings.mustStay(area) else { return .kept }
      if ram[area].pages.isNone {
        vmAreas.removeArea(area)
      } else {
        mappings.freeAreaAndPages(area)
      }
    case .mapRAM, .imported: vmAreas.removeArea(area)
    case .mapBlock:
      let block = areas.blocks.block(containing: address)
      guard !block.isNone else { return .kept }
      tables.unmap(address, address &+ size).deferToPurge()
      areas.blocks.giveUp(block)
    case .stack, .arena, .perCPU, .perCPUChunk: return .kept
    }
    return .freed(size)
  }

  /// Gives an area of the vmalloc window the current CPU's node where lists and rows of another machine
  /// did not say which it has; an area of the trace has none only if its window was another.
  private func stamp(_ area: Ref<VMArea>) {
    let start = ram[area].start
    guard areas.nodeCount > 1, ram[area].areaFlags >> 8 == 0, map.isVmallocAddress(start),
      !callerText(ram[area]).hasPrefix("pcpu_get_vm_areas")
    else { return }
    ram[area].areaFlags |= UInt32(cpu % areas.nodeCount + 1) << 8
  }

  /// Areas that wait for a purge.
  package var lazyAreaCount: Int { areas.lazyCount }

  /// Pages that may wait before a drain is scheduled (`lazy_max_pages`).
  package var lazyMaximum: UInt64 { areas.lazyMaximum }

  /// Whether rows or lists that the machine was made of say nothing of its vmap nodes' pools.
  package var arePoolsUnknown: Bool { ram[areas.state].poolsUnknown != 0 }

  /// Whether neighbours that wait for a purge become one (kernels before 6.9).
  package var mergesLazyAreas: Bool { has(.lazyMerge) }

  /// What vmallocinfo shows as the caller of an area; empty for none.
  package func callerText(_ area: VMArea) -> String {
    area.caller.isNone ? "" : String(decoding: ram.text(of: area.caller), as: UTF8.self)
  }

  /// Purges as the traced machine did.
  ///
  /// - Parameters:
  ///   - full: whether pools are emptied and not filled, as a reclaim has it.
  ///   - waiting: first bytes of areas that this purge did not see: they go on waiting.
  package func replayPurge(full: Bool, butFor waiting: ArraySlice<UInt64>) {
    var kept: [Ref<VMArea>] = []
    for start in waiting {
      let area = areas.takeLazy(at: start)
      if !area.isNone { kept.append(area) }
    }
    _ = areas.purge(full: full)
    for area in kept { areas.freeLazily(area) }
  }

  /// Ends a replay: a drain that its frees would have scheduled is one of the trace's own events.
  package func endReplay(on cpu: Int) {
    runsTraced(on: cpu)
    ram[areas.state].drainScheduled = 0
  }

  /// The largest free block in [start, end), in bytes.
  package func largestFree(from start: UInt64, to end: UInt64) -> UInt64 {
    if let most = areas.space.largest(from: start, to: end) { return most }
    var most: UInt64 = 0
    vmAreas.forEachFreeBlock { low, high in
      let (low, high) = (max(low, start), min(high, end))
      if high > low { most = max(most, high - low) }
    }
    return most
  }
}
