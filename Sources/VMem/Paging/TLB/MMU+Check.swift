extension MMU {
  /// Entries stand in their slots and are counted; those that are not suspect say what the tables say.
  func check(_ checker: inout Checker) {
    let state = ram[TLBState.ref]
    checker.expect(
      ram.hasRightTLBs(BootLayout(configuration, listsTaken: false)), "TLB: slots",
      UInt64(state.slots), UInt64(state.others))
    guard checker.isSound else { return }
    var (used, suspectLarge): (UInt32, UInt32) = (0, 0)
    for cpu in 0..<cpuCount {
      let tlb = TLB(ram: ram, cpu: cpu)
      var count: UInt32 = 0
      for depth in 1...3 {
        for slot in tlb.slots(depth) where tlb.isUsed(slot) {
          count += 1
          if depth > 1 && tlb.isSuspect(slot) { suspectLarge += 1 }
          check(tlb, slot, depth, &checker)
        }
      }
      tlb.forEachWalk { address, table in
        let (expected, stoppedAt) = users.tables(ofCPU: cpu).entryPlace(address, depth: 1)
        checker.expect(
          stoppedAt == 1 && table == expected, "TLB: a remembered walk", address, table)
      }
      checker.expect(count == tlb.count, "TLB: count of a CPU", UInt64(cpu), UInt64(tlb.count))
      used &+= count
    }
    checker.expect(used == state.used, "TLB: count", UInt64(used), UInt64(state.used))
    checker.expect(
      suspectLarge == state.suspectLarge, "TLB: suspect entries of large pages",
      UInt64(suspectLarge), UInt64(state.suspectLarge))
  }

  private func check(_ tlb: TLB, _ slot: Int, _ depth: Int, _ checker: inout Checker) {
    let address = tlb.address(slot)
    checker.expect(
      tlb.slot(of: address)?.slot == slot && map.isCanonical(address), "TLB: slot of an entry",
      address, UInt64(slot))
    checker.expect(
      tlb.hasKnownBits(slot)
        && tlb.isGuarded(slot) == TLB.isGuarded(tlb.data(slot), address), "TLB: bits of an entry",
      address, tlb.data(slot))
    let now = UInt32(truncatingIfNeeded: clock)
    checker.expect(
      tlb.filledAt(slot) <= now && tlb.suspectSince(slot) <= now
        && (tlb.suspectSince(slot) != 0) == tlb.isSuspect(slot), "TLB: times of an entry", address)
    let isRAM = ram.isMemory((tlb.data(slot) & Entry.pfnMask) >> 12)
    checker.expect(tlb.isDevice(slot) != isRAM, "TLB: device", address, tlb.data(slot))
    checker.expect(
      tlb.isSuspect(slot)
        || bears(out: tlb.data(slot), address, depth, users.tables(ofCPU: tlb.cpu)),
      "TLB: an entry differs from the tables", address, tlb.data(slot))
    if !tlb.isSuspect(slot), tlb.data(slot) & Entry.dirty != 0,
      case .leaf(_, let entry, _) = users.tables(ofCPU: tlb.cpu).look(up: address)
    {
      checker.expect(entry.isDirty, "TLB: a page that was never written", address)
    }
  }
}
