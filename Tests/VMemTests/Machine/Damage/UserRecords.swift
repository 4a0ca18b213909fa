@testable import VMem

/// What programs have: address spaces, arenas and stacks.
extension Machine {
  func userRecords() -> [Record] {
    var records: [Record] = []
    let flags = MemoryLayout<UserMapping>.offset(of: \.flags)!
    let inherited = MemoryLayout<UserMapping>.offset(of: \.isInherited)!
    users.forEachSpace { space in
      records.append(Record("user space", space))
      users.forEachMapping(of: space) { mapping in
        // Where a mapping lies is told by nothing but memory that was never written; what may be done
        // by entries, where there are any.
        var record = Record("user mapping", mapping).silent(\UserMapping.anonymous)
          .silent(flags, bits: 0x27).silent(flags + 2, bits: 0x16).silent(flags + 3, bits: 0x14)
          .silent(inherited - 1, bits: 1).silent(inherited, bits: 1)
        if ram[mapping].kind != .anonymous || ram[mapping].anonymous != 0 {
          record = record.silent(1, bits: 0xf0).silent(2..<6).silent(16..<24)
        }
        records.append(record.silent(9, bits: 0xf0).silent(10..<14))
        users.tables(of: space).forEachUserEntry(ram[mapping].start, ram[mapping].end) { slot in
          let place =
            slot.table << 12 + UInt64(Level.index(of: slot.address, depth: 1)) * 8
          // What a CPU notes, and which of a program's own pages it may write to.
          records.append(
            Record("user's leaf", place, size: 8).silent(0, bits: 0x62).silent(7, bits: 0x04))
        }
      }
    }
    return records
  }

  func arenaRecords() -> [Record] {
    var records: [Record] = []
    ram[ram.arenas].arenas.forEach(ram) { arena in
      // Flags that callers may set, what happened to it, and how often its free runs changed.
      let flags = MemoryLayout<Arena>.offset(of: \.area)! + 4
      // An address that a caller chose, or that the first mapping did.
      let extra = MemoryLayout<Arena>.offset(of: \.mapExtra)!
      let chosen = (0..<8).map { UInt8(truncatingIfNeeded: ram[arena].mapExtra >> UInt64(8 * $0)) }
      var record = Record("arena", arena)
      for byte in 0..<8 { record = record.silent(extra + byte, bits: chosen[byte]) }
      records.append(
        record.silent(\Arena.stamp).silent(flags + 2, bits: 6)
          .silent(flags + 3, bits: 15))
      // Pages between two runs may be reserved ones.
      ArenaRanges(ram: ram, arena: arena).byPlace.forEach {
        records.append(
          Record("free run of an arena", $0).silent(
            \ArenaRange.start, \ArenaRange.last, \ArenaRange.stamp))
      }
    }
    return records
  }

  func stackRecords() -> [Record] {
    guard !stacks.stackState.isNone else { return [] }
    // Any of the two CPUs may have been marked.
    var state = Record("state of stacks", stacks.stackState)
      .silent(MemoryLayout<StackState>.offset(of: \.marks)!, bits: 3)
    let first = MemoryLayout<StackState>.offset(of: \.stashes)!
    for slot in 0..<192 where ram[stacks.stackState].stashes[slot] & 1 != 0 {
      // A page that is taken is known to its stack alone, if that still lives.
      state = state.silent(first + slot * 4, bits: 0xfe).silent(
        first + slot * 4 + 1..<first + slot * 4 + 4)
    }
    var records = [state]
    areas.forEachBusy { area in
      if ram[area].kind == .stack { records.append(Record("stack", ram[area].stack)) }
    }
    return records
  }
}
