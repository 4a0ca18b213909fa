/// Temporary mappings: entries, counts, addresses of pages and the tasks' records say the same.
extension Highmem {
  /// High memory and the windows are what a machine can be booted with.
  func checkHighMemory(_ superblock: Superblock, _ checker: inout Checker) {
    let state = ram[ram.highMemory]
    let kind = KmapWindow.Kind(rawValue: state.window)
    let slots = Int(state.pkmapSlots)
    let isSound =
      switch kind {
      case nil: false
      case .some(.none): slots == 0 && state.frames == 0
      case .some(let kind): KmapWindow.isSlotCount(slots) && slots <= kind.slots
      }
    checker.expect(
      isSound && state.frames < ram.frameCount, "superblock: high memory",
      UInt64(state.frames), UInt64(state.window))
    let hasKeys = has(.pks)
    checker.expect(
      state.pksRelaxed <= (hasKeys ? 1 : 0), "superblock: protection keys",
      UInt64(state.pksRelaxed))
  }

  func check(_ checker: inout Checker) {
    var controls: [Ref<KmapControl>] = []
    for cpu in 0..<cpuCount {
      let control = ram[ram.perCPU(cpu)].kmap
      if use(control, task: 0, &checker) {
        controls.append(control)
        checker.expect(
          Int(ram[control].cpu) == cpu, "kmap: CPU of a first task", UInt64(cpu),
          UInt64(ram[control].cpu))
      }
    }
    for number in 1..<1 + min(Int(ram[ram.tasks].count), Tasks.maximumTasks)
    where checker.isUsed(tasks.task(number)) {
      let control = ram[tasks.task(number)].kmap
      if use(control, task: number, &checker) { controls.append(control) }
    }
    checker.expect(ram[Task.boot].kmap.isNone, "kmap: record of the first task")
    for control in controls { check(control, &checker) }
    checkEnded(&checker)
    guard checker.isSound else { return }
    for cpu in 0..<Configuration.maximumCPUs where cpu < cpuCount {
      checker.expect(
        ram[ram.perCPU(cpu)].pkrs == expectedPKRS(ofCPU: cpu), "PKRS", UInt64(cpu),
        UInt64(ram[ram.perCPU(cpu)].pkrs))
      let current = kmapControl(ofTask: Int(ram[ram.tasks].running[cpu]), onCPU: cpu)
      let sleeps = !current.isNone && ram[current].sleep != 0
      checker.expect(
        sleeps == (ram[ram.perCPU(cpu)].step.kind == StepState.Kind.asleep.rawValue),
        "kmap: CPU of a task that sleeps", UInt64(cpu))
    }
    guard let pkmap else { return }
    checkLocalSlots(pkmap, &checker)
    checkSlots(pkmap, &checker)
    checkRecords(pkmap, &checker)
    let asleep = controls.count { ram[$0].sleep == KmapControl.Sleep.asleep.rawValue }
    checker.expect(
      asleep == Int(ram[pkmap.state].waiting), "kmap: tasks that wait", UInt64(asleep),
      UInt64(ram[pkmap.state].waiting))
  }

  private func use(
    _ control: Ref<KmapControl>, task: Int, _ checker: inout Checker
  ) -> Bool {
    guard !control.isNone, checker.use(control, "kmap: record") else { return false }
    checker.expect(
      ram[control].task == UInt32(task), "kmap: task of a record", UInt64(task),
      UInt64(ram[control].task))
    return true
  }

