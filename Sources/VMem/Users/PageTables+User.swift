/// The lower half of the tables of a user address space.
extension PageTables {
  /// Clears every entry of [start, end) and appends the frames they had.
  func clearUser(_ start: UInt64, _ end: UInt64, _ pages: inout [UInt64]) -> FlushObligation {
    clear(top, levels, start, end, &pages)
    return FlushObligation(ram, start, end)
  }

  private func clear(
    _ table: UInt64, _ depth: Int, _ start: UInt64, _ end: UInt64, _ pages: inout [UInt64]
  ) {
    var address = start
    while address < end {
      let next = Self.boundary(address, end, depth: depth)
      let index = Level.index(of: address, depth: depth)
      let entry = ram[table: table, index]
      if depth > 1, entry.isPresent {
        clear(entry.pfn, depth - 1, address, next, &pages)
      } else if depth == 1, !entry.isNone {
        pages.append(entry.pfn)
        ram[table: table, index] = .none
      }
      address = next
    }
  }

  /// Frees the tables below [start, end) that translate nothing of the ranges that are kept. The
  /// corresponding kernel function is `free_pgtables`.
  func freeUserTables(
    _ start: UInt64, _ end: UInt64, keeping kept: [(start: UInt64, end: UInt64)]
  ) {
    freeUserTables(top, levels, start, end, kept)
  }

  private func freeUserTables(
    _ table: UInt64, _ depth: Int, _ start: UInt64, _ end: UInt64,
    _ kept: [(start: UInt64, end: UInt64)]
  ) {
    guard depth > 1 else { return }
    var address = start
    let size = Level.size(depth: depth)
    while address < end {
      let next = Self.boundary(address, end, depth: depth)
      let index = Level.index(of: address, depth: depth)
      let entry = ram[table: table, index]
      if entry.isPresent {
        freeUserTables(entry.pfn, depth - 1, address, next, kept)
        let first = address & ~(size - 1)
        if !kept.contains(where: { $0.start < first + size && first < $0.end }) {
          ram[table: table, index] = .none
          ram.forgetWalks()
          FrameAllocator(ram: ram).free(UInt32(truncatingIfNeeded: entry.pfn))
          ram[Superblock.ref].userTables[depth - 1] -= 1
        }
      }
      address = next
    }
  }

  /// Gives all user address spaces an entry that the kernel's top-level table has got.
  func shareTopEntry(_ index: Int) {
    var space = ram[Superblock.ref].userSpaces
    var limit = ObjectCaches(ram: ram).stepLimit(.userSpace)
    while !space.isNone {
      limit.step()
      ram[table: UInt64(ram[space].top), index] = ram[table: top, index]
      space = ram[space].next
    }
  }
}
