/// An entry that a walk of page tables meets.
package struct TableStep {
  /// Frame of its table, and its place there.
  package let table: UInt64
  package let index: Int
  /// Steps above the pages, 1 the lowest.
  package let depth: Int
  package let entry: Entry
  /// What it translates of the addresses that were asked for.
  package let part: ClosedRange<UInt64>

  /// First address that it translates.
  package var first: UInt64 { part.lowerBound & ~(Level.size(depth: depth) - 1) }
  /// Addresses asked for that it translates, in bytes; 0 for all of them.
  package var bytes: UInt64 { part.upperBound - part.lowerBound &+ 1 }
  @inline(__always)
  package var mapsMemory: Bool { entry.isPresent && entry.endsWalk(depth: depth) }
  @inline(__always)
  package var leadsToTable: Bool { entry.isPresent && !entry.endsWalk(depth: depth) }
}

/// The walk of page tables over a range: whoever reads tables walks by it.
package struct TableWalk {
  /// Where a walk goes from an entry.
  package enum Next {
    /// To the table that the entry leads to, if it does.
    case below
    /// To the entry behind it.
    case behind
    case end
  }

  private let ram: RAM
  private let levels: Int
  private let top: UInt64
  /// Tables that may still be visited: sound tables are visited once each, so a loop in damaged ones
  /// ends when it is 0.
  package var budget: Int

  /// - Parameters:
  ///   - levels: of the tables, 4 or 5.
  ///   - top: frame of the top-level table.
  package init(_ ram: RAM, levels: Int, top: UInt64) {
    self.ram = ram
    self.levels = levels
    self.top = top
    budget = Int(ram.frameCount)
  }

  /// Calls `body` for the entries of tables that translate `range`, ascending, an entry before those of
  /// the table that it leads to.
  ///
  /// - Parameters:
  ///   - range: addresses of one half of the address space, to the last byte.
  ///   - holes: whether entries that are empty count.
  package mutating func forEachEntry(
    in range: ClosedRange<UInt64>, holes: Bool = false, _ body: (TableStep) -> Next
  ) {
    _ = visit(top, depth: levels, range, holes: holes, body)
  }

  private mutating func visit(
    _ table: UInt64, depth: Int, _ range: ClosedRange<UInt64>, holes: Bool,
    _ body: (TableStep) -> Next
  ) -> Bool {
    guard budget > 0 else { return true }
    budget -= 1
    let inside = Level.size(depth: depth) - 1
    var address = range.lowerBound
    while true {
      let last = min(address | inside, range.upperBound)
      let index = Level.index(of: address, depth: depth)
      let entry = ram[table: table, index]
      if holes || !entry.isNone {
        let step = TableStep(
          table: table, index: index, depth: depth, entry: entry, part: address...last)
        switch body(step) {
        case .end: return false
        case .behind: break
        case .below:
          if step.leadsToTable,
            !visit(entry.pfn, depth: depth - 1, step.part, holes: holes, body)
          {
            return false
          }
        }
      }
      if last == range.upperBound { return true }
      address = last + 1
    }
  }
}

/// The entries that the translation of an address goes through: from the top-level table to the leaf or
/// the hole.
struct TableDescent: Sequence, IteratorProtocol {
  private let ram: RAM
  private let address: UInt64
  private var table: UInt64
  /// 0 behind the last.
  private var depth: Int

  @inline(__always)
  init(_ tables: PageTables, to address: UInt64) {
    ram = tables.ram
    self.address = address
    table = tables.top
    depth = tables.levels
  }

  @inline(__always)
  mutating func next() -> TableStep? {
    guard depth > 0 else { return nil }
    let index = Level.index(of: address, depth: depth)
    let step = TableStep(
      table: table, index: index, depth: depth, entry: ram[table: table, index],
      part: address...address)
    depth = step.leadsToTable ? depth - 1 : 0
    table = step.entry.pfn
    return step
  }
}

extension PageTables {
  /// The way to the entry that decides on an address.
  @inline(__always)
  func descent(to address: UInt64) -> TableDescent { TableDescent(self, to: address) }

  /// The last entry on that way.
  func end(of address: UInt64) -> TableStep {
    var steps = descent(to: address)
    guard var last = steps.next() else { preconditionFailure("tables have a level") }
    while let step = steps.next() { last = step }
    return last
  }

  /// All of these tables, to be walked over a range.
  var walk: TableWalk { TableWalk(ram, levels: levels, top: top) }
}
