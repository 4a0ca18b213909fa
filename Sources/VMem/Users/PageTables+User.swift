/// The lower half of the tables of a user address space.
extension PageTables {
  /// Clears every entry of [start, end) and appends what they were.
  func clearUser(_ start: UInt64, _ end: UInt64, _ entries: inout [Entry]) -> FlushObligation {
    forEachUserEntry(start, end) { slot in
      entries.append(slot.entry)
      slot.entry = .none
    }
    return FlushObligation(ram, start, end)
  }

  /// Calls `body` for the leaves of [start, end) that are not empty, ascending.
  func forEachUserEntry(
    _ start: UInt64, _ end: UInt64, _ body: (UserSpaces.UserSlot) -> Void
  ) {
    var at = start
    while at < end {
      let (table, stoppedAt) = entryPlace(at, depth: 1)
      let next = Self.boundary(at, end, depth: max(stoppedAt, 2))
      if stoppedAt == 1 {
        for address in stride(from: at, to: next, by: 4096) {
          let slot = UserSpaces.UserSlot(ram: ram, address: address, table: table)
          if !slot.entry.isNone { body(slot) }
        }
      }
      at = next
    }
  }

  /// Frees the tables below [start, end) that translate nothing below `floor` or from `ceiling` on. The
  /// corresponding kernel function is `free_pgtables`.
  func freeUserTables(_ start: UInt64, _ end: UInt64, floor: UInt64, ceiling: UInt64) {
    freeUserTables(top, depth: levels, start: start, end: end, floor..<max(floor, ceiling))
  }

  private func freeUserTables(
    _ table: UInt64, depth: Int, start: UInt64, end: UInt64, _ unused: Range<UInt64>
  ) {
    guard depth > 1 else { return }
    var address = start
    let size = Level.size(depth: depth)
    while address < end {
      let next = Self.boundary(address, end, depth: depth)
      let index = Level.index(of: address, depth: depth)
      let entry = ram[table: table, index]
      if entry.isPresent {
        freeUserTables(entry.pfn, depth: depth - 1, start: address, end: next, unused)
        let first = address & ~(size - 1)
        if first >= unused.lowerBound, first + size <= unused.upperBound {
          ram[table: table, index] = .none
          ram.forgetWalks()
          FrameAllocator(ram: ram).free(UInt32(truncatingIfNeeded: entry.pfn))
          ram[ram.users].tables[depth - 1] -= 1
        }
      }
      address = next
    }
  }

  /// Whether every entry on the way to a user's address lets users pass.
  func letsUsersPass(_ address: UInt64) -> Bool {
    descent(to: address).allSatisfy {
      $0.entry.bits & (Entry.present | Entry.user) == Entry.present | Entry.user
    }
  }

  /// Gives all user address spaces an entry that the kernel's top-level table has got. What calls for
  /// kernel addresses have made of others is in the kernel's own table alone (`pgd_offset_k`).
  func shareTopEntry(_ index: Int) {
    guard index >= 256 else { return }
    var table = ram[ram.users].topTables
    var limit = ObjectCaches(ram: ram).stepLimit(UserSpace.self)
    while table != 0 {
      limit.step()
      ram[table: UInt64(table), index] = ram[table: top, index]
      table = ram[FrameAllocator(ram: ram).frame(table)].next
    }
  }
}
