/// Calls in parts: two CPUs work at once, in an order that the caller states.
extension Steps {
  /// Pages that a divided call can map: their numbers wait in one frame.
  package static let maximumSteppedPages = 512

  /// Whether the current CPU is in the middle of a call, and nothing has interrupted it.
  @inline(__always)
  package var isBusy: Bool {
    let state = Superblock.ref
    return ram[state].busyCPUs != 0 && ram[state].busyCPUs >> UInt64(cpu) & 1 != 0
      && !context.isInterrupt
  }

  /// The CPUs that are in the middle of a call, a bit each.
  @inline(__always)
  package var busyCPUs: UInt64 { ram[Superblock.ref].busyCPUs }

  /// Does the first part of a call on a CPU. What the call refuses at once is thrown.
  ///
  /// Refuses with -EINVAL where there is no such CPU, with -EBUSY on a CPU that is in the middle of
  /// another call or in an interrupt, or while another CPU has what the call would wait for
  /// (`vmap_purge_lock`).
  package func begin(_ call: DividedCall, on cpu: UInt64) throws(Refusal) -> Step {
    try on(cpu) { () throws(Refusal) in
      let at = ram.perCPU(self.cpu)
      guard ram[at].step.kind == 0 else {
        throw Refusal(.errno(.EBUSY), highmem.isAsleep ? .cpuSleeps : .cpuInTheMiddle, cpu)
      }
      switch call {
      case .vfree(let address): return try beginVfree(address, at)
      case .vmAreaMapPages(let area, let start, let end, let pages):
        try mappings.checkSparseMapping(area: area, start: start, end: end)
        return try beginMapping(start, end, pages, at)
      case .vmapPagesRange(let start, let end, let pages):
        try mappings.checkMapping(start: start, end: end)
        return try beginMapping(start, end, pages, at)
      case .vmAreaUnmapPages(let area, let start, let end):
        try mappings.checkSparseUnmapping(area: area, start: start, end: end)
        return try beginUnmapping(start, end, at)
      case .vunmapRange(let start, let end): return try beginUnmapping(start, end, at)
      case .unmapAliases, .drain: return try beginPurge(call, at)
      case .schedule: return stacks.beginSchedule(at)
      case .arenaFreePages(let arena, let address, let count):
        return try arenas.beginArenaFree(arena, user: address, count: count, at)
      }
    }
  }

  /// Does the next part of the call that a CPU is in the middle of; -ENOENT where there is none, -EBUSY
  /// while an interrupt keeps the CPU from it.
  package func step(_ cpu: UInt64) throws(Refusal) -> Step {
    try on(cpu) { () throws(Refusal) in
      let at = ram.perCPU(self.cpu)
      switch StepState.Kind(rawValue: ram[at].step.kind) ?? .none {
      case .none: throw Refusal(.errno(.ENOENT), .noCallToStep, cpu)
      case .vfree: return stepVfree(at)
      case .map:
        do throws(Refusal) {
          return try stepMapping(at)
        } catch {
          finish(at)
          throw error
        }
      case .unmap: return stepUnmapping(at)
      case .purge: return stepPurge(at)
      case .arenaFree: return arenas.stepArenaFree(at)
      case .schedule: return stacks.stepSchedule(at)
      case .asleep: throw Refusal(.errno(.EBUSY), .cpuSleeps, cpu)
      }
    }
  }

  /// Runs `body` as a CPU.
  private func on(
    _ cpu: UInt64, _ body: () throws(Refusal) -> Step
  ) throws(Refusal) -> Step {
    let before = UInt64(self.cpu)
    try selectCPU(cpu)
    let result: Step
    do throws(Refusal) {
      if context.isInterrupt { throw Refusal(.errno(.EBUSY), .cpuInInterrupt, cpu) }
      result = try body()
    } catch {
      try selectCPU(before)
      throw error
    }
    try selectCPU(before)
    return result
  }

  // MARK: Parts

  func start(_ at: Ref<PerCPU>, _ kind: StepState.Kind, total: UInt32) {
    ram[at].step.kind = kind.rawValue
    ram[at].step.total = total
    ram[Superblock.ref].busyCPUs |= 1 << UInt64(cpu)
  }

  /// Notes that one more part is done, which may be the last.
  func did(_ part: Step.Part, _ at: Ref<PerCPU>, _ value: UInt64 = 0) -> Step {
    ram[at].step.done += 1
    let step = Step(
      part: part, number: ram[at].step.done, total: ram[at].step.total, value: value)
    if step.number >= step.total { finish(at) }
    return step
  }

  func whole() -> Step { Step(part: .whole, number: 1, total: 1, value: 0) }

  private func finish(_ at: Ref<PerCPU>) {
    if ram[at].step.list != 0 { frames.free(ram[at].step.list) }
    ram[at].step = StepState()
    ram[Superblock.ref].busyCPUs &= ~(1 << UInt64(cpu))
  }

  // MARK: vfree

  private func beginVfree(_ address: UInt64, _ at: Ref<PerCPU>) throws(Refusal) -> Step {
    let isPlain = context == .process && address != 0 && address & 4095 == 0
    let area = isPlain ? areas.busyArea(containing: address) : .none
    guard !area.isNone, ram[area].isVMStruct, !mappings.mustStay(area) else {
      try mappings.vfree(address)
      return whole()
    }
    var state = StepState()
    state.isLent = ram[area].flags.contains(.mapPutPages) ? 1 : 0
    state.resets = ram[area].flags.contains(.flushResetPerms) ? 1 : 0
    state.start = ram[area].array
    state.set = ram[area].pages
    ram[at].step = state
    mappings.takeAway(area)
    start(at, .vfree, total: state.resets == 0 ? 2 : 3)
    return did(.entriesCleared, at, address)
  }

