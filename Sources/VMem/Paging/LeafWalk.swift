/// Finds what page tables map, without a look at what they do not.
package struct LeafWalk {
  private let tables: PageTables

  /// The kernel's tables.
  package init(_ machine: borrowing Machine) { self.init(machine.tables) }

  /// The tables of a user address space.
  package init(_ machine: borrowing Machine, of space: UserSpaceSummary) {
    self.init(PageTables(ram: machine.ram, map: machine.map, root: UInt32(space.top)))
  }

  init(_ tables: PageTables) { self.tables = tables }

  /// Calls `body` for the part of every leaf that lies in `range`, ascending: its first address,
  /// the frame mapped there, and pages. Both ends of `range` are limits of pages.
  package func forEachLeaf(
    in range: ClosedRange<UInt64>,
    _ body: (_ address: UInt64, _ pfn: UInt64, _ pages: UInt64) -> Void
  ) {
    forEachEntry(in: range) { address, entry, depth, pages in
      body(address, entry.frame(of: address, depth: depth), pages)
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
    var walk = tables.walk
    walk.forEachEntry(in: range) { step in
      if step.leadsToTable { return .below }
      let isKept = step.depth == 1 && step.first >> 63 == 0 && step.entry.isWithoutRights
      guard step.entry.isPresent || isKept else { return .behind }
      let pages = (step.part.upperBound - step.part.lowerBound) >> 12 + 1
      return body(step.part.lowerBound, step.entry, step.depth, pages) ? .behind : .end
    }
    precondition(walk.budget > 0, "page tables lead to each other in a circle")
  }
}