  private func check(_ control: Ref<KmapControl>, _ checker: inout Checker) {
    let record = ram[control]
    let (task, index) = (UInt64(record.task), Int(record.index))
    let isSound =
      index < localSlots && index % localStep == 0 && Int(record.cpu) < cpuCount
      && (index == 0 || kmapWindow != nil)
      && Int(record.migrationDisabled) >= index / localStep
      && record.preemptionDisabled <= record.pageFaultsDisabled
      && record.pageFaultsDisabled <= Self.mostPreemptions
      && record.raised <= min(1, UInt8(truncatingIfNeeded: record.preemptionDisabled))
      && (has(.preemptCount) || record.preemptionDisabled == 0) && record.unused == 0
    checker.expect(isSound, "kmap: counts of a task", task, UInt64(index))
    checker.expect(
      record.sleep <= KmapControl.Sleep.woken.rawValue
        && (record.sleep != 0 ? isHighMemory(UInt64(record.page)) : record.page == 0)
        && record.page < ram.frameCount
        && (record.name.isNone || record.sleep != 0 && checker.isUsed(record.name)),
      "kmap: sleep of a task", task)
    for at in 0..<KmapControl.mostEntries {
      let isUsed = at < index && (localStep == 1 || at % 2 == 1)
      let entry = record.entries[at]
      let isRight =
        isUsed
        ? entry.attributes == Protection.kernel.bits
        : entry == .none
      checker.expect(isRight, "kmap: entry of a task", task, UInt64(at))
    }
    for level in 0..<2 {
      checker.expect(
        has(.pks)
          ? record.pkrs[level] & 3 == 0
          : record.pkrs[level] == ProtectionKeys.initial,
        "kmap: protection keys of a task", task)
    }
    if isSound { checkHeld(record, &checker) }
  }

  /// What a task holds in slots is what its entries say, the last one first.
  private func checkHeld(_ record: KmapControl, _ checker: inout Checker) {
    let task = UInt64(record.task)
    let maker = auditBit(ofTask: Int(task), onCPU: Int(record.cpu))
    var top = Int(record.index) - 1
    var at = record.held
    while !at.isNone, checker.use(at, "kmap: mapping of a task", task) {
      let mapping = ram[at]
      check(mapping, &checker)
      let isDirect = isDirect(mapping)
      checker.expect(
        mapping.ended == 0 && mapping.maker == maker && mapping.users & maker == 0
          && mapping.opens <= (has(.pks) && isDirect ? 1 : 0),
        "kmap: mapping of a task", task, mapping.address)
      if !isDirect {
        let isTop =
          top >= 0 && record.entries[top].pfn == mapping.page
          && kmapWindow?.localAddress(top + localSlots * Int(record.cpu)) == mapping.address
        checker.expect(isTop, "kmap: order of mappings", task, mapping.address)
        if top >= 0 { top -= localStep }
      }
      at = mapping.next
    }
    checker.expect(top < 0, "kmap: mappings of a task", task, UInt64(record.index))
  }

  private func isDirect(_ mapping: LocalMapping) -> Bool {
    mapping.page < UInt64(directFrames) && mapping.address == directAddress(mapping.page)
  }

  private func check(_ mapping: LocalMapping, _ checker: inout Checker) {
    let isSlot =
      mapping.address & 4095 == 0
      && kmapWindow?.localNumber(mapping.address, localSlots * cpuCount) != nil
    checker.expect(
      (isDirect(mapping) || isSlot) && mapping.marks.isSubset(of: .all) && mapping.level <= 1
        && (mapping.maker | mapping.users) & ~auditBits == 0 && mapping.unused == 0
        && mapping.page < 1 << (Mappings.physicalBits - 12),
      "kmap: mapping", mapping.address, mapping.page)
  }

  /// Mappings that an audit shows.
  private func checkEnded(_ checker: inout Checker) {
    var at = ram[ram.highMemory].endedMappings
    var (count, before) = (0, clock)
    while !at.isNone, checker.use(at, "kmap: mapping that has ended") {
      let mapping = ram[at]
      check(mapping, &checker)
      checker.expect(
        mapping.ended <= before && mapping.opens == 0 && mapping.maker.nonzeroBitCount == 1
          && (!mapping.marks.isEmpty || mapping.users != 0),
        "kmap: mapping that has ended", mapping.address, mapping.ended)
      before = mapping.ended
      count += 1
      at = mapping.next
    }
    checker.expect(
      count <= LocalMapping.mostEnded, "kmap: mappings that have ended", UInt64(count))
  }