  private func stepVfree(_ at: Ref<PerCPU>) -> Step {
    let state = ram[at].step
    if state.resets != 0, state.done == 1 {
      mappings.resetPermissions(state.set.isNone ? [] : mappings.pageNumbers(of: state.set))
      return did(.permissionsReset, at)
    }
    mappings.freePages(of: state.set, isLent: state.isLent != 0, array: state.start)
    return did(.pagesFreed, at)
  }

  // MARK: Mapping

  private func beginMapping(
    _ first: UInt64, _ end: UInt64, _ pages: [UInt64], _ at: Ref<PerCPU>
  ) throws(Refusal) -> Step {
    guard first & 4095 == 0, end & 4095 == 0 else {
      try mappings.mapPages(first, end, pages)
      return whole()
    }
    let count = (end - first) >> 12
    guard count <= UInt64(Self.maximumSteppedPages) else {
      throw Refusal(.errno(.E2BIG), .tooManySteps, count, UInt64(Self.maximumSteppedPages))
    }
    guard let list = frames.allocate() else { throw Refusal(.errno(.ENOMEM), .noFrames) }
    for (index, pfn) in pages.prefix(Int(count)).enumerated() {
      // One more than the number, so that nothing stands for no page.
      ram[table: UInt64(list), index] = Entry(bits: pfn &+ 1)
    }
    ram[at].step.start = first
    ram[at].step.end = end
    ram[at].step.list = list
    start(at, .map, total: UInt32(count))
    do throws(Refusal) {
      return try stepMapping(at)
    } catch {
      finish(at)
      throw error
    }
  }

  private func stepMapping(_ at: Ref<PerCPU>) throws(Refusal) -> Step {
    let state = ram[at].step
    let address = state.start + UInt64(state.done) << 12
    let bits = ram[table: UInt64(state.list), Int(state.done)].bits
    let page = bits == 0 ? [] : [bits &- 1]
    // Made since the part before.
    try arenas.refuseArenas(.vmap_pages_pte_range, address, address + 4096)
    try mappings.mapPages(address, address + 4096, page)
    return did(.pageMapped, at, address)
  }

  // MARK: Unmapping

  private func beginUnmapping(
    _ first: UInt64, _ end: UInt64, _ at: Ref<PerCPU>
  ) throws(Refusal) -> Step {
    try mappings.clearRange(start: first, end: end).deferToPurge()
    ram[at].step.start = first
    ram[at].step.end = end
    start(at, .unmap, total: UInt32(cpuCount) + 1)
    return did(.entriesCleared, at, first)
  }

  private func stepUnmapping(_ at: Ref<PerCPU>) -> Step {
    let state = ram[at].step
    let other = Int(state.done) - 1
    TLBFlush(ram: ram).kernelRange(state.start, state.end, on: other)
    return did(.tlbFlushed, at, UInt64(other))
  }

  // MARK: Purging

  private func beginPurge(_ call: DividedCall, _ at: Ref<PerCPU>) throws(Refusal) -> Step {
    if case .unmapAliases = call { mightSleep(.vm_unmap_aliases) }
    let holder = ram[Superblock.ref].areas.purgeHolder
    guard holder == 0 else {
      throw Refusal(.errno(.EBUSY), .purgeUnderWay, UInt64(holder - 1))
    }
    let range: (start: UInt64, end: UInt64)?
    if case .unmapAliases = call { range = areas.blocks.purgeOrCollect() } else { range = nil }
    guard let flush = areas.detachLazy(also: range) else { return whole() }
    ram[at].step.start = flush.start
    ram[at].step.end = flush.end
    ram[Superblock.ref].areas.purgeHolder = UInt32(cpu) + 1
    start(at, .purge, total: UInt32(cpuCount) + 2)
    return did(.listsDetached, at)
  }

  private func stepPurge(_ at: Ref<PerCPU>) -> Step {
    let state = ram[at].step
    if state.done <= UInt32(cpuCount) {
      let other = Int(state.done) - 1
      TLBFlush(ram: ram).kernelRange(state.start, state.end, on: other)
      return did(.tlbFlushed, at, UInt64(other))
    }
    areas.giveBackDetached()
    ram[Superblock.ref].areas.purgeHolder = 0
    return did(.addressesGivenBack, at)
  }
}

extension AreaAllocator {
  /// Ends the purge that a CPU is in the middle of: what a caller does who waits for its lock.
  func waitForPurge() {
    let cpu = Int(ram[state].purgeHolder) - 1
    let at = ram.perCPU(cpu)
    let step = ram[at].step
    // The first part took the lists; every one behind it was the flush of a CPU.
    for other in Int(step.done) - 1..<max(Int(step.done) - 1, Int(ram[Superblock.ref].cpus)) {
      TLBFlush(ram: ram).kernelRange(step.start, step.end, on: other)
    }
    giveBackDetached()
    ram[at].step = StepState()
    ram[Superblock.ref].busyCPUs &= ~(1 << UInt64(cpu))
    ram[state].purgeHolder = 0
  }
}
