/// Pages that wait on each CPU for faults of dynamic stacks.
extension Stacks {
  var stackState: Ref<StackState> { ram[Superblock.ref].stacks }

  /// Makes what all stacks share and, for the first dynamic one, every CPU's stash: the kernel's hotplug
  /// state `fork:dynamic_stack`. A stash that cannot be filled does not stop it.
  func prepareStacks(_ policy: StackPolicy) throws(Refusal) {
    if stackState.isNone {
      guard let state = caches.allocate(StackState.self) else {
        throw Refusal(.null, .noDescriptor)
      }
      ram[state].kernelPages = 0
      ram[state].faultPages = 0
      ram[state].lostPages = 0
      ram[state].marks = 0
      ram[state].unused = 0
      ram[state].hasStashes = 0
      for slot in 0..<192 { ram[state].stashes[slot] = 0 }
      ram[Superblock.ref].stacks = state
    }
    guard policy == .dynamic, ram[stackState].hasStashes == 0 else { return }
    ram[stackState].hasStashes = 1
    for cpu in 0..<cpuCount {
      for slot in stash(cpu) { ram[stackState].stashes[slot] = stashPage() }
    }
  }

  /// Places of a CPU's stash.
  func stash(_ cpu: Int) -> Range<Int> {
    cpu * StackState.stashPages..<(cpu + 1) * StackState.stashPages
  }

  /// A page as a stash keeps it, or 0 when there is none.
  private func stashPage() -> UInt32 {
    guard let pfn = frames.allocatePage() else { return 0 }
    hold(pfn, StackState.stashed)
    return pfn << 1
  }

  /// Takes the first page of this CPU's stash that is there: it is marked, not removed.
  func takeStashedPage() -> UInt32? {
    for slot in stash(cpu) {
      let word = ram[stackState].stashes[slot]
      guard word != 0, word & 1 == 0 else { continue }
      ram[stackState].stashes[slot] = word | 1
      return word >> 1
    }
    return nil
  }

  /// Carries out `Machine.schedule`.
  func schedule() throws(Refusal) {
    try beginCall()
    defer { endCall() }
    enterScheduler()
  }

  private func enterScheduler() {
    if context != .process {
      ram[ram.log].warnings += 1
      logMessage(.schedulingWhileAtomic, level: 3, .schedule, UInt64(context.rawValue))
    }
    refillStash()
  }

  /// The part of a switch, to another task or to the same, that concerns stacks.
  func refillStash() {
    let bit = UInt64(1) << UInt64(cpu)
    guard !stackState.isNone, ram[stackState].marks & bit != 0 else { return }
    ram[stackState].marks &= ~bit
    for slot in stash(cpu) {
      guard ram[stackState].stashes[slot] & 1 != 0 else { return }
      _ = refill(slot)
    }
  }

  /// Accounts for the page that a slot had, and puts another there; false when there is none.
  private func refill(_ slot: Int) -> Bool {
    ram[stackState].kernelPages += 1
    ram[stackState].faultPages += 1
    let page = stashPage()
    if page == 0 { logMessage(.stashNotRefilled, level: 3) }
    ram[stackState].stashes[slot] = page
    return page != 0
  }

  // MARK: Parts

  /// The first part of `schedule`: the task is no longer marked, and its slots are still to be filled.
  func beginSchedule(_ at: Ref<PerCPU>) -> Step {
    let bit = UInt64(1) << UInt64(cpu)
    guard context == .process, !stackState.isNone, ram[stackState].marks & bit != 0 else {
      enterScheduler()
      return steps.whole()
    }
    ram[stackState].marks &= ~bit
    steps.start(at, .schedule, total: 1 + markedSlots(at))
    return steps.did(.markCleared, at)
  }

  /// Fills one slot, unless somebody who came in between has done so: then nothing is left to do.
  func stepSchedule(_ at: Ref<PerCPU>) -> Step {
    let slot = ram[at].step.phase
    let place = stash(cpu).lowerBound + Int(slot)
    guard ram[stackState].stashes[place] & 1 != 0 else {
      ram[at].step.total = ram[at].step.done + 1
      return steps.did(.slotNotMarked, at, UInt64(slot))
    }
    let isFilled = refill(place)
    ram[at].step.phase += 1
    ram[at].step.total = ram[at].step.done + 1 + markedSlots(at)
    return steps.did(isFilled ? .slotFilled : .slotLost, at, UInt64(slot))
  }

  /// Slots from the next one on that will be filled.
  private func markedSlots(_ at: Ref<PerCPU>) -> UInt32 {
    var count: UInt32 = 0
    for slot in stash(cpu).dropFirst(Int(ram[at].step.phase)) {
      guard ram[stackState].stashes[slot] & 1 != 0 else { break }
      count += 1
    }
    return count
  }
}
