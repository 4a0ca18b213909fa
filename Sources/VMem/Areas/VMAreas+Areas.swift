/// Getting, finding and freeing kernel virtual areas.
extension VMAreas {
  /// IOREMAP_MAX_ORDER of x86-64: alignment of VM_IOREMAP areas stops at 1 GiB.
  static let ioremapMaximumOrder: UInt64 = 30

  /// Carries out `Machine.getVMArea`.
  @inline(__always)
  package func getVMArea(
    size requested: UInt64, flags: VMFlags = [], align: UInt64 = 1, start: UInt64? = nil,
    end: UInt64? = nil, shift: UInt64 = 12, gfp: GFP = .kernel,
    caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try beginAreaCall()
    let area: Ref<VMArea>
    do throws(Refusal) {
      area = try reserve(
        requested, flags, align: align, start: start, end: end, shift: shift, gfp, caller,
        isPlain: start == nil && end == nil)
    } catch {
      throw afterCall(error)
    }
    let address = ram[area].start
    endCall()
    return address
  }

  /// The same with nothing asked for but a size, as most callers do: what is not asked for costs nothing.
  package func getVMArea(size requested: UInt64) throws(Refusal) -> UInt64 {
    try getVMArea(size: requested, flags: [])
  }

  /// Ends a call that is refused: out of the way of those that are not.
  @inline(never)
  private func afterCall(_ refusal: Refusal) -> Refusal {
    endCall()
    return refusal
  }

  func makeArea(
    size requested: UInt64, flags: VMFlags = [], align: UInt64 = 1, start: UInt64? = nil,
    end: UInt64? = nil, shift: UInt64 = 12, gfp: GFP = .kernel,
    caller: Ref<Symbol> = .none
  ) throws(Refusal) -> Ref<VMArea> {
    try reserve(
      requested, flags, align: align, start: start, end: end, shift: shift, gfp, caller)
  }

  @inline(__always)
  private func reserve(
    _ requested: UInt64, _ flags: VMFlags, align: UInt64, start: UInt64?, end: UInt64?,
    shift: UInt64, _ gfp: GFP, _ caller: Ref<Symbol>, isPlain: Bool = false
  ) throws(Refusal) -> Ref<VMArea> {
    let context = ram[Superblock.ref].contexts[cpu]
    if context >= ExecutionContext.softirq.rawValue,
      context >= ExecutionContext.irq.rawValue || has(.softirqBug)
    {
      throw bug(.__get_vm_area_node, .inInterrupt, UInt64(context))
    }
    guard let (size, align) = Self.extent(requested, flags, align: align, shift: shift) else {
      throw Refusal(.null, .sizeRoundsToZero, requested)
    }
    if size == 0 && has(.sizeWrapBug) {
      throw bug(.alloc_vmap_area, .sizeWraps, requested)
    }
    if align.nonzeroBitCount != 1 && has(.sizeWrapBug) {
      throw bug(.alloc_vmap_area, .alignmentNotPowerOfTwo, align)
    }
    let mayBlock = gfp.mayBlock || has(.searchSleeps)
    if mayBlock { mightSleep(.alloc_vmap_area) }
    let (from, to) = (start ?? map.vmallocStart, end ?? map.vmallocEnd)
    var record = VMArea()
    record.reserved = size
    record.requestedSize = requested
    record.flags = flags
    record.caller = caller
    do throws(AreaAllocator.Failure) {
      return try areas.allocate(
        record, align: align, start: from, end: to, mayBlock: mayBlock, isPlain: isPlain)
    } catch {
      return try afterFailure(
        error, record, align: align, start: from, end: to, gfp)
    }
  }

  /// What an area of a size takes and how it is aligned, in bytes: whole pages or more, with its guard
  /// page; an ioremap by its own size. Nil for a size that rounds to nothing.
  @inline(__always)
  package static func extent(
    _ requested: UInt64, _ flags: VMFlags, align: UInt64, shift: UInt64 = 12
  ) -> (size: UInt64, align: UInt64)? {
    let mask = UInt64(1) &<< shift &- 1
    let size = (requested &+ mask) & ~mask
    guard size != 0 else { return nil }
    var align = align
    if flags.contains(.ioremap) {
      let order = UInt64(64 - (size - 1).leadingZeroBitCount)
      align = 1 << min(max(order, 12), ioremapMaximumOrder)
    }
    return (flags.contains(.noGuard) ? size : size &+ 4096, align)
  }

