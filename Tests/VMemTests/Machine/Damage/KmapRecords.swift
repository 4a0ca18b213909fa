@testable import VMem

extension Machine {
  /// What kmap, kmap_local and their audit keep.
  func kmapRecords() -> [Record] {
    guard let pkmap = highmem.pkmap else { return [] }
    var records = [
      // Where the cursor is, and how often what was done, is nowhere else.
      Record("state of PKMAP", pkmap.state).silent(
        \KmapState.last, \KmapState.recordCount, \KmapState.locks, \KmapState.mappings,
        \KmapState.writes)
    ]
    for number in 0..<pkmap.window.slots {
      let record = Record("slot of PKMAP", pkmap.slot(number))
      let isUsed = ram[pkmap.slot(number)].count > 0
      records.append(
        isUsed
          ? record.silent(
            \KmapSlot.count, \KmapSlot.makers, \KmapSlot.users, \KmapSlot.marks)
          : record)
    }
    for number in 0..<3 {
      records.append(
        Record("record of the audit", pkmap.record(UInt64(number))).silent(
          \KmapRecord.address, \KmapRecord.page, \KmapRecord.marks, \KmapRecord.makers,
          \KmapRecord.users, \KmapRecord.ended))
    }
    highmem.forEachKmapControl { control in
      let running = (0..<cpuCount).contains {
        highmem.kmapControl(ofTask: Int(ram[ram.tasks].running[$0]), onCPU: $0) == control
      }
      var record = Record("mappings of a task", control).silent(
        \KmapControl.migrationDisabled, \KmapControl.pageFaultsDisabled,
        \KmapControl.preemptionDisabled, \KmapControl.raised, \KmapControl.cpu,
        \KmapControl.name, \KmapControl.page, \KmapControl.pkrs)
      // Which page a task has that does not run is nowhere else.
      if !running { record = record.silent(\KmapControl.entries) }
      records.append(record)
      // Who used it, and whether that was right, is nowhere else.
      highmem.forEachHeld(control) { mapping in
        let record = Record("mapping of kmap_local", mapping).silent(
          \LocalMapping.users, \LocalMapping.marks, \LocalMapping.level, \LocalMapping.opens)
        records.append(record)
      }
    }
    highmem.forEach(from: ram[ram.highMemory].endedMappings) { mapping in
      records.append(
        Record("mapping of kmap_local that has ended", mapping).silent(
          \LocalMapping.address, \LocalMapping.page, \LocalMapping.users, \LocalMapping.marks,
          \LocalMapping.level, \LocalMapping.ended))
    }
    return records
  }
}
