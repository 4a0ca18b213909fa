extension Steps {
  /// A CPU is busy when it has begun a call, and the purge has one owner.
  func check(_ users: [UInt32: UInt32], _ checker: inout Checker) {
    let (busy, holder) = (ram[Superblock.ref].busyCPUs, ram[Superblock.ref].areas.purgeHolder)
    var found: UInt64 = 0
    var purging: UInt32 = 0
    for cpu in 0..<cpuCount {
      let step = ram[ram.perCPU(cpu)].step
      guard let kind = StepState.Kind(rawValue: step.kind) else {
        checker.expect(false, "step: kind", UInt64(cpu), UInt64(step.kind))
        continue
      }
      if kind != .none { found |= 1 << UInt64(cpu) }
      if kind == .purge { purging = UInt32(cpu) + 1 }
      checker.expect(
        kind == .none
          ? step.total == 0 && step.done == 0 && step.start == 0 && step.end == 0 && step.list == 0
          : step.done > 0 && step.done < step.total, "step: parts", UInt64(cpu),
        UInt64(step.done))
      checker.expect(
        step.isLent <= 1 && step.resets <= 1
          && (kind == .vfree || step.isLent == 0 && step.resets == 0 && step.set.isNone),
        "step: area", UInt64(cpu))
      arenas.checkArenaFree(step, UInt64(cpu), users, &checker)
      if kind == .arenaFree { continue }
      checker.expect((kind == .map) == (step.list != 0), "step: list", UInt64(cpu))
      if step.list != 0, checker.claim(UInt64(step.list), "step: list is not RAM") {
        var expected = checker.record(step.list, .table)
        expected.mapcount = PageType.none
        let record = ram[frames.frame(step.list)]
        expected.inheritPast(of: record)
        checker.expect(record == expected, "step: frame record", UInt64(step.list))
      }
    }
    checker.expect(found == busy, "step: busy CPUs", found, busy)
    checker.expect(purging == holder, "step: purge", UInt64(purging), UInt64(holder))
  }
}