  /// What is left when even a purge has made no room: ask who keeps areas for later, and try again.
  @inline(never)
  private func afterFailure(
    _ failure: AreaAllocator.Failure, _ record: VMArea, align: UInt64, start: UInt64, end: UInt64,
    _ gfp: GFP
  ) throws(Refusal) -> Ref<VMArea> {
    let mayBlock = gfp.mayBlock || has(.searchSleeps)
    var failure = failure
    while mayBlock, case .noHole = failure, callPurgeNotifiers() {
      do throws(AreaAllocator.Failure) {
        return try areas.allocateAgain(
          record, align: align, start: start, end: end, mayBlock: mayBlock)
      } catch {
        failure = error
      }
    }
    throw refusal(
      failure, requested: record.requestedSize, size: record.reserved, align: align, from: start,
      to: end,
      isLogged: mayBlock && !gfp.contains(.noWarn))
  }

  @inline(never)
  func refusal(
    _ failure: AreaAllocator.Failure, requested: UInt64, size: UInt64, align: UInt64,
    from: UInt64, to: UInt64, isLogged: Bool
  ) -> Refusal {
    switch failure {
    case .badRequest:
      return size == 0
        ? Refusal(.null, .sizeWraps, requested)
        : Refusal(.null, .alignmentNotPowerOfTwo, align)
    case .noDescriptor:
      return Refusal(.null, .noDescriptor)
    case .noHole(.noDescriptor):
      if isLogged { logAllocationFailed(size, from: from, to: to) }
      return Refusal(.null, .noDescriptor)
    case .noHole(.noHole):
      if isLogged { logAllocationFailed(size, from: from, to: to) }
      return Refusal(.null, .noHole, size, align)
    case .noHole(.pastEnd):
      if isLogged { logAllocationFailed(size, from: from, to: to) }
      return Refusal(.null, .holePastRangeEnd, size, from, to)
    }
  }

  /// Carries out `Machine.freeVMArea`.
  @inline(__always)
  package func freeVMArea(_ address: UInt64) throws(Refusal) {
    try beginAreaCall()
    if areas.freePlain(address, if: { tables.hasNothingToUnmap(address, $0) }) {
      mightSleep(.remove_vm_area)
      return endCall()
    }
    try freeByRecord(address)
  }

  /// The rest of `freeVMArea`: for areas that are not plain.
  @inline(never)
  private func freeByRecord(_ address: UInt64) throws(Refusal) {
    let area = areas.takeBusy(startingAt: address) {
      address & 4095 == 0 && ram[$0].isVMStruct && !mappings.mustStay($0)
    }
    guard !area.isNone else { throw afterCall(notFreeable(address)) }
    mightSleep(.remove_vm_area)
    retire(area)
    endCall()
  }

  @inline(never)
  private func notFreeable(_ address: UInt64) -> Refusal {
    if address & 4095 != 0 {
      warn(.remove_vm_area, .badVfree, address)
      return Refusal(.errno(.EINVAL), .addressNotAligned, address)
    }
    let found = areas.busyArea(containing: address)
    // remove_vm_area answers another area or NULL, which is not the area: free_vm_area's BUG_ON.
    if found.isNone { return bug(.free_vm_area, .noAreaAtAddress, address) }
    if ram[found].start != address || !ram[found].isVMStruct {
      return bug(.free_vm_area, .notAreaStart, address, ram[found].start)
    }
    return whyStays(.free_vm_area, found)
  }

  /// Unmaps an area and puts it on its way to the purge (`free_unmap_vmap_area`).
  func removeArea(_ area: Ref<VMArea>) {
    areas.removeBusy(area)
    retire(area)
  }

  /// Ends the life of an area that is no longer busy.
  @inline(__always)
  private func retire(_ area: Ref<VMArea>) {
    let hasMore =
      !ram[area].name.isNone || ram[area].lacksContents
      || !tables.hasNothingToUnmap(ram[area].start, ram[area].end)
    if hasMore { takeAway(area) }
    areas.freeLazily(area)
  }