  /// The slots of a CPU hold what its task has, and nothing else.
  private func checkLocalSlots(_ pkmap: Pkmap, _ checker: inout Checker) {
    for cpu in 0..<cpuCount {
      let control = kmapControl(
        ofTask: Int(ram[ram.tasks].running[cpu]), onCPU: cpu)
      for at in 0..<localSlots {
        let expected = control.isNone ? .none : ram[control].entries[at]
        let address = pkmap.window.localAddress(at + localSlots * cpu)
        checkEntry(pkmap, address, expected, &checker)
      }
    }
  }

  private func checkEntry(
    _ pkmap: Pkmap, _ address: UInt64, _ expected: Entry, _ checker: inout Checker
  ) {
    let entry = pkmap.entry(address)
    // set_memory may have changed what it allows.
    let rights =
      ram[ram.paging].changesRights && expected.isPresent
      ? Entry.writable | Entry.dirty | Entry.noExecute : 0
    checker.expect(
      entry.bits | rights == expected.bits | rights, "kmap: entry of a slot", address, entry.bits)
  }

  private func checkSlots(_ pkmap: Pkmap, _ checker: inout Checker) {
    let state = ram[pkmap.state]
    checker.expect(
      state.last < UInt32(pkmap.window.slots), "kmap: cursor", UInt64(state.last))
    var found: Set<Int> = []
    for bucket in 0..<KmapState.buckets {
      var next = Int(state.heads[bucket])
      while next != 0 {
        guard next <= pkmap.window.slots, found.insert(next).inserted,
          Pkmap.bucket(ram[pkmap.slot(next - 1)].page) == bucket
        else {
          checker.expect(false, "kmap: bucket", UInt64(bucket), UInt64(next))
          break
        }
        next = Int(ram[pkmap.slot(next - 1)].next)
      }
    }
    var pages: Set<UInt32> = []
    for number in 0..<pkmap.window.slots {
      let slot = ram[pkmap.slot(number)]
      let isFree = slot.count == 0
      checker.expect(
        isFree
          ? slot.page == 0 && slot.next == 0 && !found.contains(number + 1)
          : found.contains(number + 1) && slot.page < ram.frameCount
            && isHighMemory(UInt64(slot.page)) && pages.insert(slot.page).inserted,
        "kmap: slot", UInt64(number), UInt64(slot.count))
      checker.expect(
        slot.unused == 0 && slot.unusedToo == 0 && slot.marks.isSubset(of: .all)
          && (slot.makers | slot.users) & ~auditBits == 0
          && (slot.makers != 0) == (slot.count > 1)
          && (slot.count > 1 || slot.users == 0 && slot.marks.isEmpty),
        "kmap: users of a slot", UInt64(number), slot.makers)
      checkEntry(
        pkmap, pkmap.window.address(number),
        isFree ? .none : Entry(pfn: UInt64(slot.page), .kernel), &checker)
    }
  }

  private func checkRecords(_ pkmap: Pkmap, _ checker: inout Checker) {
    let count = ram[pkmap.state].recordCount
    for number in 0..<UInt64(KmapRecord.capacity) {
      let record = ram[pkmap.record(number)]
      let isRight =
        number < count
        ? record.page < ram.frameCount && record.unused == 0 && record.unusedToo == 0
          && record.marks.isSubset(of: .all) && (record.makers | record.users) & ~auditBits == 0
          && record.makers != 0 && record.ended <= clock
          && (!record.marks.isEmpty || record.users & ~record.makers != 0)
          && touchesWindows(record.address, record.address &+ 4096)
        : record.address == 0 && record.page == 0 && record.marks.isEmpty && record.makers == 0
          && record.users == 0 && record.ended == 0 && record.unused == 0 && record.unusedToo == 0
      checker.expect(isRight, "kmap: record of the audit", number)
      checker.expect(
        (0..<3).allSatisfy { record.padding[$0] == 0 }, "kmap: record of the audit", number)
    }
  }
}
