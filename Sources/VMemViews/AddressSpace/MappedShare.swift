internal import VMem

/// How much of the areas of a row is mapped.
package struct MappedShare: Sendable {
  /// Bytes that lead to memory.
  var mapped: UInt64 = 0
  /// Bytes that may: those of the areas without their guard pages.
  var mappable: UInt64 = 0

  /// In percent: 0 and 100 are nothing and all of it.
  var percent: Int {
    if mapped >= mappable { return 100 }
    return mapped == 0 ? 0 : min(max(Int(mapped >> 12) * 100 / Int(mappable >> 12), 1), 99)
  }
}

extension Machine {
  /// Complexity: a visit of every area, and of the tables of those in the rows.
  package func mappedShares(of rows: [MapRow]) -> [MappedShare?] {
    var shares = [MappedShare?](repeating: nil, count: rows.count)
    var pages = MappedPages(self)
    // Areas that follow each other are looked at as one.
    var (row, start, end): (Int, UInt64, UInt64) = (0, 0, 0)
    vmAreas.forEachBusyArea { area in
      if area.start != end || start == end || area.start > rows[row].last {
        if start < end { shares[row]?.mapped &+= pages.sum(start, end &- 1).bytes }
        (start, end) = (0, 0)
        guard let found = Self.row(of: area.start, in: rows) else { return }
        (row, start) = (found, area.start)
      }
      end = area.end
      let isGuarded = area.isVMStruct && area.size < area.reserved
      let mappable = isGuarded ? area.size : area.end &- area.start
      var share = shares[row] ?? MappedShare()
      share.mappable &+= mappable
      shares[row] = share
    }
    if start < end { shares[row]?.mapped &+= pages.sum(start, end &- 1).bytes }
    return shares
  }

  /// The row that an address lies in, or nil.
  private static func row(of address: UInt64, in rows: [MapRow]) -> Int? {
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    return low > 0 && address <= rows[low - 1].last ? low - 1 : nil
  }
}