  /// Takes what an area has beside its addresses: its name, its row, what is mapped in it.
  @inline(never)
  private func takeAway(_ area: Ref<VMArea>) {
    let name = ram[area].name
    if !name.isNone && ram[name].area == area {
      ram[name].isLive = false
      ram[name].area = .none
    }
    if ram[area].lacksContents { forgetRow(area) }
    tables.unmap(ram[area].start, ram[area].end).deferToPurge()
  }

  /// Carries out `Machine.findVMArea`.
  package func findVMArea(_ address: UInt64) -> VMArea? {
    let area = areas.busyArea(containing: address)
    return area.isNone || !ram[area].isVMStruct ? nil : ram[area]
  }

  /// The nearest busy areas: the one that starts at or below `address`, and the one above.
  package func neighbours(of address: UInt64) -> (below: VMArea?, above: VMArea?) {
    let below = areas.busyAreaStarting(atOrBelow: address)
    let above = areas.busyAreaStarting(above: address)
    return (below.isNone ? nil : ram[below], above.isNone ? nil : ram[above])
  }

  /// Carries out `Machine.unmapAliases`.
  func unmapAliases() throws(Refusal) {
    try beginCall()
    defer { endCall() }
    flushAliases()
  }

  /// What `vm_unmap_aliases` does inside another call.
  func flushAliases() {
    mightSleep(.vm_unmap_aliases)
    areas.unmapAliases()
  }

  /// Carries out `Machine.drainLazyAreas`.
  func drainLazyAreas() throws(Refusal) {
    try beginCall()
    defer { endCall() }
    _ = areas.purge(full: false)
  }

  /// Carries out `Machine.reclaimAreas`.
  func reclaimAreas() throws(Refusal) {
    try beginCall()
    defer { endCall() }
    areas.reclaim()
  }

  /// Carries out `Machine.shrinkVmapNodes`.
  func shrinkVmapNodes() throws(Refusal) {
    try beginCall()
    defer { endCall() }
    areas.shrinkNodes()
  }

  /// Runs work that the last call scheduled.
  @inline(__always)
  package func runScheduledWork() {
    if ram[areas.state].hasWork != 0 { carryOutScheduledWork() }
  }

  @inline(never)
  private func carryOutScheduledWork() {
    if ram[ram.mapping].deferredFree != 0 { mappings.runDeferredFrees() }
    if ram[ram.arenas].spans != 0 { arenas.finishArenaFrees() }
    areas.runScheduledDrain()
    if !areas.hasScheduledWork { ram[areas.state].hasWork = 0 }
  }

  /// Calls `body` for every busy area, ascending by address.
  package func forEachBusyArea(_ body: (VMArea) -> Void) { areas.forEachBusy { body(ram[$0]) } }

  /// Calls `body` for every area that waits for a purge: node by node, ascending by address.
  package func forEachLazyArea(_ body: (VMArea, _ node: Int) -> Void) {
    ram.settleFreedArea()
    for number in 0..<areas.nodeCount {
      let list = ram[areas.node(number)].lazy
      caches.expect(list.count, VMArea.self)
      var batch = PurgeBatch(ram: ram)
      batch.load(list.head, count: Int(list.count))
      for index in 0..<batch.count { body(ram[batch[index]], number) }
    }
  }

  /// Calls `body` for every area that waits for a purge: node by node, the one freed last first.
  package func forEachLazyAreaNewestFirst(_ body: (VMArea, _ node: Int) -> Void) {
    ram.settleFreedArea()
    for number in 0..<areas.nodeCount {
      let list = ram[areas.node(number)].lazy
      caches.expect(list.count, VMArea.self)
      var limit = StepLimit(UInt64(list.count))
      var area = list.head
      while !area.isNone {
        limit.step()
        body(ram[area], number)
        area = ram[area].next
      }
    }
  }

  package var vmapNodeCount: Int { areas.nodeCount }
  package func vmapNode(of address: UInt64) -> Int { areas.nodeNumber(of: address) }
}
