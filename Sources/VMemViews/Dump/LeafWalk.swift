internal import VMem

/// Finds what the page tables map, without a look at what they do not.
struct LeafWalk {
  let ram: RAM
  let levels: Int
  let top: UInt64

  init(_ machine: borrowing Machine) {
    ram = machine.ram
    levels = machine.map.levels
    top = machine.topTable
  }

  /// Calls `body` for the part of every leaf that lies in `range`, ascending: its first address,
  /// the frame mapped there, and pages. Both ends of `range` are limits of pages.
  func forEachLeaf(
    in range: ClosedRange<UInt64>,
    _ body: (_ address: UInt64, _ pfn: UInt64, _ pages: UInt64) -> Void
  ) {
    visit(top, levels, range, body)
  }

  private func visit(
    _ table: UInt64, _ depth: Int, _ range: ClosedRange<UInt64>,
    _ body: (UInt64, UInt64, UInt64) -> Void
  ) {
    let inside = Level.size(depth: depth) - 1
    var address = range.lowerBound
    while true {
      let last = min(address | inside, range.upperBound)
      let entry = ram[table: table, Level.index(of: address, depth: depth)]
      if entry.isPresent {
        if depth == 1 || (depth <= 3 && entry.bits & Entry.pageSize != 0) {
          let pfn = (entry.bits & Entry.pfnMask & ~inside | address & inside) >> 12
          body(address, pfn, (last - address) >> 12 + 1)
        } else {
          visit(entry.pfn, depth - 1, address...last, body)
        }
      }
      if last == range.upperBound { return }
      address = last + 1
    }
  }
}
