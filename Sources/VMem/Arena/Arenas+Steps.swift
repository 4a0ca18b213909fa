/// Frees of an arena's pages in parts, and its lock, which lies between them and everybody else.
///
/// Up to 6.19 the lock is a mutex that a free keeps from its first part to its last: users first, then
/// the kernel's entries. From 7.0 on it is a spinlock, kept while the kernel's entries are cleared;
/// TLBs, users and pages follow without it.
extension Arenas {
  /// What is still to do of a free, besides taking the lock.
  private enum Phase {
    case clear, flush, zap, drop

    static let newer: [Phase] = [.clear, .flush, .zap, .drop]
    static let older: [Phase] = [.zap, .clear, .flush, .drop]
  }

  private var phases: [Phase] { has(.arenaAnywhere) ? Phase.newer : Phase.older }

  // MARK: The lock

  /// Takes an arena's lock for the time of a call; false where another CPU keeps it that cannot be
  /// waited for (`raw_res_spin_lock` gives up). Who may wait lets the other CPU's free end first.
  @inline(__always)
  func lock(_ arena: Ref<Arena>) -> Bool {
    ram[Superblock.ref].busyCPUs == 0 || lockAmongOthers(arena)
  }

  @inline(never)
  private func lockAmongOthers(_ arena: Ref<Arena>) -> Bool {
    guard let holder = holder(of: arena) else { return true }
    if has(.arenaAnywhere) { return false }
    finishFree(on: holder)
    return true
  }

  private func holder(of arena: Ref<Arena>) -> Int? {
    for cpu in 0..<cpuCount where isFreeing(arena, cpu) {
      if !has(.arenaAnywhere) || ram[ram.perCPU(cpu)].step.phase == 0 { return cpu }
    }
    return nil
  }

  private func isFreeing(_ arena: Ref<Arena>, _ cpu: Int) -> Bool {
    let step = ram[ram.perCPU(cpu)].step
    return step.kind == StepState.Kind.arenaFree.rawValue && step.arena == arena
  }

  /// The refusal of a call that has not got an arena's lock.
  func arenaLocked(_ outcome: Refusal.Outcome, _ arena: Ref<Arena>) -> Refusal {
    Refusal(outcome, .arenaLocked, UInt64(holder(of: arena) ?? 0))
  }

  /// What is said of a free that has not got an arena's lock.
  func arenaFreeWaits(_ arena: Ref<Arena>) -> Refusal {
    Refusal(.null, .arenaFreeWaits, UInt64(holder(of: arena) ?? 0))
  }

  /// Ends the frees of an arena that CPUs are in the middle of: their callers have references to it.
  func finishDividedFrees(of arena: Ref<Arena>) {
    for cpu in 0..<cpuCount where isFreeing(arena, cpu) { finishFree(on: cpu) }
  }

  private func finishFree(on other: Int) {
    let before = cpu
    switchCPU(to: other)
    let at = ram.perCPU(other)
    while ram[at].step.kind == StepState.Kind.arenaFree.rawValue { _ = stepArenaFree(at) }
    switchCPU(to: before)
  }

  // MARK: Parts

  func beginArenaFree(
    _ address: UInt64, user: UInt64, count: UInt64, _ at: Ref<PerCPU>
  ) throws(Refusal) -> Step {
    let pages = try freedPages(address, user: user, count: count)
    guard lock(pages.arena), context == .process else {
      try free(pages)
      return steps.whole()
    }
    try checkUserList(pages)
    ram[at].step.arena = pages.arena
    ram[at].step.start = pages.address
    ram[at].step.end = pages.address + pages.count << 12
    steps.start(at, .arenaFree, total: 0)
    return didOfFree(.lockTaken, at)
  }

  func stepArenaFree(_ at: Ref<PerCPU>) -> Step {
    while true {
      let state = ram[at].step
      let pages = pages(of: state)
      let kernel = kernelStart(state.arena) + pages.low
      switch phases[Int(state.phase & 3)] {
      case .clear:
        markFree(pages)
        ram[at].step.list = detach(state.arena, kernel, pages.count)
        FlushObligation(ram, kernel, kernel + pages.count << 12).deferToPurge()
        ram[at].step.phase += 1
        return didOfFree(.entriesCleared, at)
      case .flush:
        let other = Int(state.flushed)
        TLBFlush(ram: ram).kernelRange(kernel, kernel + pages.count << 12, on: other)
        ram[at].step.flushed += 1
        if other + 1 >= cpuCount { ram[at].step.phase += 1 }
        return didOfFree(.tlbFlushed, at, UInt64(other))
      case .zap:
        guard let space = usersToZap(state).first else {
          ram[at].step.phase += 1
          continue
        }
        zapUsers(state.arena, pages.low, pages.count, in: space)
        ram[at].step.space = space
        return didOfFree(.usersZapped, at, map.pageOffset + space.physicalAddress)
      case .drop:
        ram[at].step.list = 0
        ram[at].step.phase += 1
        drop(detached: state.list, pages.count)
        return didOfFree(.pagesFreed, at)
      }
    }
  }

