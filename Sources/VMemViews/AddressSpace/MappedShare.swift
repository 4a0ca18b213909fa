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
    forEachBusyArea { area in
      // The last row that begins in front of it, or with it.
      var (low, high) = (0, rows.count)
      while low < high {
        let middle = (low + high) / 2
        if rows[middle].start <= area.start { low = middle + 1 } else { high = middle }
      }
      guard low > 0, area.start <= rows[low - 1].last else { return }
      var share = shares[low - 1] ?? MappedShare()
      let isGuarded = area.isVMStruct && area.size < area.reserved
      share.mappable &+= isGuarded ? area.size : area.end &- area.start
      share.mapped &+= pages.sum(area.start, area.end &- 1).bytes
      shares[low - 1] = share
    }
    return shares
  }
}
