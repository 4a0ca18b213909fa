internal import CHost

extension PageTables {
  /// Clears every entry of [start, end). Tables stay; a large leaf that is only partly covered goes
  /// as a whole. The corresponding kernel function is `__vunmap_range_noflush`.
  @inline(__always)
  func unmap(_ start: UInt64, _ end: UInt64) -> FlushObligation {
    FlushObligation(ram, start, end, partialLeaves: clear(start, end))
  }

  /// Whether `unmap` of a range and `deferToPurge` would find nothing to do, neither here nor in a TLB.
  @inline(__always)
  func hasNothingToUnmap(_ start: UInt64, _ end: UInt64) -> Bool {
    lackEntries(start, end) && ram[TLBState.ref].used == 0 && chost_native_opened() == 0
  }

  /// Whether a look at the upper tables tells that there are no entries: most areas lie under one entry
  /// of the PUD table, and many were never mapped.
  @inline(__always)
  private func lackEntries(_ start: UInt64, _ end: UInt64) -> Bool {
    guard levels == 4, Level.isOneEntry(start, end, depth: 3) else { return false }
    let entry = ram[table: top, Level.index(of: start, depth: 4)]
    return !entry.isPresent
      || !ram[table: entry.pfn, Level.index(of: start, depth: 3)].isPresent
  }

  @inline(__always)
  private func clear(_ start: UInt64, _ end: UInt64) -> Int {
    if lackEntries(start, end) { return 0 }
    // A range of a damaged machine: the walk would go round the address space.
    precondition(end &- start &- 1 < 1 << 56)
    return unmap(top, depth: levels, start: start, end: end)
  }

  /// By hand: it clears what it has walked past, and is most of what freeing an area takes.
  private func unmap(_ table: UInt64, depth: Int, start: UInt64, end: UInt64) -> Int {
    if depth == 1 {
      clearEntries(table, start: start, end: end)
      return 0
    }
    var partial = 0
    var address = start
    repeat {
      let next = Self.boundary(address, end, depth: depth)
      let index = Level.index(of: address, depth: depth)
      let entry = ram[table: table, index]
      if entry.isPresent {
        if entry.endsWalk(depth: depth) {
          ram[table: table, index] = .none
          ram.countUnmapping(of: entry, depth: depth)
          if next &- address < Level.size(depth: depth) { partial += depth == 3 ? 1 << 32 : 1 }
        } else {
          partial += unmap(entry.pfn, depth: depth - 1, start: address, end: next)
        }
      }
      address = next
    } while address != end
    return partial
  }

  @inline(__always)
  private func clearEntries(_ table: UInt64, start: UInt64, end: UInt64) {
    let first = Level.index(of: start, depth: 1)
    let count = Int(truncatingIfNeeded: (end &- start &+ 4095) >> 12)
    guard ram.countsEntries else {
      for index in first..<min(first + count, Level.entries) { ram[table: table, index] = .none }
      return
    }
    for index in first..<min(first + count, Level.entries) {
      let entry = ram[table: table, index]
      if entry.bits == 0 { continue }
      ram[table: table, index] = .none
      ram.countUnmapping(of: entry)
    }
  }

  /// Whether clearing [start, end) would step over the end of a table instead of meeting it, and run
  /// on through whatever memory follows.
  func unmapRunsAway(_ start: UInt64, _ end: UInt64) -> Bool {
    if start & 4095 == 0 && end & 4095 == 0 { return false }
    var runsAway = false
    var walk = self.walk
    walk.forEachEntry(in: start...end &- 1) { step in
      guard step.depth == 2, step.leadsToTable else { return .below }
      runsAway = step.bytes & 4095 != 0
      return runsAway ? .end : .behind
    }
    return runsAway
  }
}