  /// Notes a part; how many there will be depends on the users there are now.
  private func didOfFree(_ part: Step.Part, _ at: Ref<PerCPU>, _ value: UInt64 = 0) -> Step {
    let state = ram[at].step
    var left: UInt32 = 0
    for phase in phases.dropFirst(Int(state.phase)) {
      switch phase {
      case .clear, .drop: left += 1
      case .flush: left += UInt32(cpuCount) - UInt32(state.flushed)
      case .zap: left += UInt32(usersToZap(state).count)
      }
    }
    ram[at].step.total = state.done + 1 + left
    return steps.did(part, at, value)
  }

  private func pages(of state: StepState) -> FreedPages {
    FreedPages(
      arena: state.arena, address: state.start, count: (state.end &- state.start) >> 12)
  }

  /// The user address spaces that a free still has to take pages from, by the places of their records.
  private func usersToZap(_ state: StepState) -> [Ref<UserSpace>] {
    guard zapsUsers(state) else { return [] }
    var spaces: [Ref<UserSpace>] = []
    users.forEachSpace { space in
      guard space.granule > state.space.granule else { return }
      var hasArena = false
      users.forEachMapping(of: space) {
        let mapping = ram[$0]
        guard mapping.kind == .arena, mapping.object == state.arena.granule else { return }
        if mapping.isListed { hasArena = true }
      }
      if hasArena { spaces.append(space) }
    }
    return spaces.sorted { $0.granule < $1.granule }
  }

  /// Whether a free looks for users: of a single page only when it has some.
  private func zapsUsers(_ state: StepState) -> Bool {
    let pages = pages(of: state)
    guard ram[state.arena].mappings != 0 else { return false }
    if pages.count > 1 || !state.space.isNone { return true }
    guard !isCleared(state) else { return state.list != 0 && isUsedElsewhere(state.list) }
    return zapsUsers(pages)
  }

  private func isCleared(_ state: StepState) -> Bool {
    phases.prefix(Int(state.phase)).contains(.clear)
  }

  // MARK: Invariants

  /// What a CPU has noted of a free in the middle: the arena, and the pages that only it knows.
  func checkArenaFree(
    _ step: StepState, _ cpu: UInt64, _ users: [UInt32: UInt32], _ checker: inout Checker
  ) {
    guard step.kind == StepState.Kind.arenaFree.rawValue else {
      checker.expect(
        step.arena.isNone && step.space.isNone && step.flushed == 0
          && (step.phase == 0 || step.kind == StepState.Kind.schedule.rawValue && step.phase < 3),
        "step: arena", cpu)
      return
    }
    checker.expect(
      checker.isUsed(step.arena) && step.phase < 4 && step.flushed <= cpuCount
        && step.start < step.end && (step.start | step.end) & 4095 == 0
        && (step.end - step.start) <= Arena.window
        && (isCleared(step) || step.list == 0 && step.flushed == 0), "step: arena", cpu)
    guard checker.isUsed(step.arena) else { return }
    // The upper half of the addresses is the arena's.
    checker.expect(
      step.start >> 32 == ram[step.arena].userStart >> 32 && step.end <= ram[step.arena].userEnd,
      "step: arena", cpu)
    var pfn = step.list
    // A list that goes in circles meets a page that is claimed.
    while pfn != 0, checker.claim(UInt64(pfn), "step: page of an arena") {
      let record = ram[frames.frame(pfn)]
      let mapped = users[pfn] ?? 0
      var expected = Frame()
      expected.flags = checker.flags(pfn)
      expected.next = record.next
      expected.index = Frame.ofArena
      expected.mapcount = PageType.none &+ mapped
      expected.refcount = record.refcount
      expected.inheritPast(of: record)
      checker.expect(
        record == expected && Int64(record.refcount) > Int64(mapped), "step: page of an arena",
        UInt64(pfn))
      pfn = record.next
    }
  }
}
