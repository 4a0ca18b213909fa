/// A temporary mapping as views show it.
public struct KmapMapping: Sendable {
  public let address: UInt64
  public let page: UInt64
  public let isLocal: Bool
  public let marks: KmapMarks
  /// A bit for each task that made it, and for each other that used it.
  public let makers: UInt64
  public let foreignUsers: UInt64
  /// Users of a slot of PKMAP; 0 for one that waits for a flush, and 1 for a mapping of kmap_local.
  public let users: UInt64
  /// CPU of a slot of kmap_local whose task runs.
  public let cpu: Int
  /// Clock of its end, or nil for one that lives.
  public let ended: UInt64?

  /// Whether another task than the one that made it has used or released it: it needs an address
  /// that is valid for all.
  public var needsGlobal: Bool { foreignUsers != 0 || marks.contains(.foreignRelease) }
  /// Whether an audit has something to say about it.
  public var isRemarkable: Bool { needsGlobal || !marks.isEmpty }
}

/// Who uses mappings, and how long they are held.
extension Machine {
  /// Notes that the current task uses an address of the windows.
  func noteUse(_ address: UInt64) {
    guard let pkmap else { return }
    if let number = pkmap.window.slot(address) {
      if ram[pkmap.slot(number)].count > 1 {
        ram[pkmap.slot(number)].users |= 1 << UInt64(task)
      }
      return
    }
    guard let number = pkmap.window.localNumber(address, localSlots * cpuCount) else { return }
    let (cpu, at) = (number / localSlots, number % localSlots)
    // The slot is the running task's; of others it may be once they run.
    forEachKmapControl { control in
      guard Int(ram[control].cpu) == cpu, at < Int(ram[control].index),
        ram[control].entries[at].isPresent, Int(ram[control].task) != task
      else { return }
      let running = Int(ram[control].task) == Int(ram[Superblock.ref].runningTasks[cpu])
      // What the slot leads to now is the running task's; a fault is the address of one that waits.
      if running != pkmap.entry(address).isNone {
        ram[control].users[at] |= 1 << UInt64(task)
      }
    }
  }

  /// Every mapping of PKMAP and kmap_local that lives, by slot and by task, then those that have
  /// ended and that an audit has something to say about, the oldest first.
  public func forEachKmapMapping(ended: Bool, _ body: (KmapMapping) -> Void) {
    guard let pkmap else { return }
    for number in 0..<pkmap.window.slots where ram[pkmap.slot(number)].count > 0 {
      let slot = ram[pkmap.slot(number)]
      body(
        KmapMapping(
          address: pkmap.window.address(number), page: UInt64(slot.page), isLocal: false,
          marks: slot.marks, makers: slot.makers, foreignUsers: slot.users & ~slot.makers,
          users: UInt64(slot.count - 1), cpu: 0, ended: nil))
    }
    forEachKmapControl { control in
      let record = ram[control]
      for at in 0..<min(Int(record.index), localSlots) where record.entries[at].isPresent {
        body(
          KmapMapping(
            address: pkmap.window.localAddress(at + localSlots * Int(record.cpu)),
            page: record.entries[at].pfn, isLocal: true, marks: record.marks[at],
            makers: 1 << UInt64(record.task), foreignUsers: record.users[at], users: 1,
            cpu: Int(record.cpu), ended: nil))
      }
    }
    let count = ram[pkmap.state].recordCount
    guard ended, count > 0 else { return }
    for number in (count - min(count, UInt64(KmapRecord.capacity)))..<count {
      let record = ram[pkmap.record(number)]
      body(
        KmapMapping(
          address: record.address, page: UInt64(record.page), isLocal: record.isLocal != 0,
          marks: record.marks, makers: record.makers,
          foreignUsers: record.users & ~record.makers, users: 0, cpu: 0, ended: record.ended))
    }
  }

  /// The cursor of PKMAP and the tasks that sleep for a slot; nil without windows.
  public var pkmapCursor: (last: Int, waiting: Int)? {
    pkmap.map { (Int(ram[$0.state].last), Int(ram[$0.state].waiting)) }
  }

  /// `pkmap_count`
  public func pkmapCount(_ slot: Int) -> UInt64 {
    pkmap.map { UInt64(ram[$0.slot(slot & 1023)].count) } ?? 0
  }
}

/// What a task has of temporary mappings, as views show it.
public struct KmapTask: Sendable {
  public let task: Int
  public let cpu: Int
  /// `idx`
  public let index: Int
  public let migrationDisabled: Int
  public let pageFaultsDisabled: Int
  public let preemptionDisabled: Int
  /// The page it sleeps for, and whether it has been woken.
  public let waitsFor: UInt64?
  public let isWoken: Bool
  public let pkrs: UInt32
}

extension Machine {
  /// Calls `body` for every task that has ever had a temporary mapping or set a key.
  public func forEachKmapTask(_ body: (KmapTask) -> Void) {
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
