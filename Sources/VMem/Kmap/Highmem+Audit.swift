/// A temporary mapping as views show it.
package struct KmapMapping: Sendable {
  package let address: UInt64
  package let page: UInt64
  package let isLocal: Bool
  package let marks: KmapMarks
  /// The audit's bit of each task that made it, and of each other that used it.
  package let makers: UInt64
  package let foreignUsers: UInt64
  /// Users of a slot of PKMAP; 0 for one that waits for a flush, and 1 for a mapping of kmap_local.
  package let users: UInt64
  /// Whether the address is that of a slot; low memory has its address in the direct map.
  package let hasSlot: Bool
  /// Clock of its end, or nil for one that lives.
  package let ended: UInt64?

  /// Whether another task than the one that made it has used or released it: it needs an address
  /// that is valid for all.
  package var needsGlobal: Bool { foreignUsers != 0 || marks.contains(.foreignRelease) }
  /// Whether an audit has something to say about it.
  package var isRemarkable: Bool { needsGlobal || !marks.isEmpty }
}

/// Who uses mappings, and how long they are held.
extension Highmem {
  /// Notes that the current task uses an address of the windows, or of a page that has a key.
  func noteUse(_ address: UInt64) {
    if let pkmap {
      if let number = pkmap.window.slot(address) {
        if ram[pkmap.slot(number)].count > 1 { ram[pkmap.slot(number)].users |= auditBit }
        return
      }
      if let number = pkmap.window.localNumber(address, localSlots * cpuCount) {
        return noteUse(ofSlot: number, address & ~4095, pkmap)
      }
    }
    if tables.isDirectMap(address) { noteUse(ofDirect: address & ~4095) }
  }

  private func noteUse(ofSlot number: Int, _ page: UInt64, _ pkmap: Pkmap) {
    let (cpu, at, own) = (number / localSlots, number % localSlots, existingKmapControl)
    // The slot is the running task's; of others it may be once they run.
    forEachKmapControl { control in
      guard control != own, Int(ram[control].cpu) == cpu, at < Int(ram[control].index),
        ram[control].entries[at].isPresent
      else { return }
      let running = Int(ram[control].task) == Int(ram[ram.tasks].running[cpu])
      // What the slot leads to now is the running task's; a fault is the address of one that waits.
      if running != pkmap.entry(page).isNone,
        let mapping = held(control, where: { $0.address == page })
      {
        ram[mapping].users |= auditBit
      }
    }
  }

  /// Who has mapped the page itself uses its own mapping.
  private func noteUse(ofDirect page: UInt64) {
    if let own = existingKmapControl, held(own, where: { $0.address == page }) != nil { return }
    forEachKmapControl { control in
      if let mapping = held(control, where: { $0.address == page }) {
        ram[mapping].users |= auditBit
      }
    }
  }

  /// Every mapping of PKMAP and kmap_local that lives, by slot and by task, then those that have
  /// ended and that an audit has something to say about, the oldest first.
  package func forEachKmapMapping(ended: Bool, _ body: (KmapMapping) -> Void) {
    if let pkmap {
      for number in 0..<pkmap.window.slots where ram[pkmap.slot(number)].count > 0 {
        let slot = ram[pkmap.slot(number)]
        body(
          KmapMapping(
            address: pkmap.window.address(number), page: UInt64(slot.page), isLocal: false,
            marks: slot.marks, makers: slot.makers, foreignUsers: slot.users & ~slot.makers,
            users: UInt64(slot.count - 1), hasSlot: true, ended: nil))
      }
    }
    forEachKmapControl { control in localMappings(from: ram[control].held).forEach(body) }
    guard ended else { return }
    var local = localMappings(from: ram[ram.highMemory].endedMappings)[...]
    for mapping in endedSlots() {
      while let first = local.first, (first.ended ?? 0) < (mapping.ended ?? 0) {
        body(first)
        local.removeFirst()
      }
      body(mapping)
    }
    local.forEach(body)
  }

  /// A list of mappings, the first made or ended first.
  private func localMappings(from last: Ref<LocalMapping>) -> [KmapMapping] {
    var result: [KmapMapping] = []
    forEach(from: last) { at in
      let mapping = ram[at]
      result.append(
        KmapMapping(
          address: mapping.address, page: mapping.page, isLocal: true, marks: mapping.marks,
          makers: mapping.maker, foreignUsers: mapping.users,
          users: 1, hasSlot: !tables.isDirectMap(mapping.address),
          ended: mapping.ended == 0 ? nil : mapping.ended))
    }
    return result.reversed()
  }

  private func endedSlots() -> [KmapMapping] {
    guard let pkmap else { return [] }
    let count = ram[pkmap.state].recordCount
    return (count - min(count, UInt64(KmapRecord.capacity))..<count).map { number in
      let record = ram[pkmap.record(number)]
      return KmapMapping(
        address: record.address, page: UInt64(record.page), isLocal: false, marks: record.marks,
        makers: record.makers, foreignUsers: record.users & ~record.makers, users: 0,
        hasSlot: true, ended: record.ended)
    }
  }

  /// Mappings of kmap_local so far that are addresses of low memory like all others: which tasks
  /// use them is known to nobody.
  package var unwatchedMappings: UInt64 { ram[ram.highMemory].unwatchedMappings }

  /// The cursor of PKMAP and the tasks that sleep for a slot; nil without windows.
  package var pkmapCursor: (last: Int, waiting: Int)? {
    pkmap.map { (Int(ram[$0.state].last), Int(ram[$0.state].waiting)) }
  }

  /// `pkmap_count`
  package func pkmapCount(_ slot: Int) -> UInt64 {
    pkmap.map { UInt64(ram[$0.slot(slot & 1023)].count) } ?? 0
  }
}

/// What a task has of temporary mappings, as views show it.
package struct KmapTask: Sendable {
  package let task: Int
  package let cpu: Int
  /// `idx`
  package let index: Int
  package let migrationDisabled: Int
  package let pageFaultsDisabled: Int
  package let preemptionDisabled: Int
  /// The page it sleeps for, and whether it has been woken.
  package let waitsFor: UInt64?
  package let isWoken: Bool
  package let pkrs: UInt32
}

extension Highmem {
  /// Calls `body` for every task that has ever had a temporary mapping or set a key.
  package func forEachKmapTask(_ body: (KmapTask) -> Void) {
    forEachKmapControl { control in
      let record = ram[control]
      body(
        KmapTask(
          task: Int(record.task), cpu: Int(record.cpu), index: Int(record.index),
          migrationDisabled: Int(record.migrationDisabled),
          pageFaultsDisabled: Int(record.pageFaultsDisabled),
          preemptionDisabled: Int(record.preemptionDisabled),
          waitsFor: record.sleep == 0 ? nil : UInt64(record.page),
          isWoken: record.sleep == KmapControl.Sleep.woken.rawValue, pkrs: record.pkrs[0]))
    }
  }
}
