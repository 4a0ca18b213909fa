extension Stacks {
  /// Stacks are areas and say the same of their pages; stashes hold pages of their own; the statistics
  /// count what stacks list, and what faults have taken once it is accounted for.
  func check(_ users: [UInt32: UInt32], _ checker: inout Checker) {
    let stacks = checker.areas.filter { ram[$0].kind == .stack }
    let root = stackState
    guard !root.isNone, checker.use(root, "stacks: root") else {
      checker.expect(
        root.isNone && stacks.isEmpty && checker.untouched.isEmpty, "stacks: no root",
        UInt64(stacks.count), UInt64(checker.untouched.count))
      return
    }
    var (pages, grown): (Int64, Int64) = (0, 0)
    var ranges: [Range<UInt64>] = []
    for area in stacks {
      let stack = ram[area].stack
      guard checker.use(stack, "stack", ram[area].start) else { continue }
      check(stack, area, users, &checker)
      pages += Int64(ram[area].pageCount)
      if ram[stack].isDynamic { grown += Int64(ram[area].pageCount) - 1 }
      // An end before the start is named by the areas.
      if ram[stack].policy == StackPolicy.reclaim.rawValue, ram[area].start < ram[area].end {
        ranges.append(ram[area].start..<ram[area].end)
      }
    }
    for address in checker.untouched {
      checker.expect(
        ranges.contains { $0.contains(address) }, "page table: attributes of a leaf", address)
    }
    checkStatistics(pages, grown, taken: checkStashes(users, &checker), &checker)
  }

  private func check(
    _ stack: Ref<Stack>, _ area: Ref<VMArea>, _ users: [UInt32: UInt32], _ checker: inout Checker
  ) {
    let (record, place) = (ram[stack], ram[area])
    let isStatic = record.policy == StackPolicy.static.rawValue
    checker.expect(
      record.area == area && StackPolicy(rawValue: record.policy) != nil && record.unused == 0
        && record.pages <= Stack.maximumPages && record.order < 16
        && place.reserved == record.size + 4096 && place.start & (record.size - 1) == 0
        && place.flags.contains(isStatic ? .alloc : .map) && isStatic == !place.pages.isNone,
      "stack: record", place.start, UInt64(record.order))
    var count = 0
    for slot in 0..<Stack.maximumPages where record.slots[slot] != 0 {
      count += 1
      checker.expect(
        !isStatic && slot < record.pages && (!record.isDynamic || slot < Int(place.pageCount)),
        "stack: slot", place.start, UInt64(slot))
      checkHeld(record.slots[slot], UInt64(stack.granule), users, &checker)
    }
    checker.expect(
      isStatic || count == Int(place.pageCount), "stack: pages", place.start, UInt64(count))
  }

  /// Returns how many pages faults have taken.
  private func checkStashes(_ users: [UInt32: UInt32], _ checker: inout Checker) -> Int64 {
    let state = ram[stackState]
    checker.expect(
      state.hasStashes <= 1 && state.unused == 0
        && state.marks >> UInt64(cpuCount) == 0
        && (state.hasStashes == 1 || state.marks == 0), "stacks: stashes",
      UInt64(state.hasStashes), state.marks)
    let used = state.hasStashes == 1 ? stash(cpuCount).lowerBound : 0
    var taken: Int64 = 0
    for slot in 0..<192 {
      let word = state.stashes[slot]
      guard word != 0 else { continue }
      checker.expect(
        slot < used && word >> 1 < ram.frameCount && word != 1, "stash: page", UInt64(slot),
        UInt64(word))
      if word & 1 != 0 {
        taken += 1
      } else {
        checkHeld(word >> 1, StackState.stashed, users, &checker)
      }
    }
    return taken
  }

  /// The record of a page that a stack or a stash holds.
  private func checkHeld(
    _ pfn: UInt32, _ holder: UInt64, _ users: [UInt32: UInt32], _ checker: inout Checker
  ) {
    guard checker.claim(UInt64(pfn), "page of a stack is not RAM") else { return }
    let record = ram[frames.frame(pfn)]
    var expected = Frame()
    expected.flags = checker.flags(pfn)
    expected.index = Frame.orphan
    expected.private = holder
    expected.mapcount = PageType.none &+ (users[pfn] ?? 0)
    expected.refcount = record.refcount
    expected.inheritPast(of: record)
    checker.expect(
      record == expected && record.refcount > 0, "page of a stack: frame record", UInt64(pfn))
  }

  private func checkStatistics(
    _ pages: Int64, _ grown: Int64, taken: Int64, _ checker: inout Checker
  ) {
    let state = ram[stackState]
    checker.expect(
      state.kernelPages == pages &+ state.lostPages &- taken
        && state.faultPages == grown &+ state.lostPages &- taken, "stacks: statistics",
      UInt64(bitPattern: state.kernelPages), UInt64(bitPattern: state.faultPages))
    checker.expect(
      state.lostPages == 0 || state.lostPages > 0 && has(.rfcStackCount), "stacks: lost pages",
      UInt64(bitPattern: state.lostPages))
  }
}
