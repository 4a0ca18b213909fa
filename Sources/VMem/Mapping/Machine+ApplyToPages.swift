/// Calling a function for every entry of a range.
extension Machine {
  /// Calls `body` with table and index of the PTE of every page of [start, end), building tables on the
  /// way, and returns the number of calls. The corresponding kernel function is `apply_to_page_range`.
  ///
  /// Refuses with -EINVAL and a WARN for an empty range and for large leaves, with -ENOMEM when there
  /// is no frame for a table, and with what `body` throws; earlier calls stay done.
  public func applyToPages(
    _ start: UInt64, _ end: UInt64,
    _ body: (_ table: UInt64, _ index: Int) throws(Refusal) -> Void
  ) throws(Refusal) -> UInt64 {
    try populate(start: start, end: end, level: .pte)
    var calls: UInt64 = 0
    var address = start
    while address < end {
      let (table, _) = tables.entryPlace(address, depth: 1)
      try body(table, Level.index(of: address, depth: 1))
      calls += 1
      address &+= 4096
      if address < start { break }
    }
    return calls
  }

  /// Calls `body` for the PTEs of [start, end) that are not empty, and builds nothing. The
  /// corresponding kernel function is `apply_to_existing_page_range`.
  ///
  /// Refuses with -EINVAL and a WARN for an empty range and for large leaves.
  public func applyToExistingPages(
    _ start: UInt64, _ end: UInt64,
    _ body: (_ table: UInt64, _ index: Int) throws(Refusal) -> Void
  ) throws(Refusal) -> UInt64 {
    guard start < end else {
      warn(.__apply_to_page_range)
      throw Refusal(.errno(.EINVAL), .emptyRange, start, end)
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
