/// Finds what page tables map, without a look at what they do not.
package struct LeafWalk {
  private let ram: RAM
  private let levels: Int
  private let top: UInt64

  /// The kernel's tables.
  package init(_ machine: borrowing Machine) { self.init(machine.tables) }

  /// The tables of a user address space.
  package init(_ machine: borrowing Machine, of space: UserSpaceSummary) {
    self.init(PageTables(ram: machine.ram, map: machine.map, root: UInt32(space.top)))
  }

  init(_ tables: PageTables) {
    ram = tables.ram
    levels = tables.levels
    top = tables.top
  }

  /// Calls `body` for the part of every leaf that lies in `range`, ascending: its first address,
  /// the frame mapped there, and pages. Both ends of `range` are limits of pages.
  package func forEachLeaf(
    in range: ClosedRange<UInt64>,
    _ body: (_ address: UInt64, _ pfn: UInt64, _ pages: UInt64) -> Void
  ) {
    forEachEntry(in: range) { address, entry, depth, pages in
      let inside = Level.size(depth: depth) - 1
      body(address, (entry.bits & Entry.pfnMask & ~inside | address & inside) >> 12, pages)
      return true
    }
  }

  /// Calls `body` for each page of a user's in `range`, those that nobody may use too: its frame.
  package func forEachUserPage(in range: ClosedRange<UInt64>, _ body: (_ pfn: UInt64) -> Void) {
    forEachEntry(in: range) { address, entry, depth, pages in
      let inside = Level.size(depth: depth) - 1
      let first = (entry.userFrame << 12 & ~inside | address & inside) >> 12
      for pfn in first..<first + pages { body(pfn) }
      return true
    }
  }

  /// The same with the entries themselves and their depths, and until `body` returns false: leaves, and
  /// users' entries that mean a page without being present.
  func forEachEntry(
    in range: ClosedRange<UInt64>,
    _ body: (_ address: UInt64, _ entry: Entry, _ depth: Int, _ pages: UInt64) -> Bool
  ) {
    // Sound tables are visited once each.
    var limit = StepLimit(UInt64(ram.frameCount))
    _ = visit(top, levels, range, &limit, body)
  }

  private func visit(
    _ table: UInt64, _ depth: Int, _ range: ClosedRange<UInt64>, _ limit: inout StepLimit,
    _ body: (UInt64, Entry, Int, UInt64) -> Bool
  ) -> Bool {
    limit.step()
    let inside = Level.size(depth: depth) - 1
    var address = range.lowerBound
    while true {
      let last = min(address | inside, range.upperBound)
      let entry = ram[table: table, Level.index(of: address, depth: depth)]
      let isKept = depth == 1 && address >> 63 == 0 && entry.isWithoutRights
      if entry.isPresent || isKept {
        if entry.endsWalk(depth: depth) {
          guard body(address, entry, depth, (last - address) >> 12 + 1) else { return false }
        } else if !visit(entry.pfn, depth - 1, address...last, &limit, body) {
          return false
        }
      }
      if last == range.upperBound { return true }
      address = last + 1
    }
  }
}
