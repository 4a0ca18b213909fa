/// Calling a function for every entry of a range.
extension Mappings {
  /// Carries out `Machine.applyToPages`.
  @discardableResult
  package func applyToPages(
    _ start: UInt64, _ end: UInt64, _ body: (_ table: UInt64, _ index: Int) throws(Refusal) -> Void
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    try checkApplied(start, end)
    // The kernel steps in pages from `start`, and stops only where a step meets the end of a table's
    // range.
    let isOneTable = Level.isOneEntry(start, end, depth: 2)
    guard (end &- start) & 4095 == 0, start & 4095 == 0 || isOneTable else {
      throw bug(.__apply_to_page_range, .unalignedUnmap, start, end)
    }
    var calls: UInt64 = 0
    var address = start
    repeat {
      // Table by table: what `body` refuses leaves the tables behind it unbuilt.
      let next = PageTables.boundary(address, end, depth: 2)
      try populate(start: address, end: next, level: .pte)
      let (table, _) = tables.entryPlace(address, depth: 1)
      repeat {
        try body(table, Level.index(of: address, depth: 1))
        calls += 1
        address &+= 4096
      } while address != next
    } while address != end
    return calls
  }

  private func checkApplied(_ start: UInt64, _ end: UInt64) throws(Refusal) {
    guard start < end else {
      warn(.__apply_to_page_range)
      throw Refusal(.errno(.EINVAL), .emptyRange, start, end)
    }
  }

  /// Carries out `Machine.applyToExistingPages`.
  @discardableResult
  package func applyToExistingPages(
    _ start: UInt64, _ end: UInt64, _ body: (_ table: UInt64, _ index: Int) throws(Refusal) -> Void
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    try checkApplied(start, end)
    guard !tables.unmapRunsAway(start, end) else {
      throw bug(.__apply_to_page_range, .unalignedUnmap, start, end)
    }
    var calls: UInt64 = 0
    var address = start
    while address < end {
      let (table, depth) = tables.entryPlace(address, depth: 1)
      let index = Level.index(of: address, depth: depth)
      let entry = ram[table: table, index]
      if depth == 1 {
        if !entry.isNone {
          try body(table, index)
          calls += 1
        }
        address &+= 4096
      } else if entry.isPresent {
        warn(.__apply_to_page_range)
        throw Refusal(.errno(.EINVAL), .leafInTheWay, address, levelCode(depth))
      } else {
        // Nothing below: go on behind it.
        let size = Level.size(depth: depth)
        address = (address & ~(size - 1)) &+ size
      }
      if address < start { break }
    }
    return calls
  }
}
