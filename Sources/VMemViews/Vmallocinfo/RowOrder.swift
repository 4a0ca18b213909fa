/// Rows by ascending address, or by line.
///
/// Complexity: linear; rows that ascend already are only visited.
package struct RowOrder {
  package typealias Row = VmallocinfoFile.Row

  /// Places in the rows; those with one key in the order of the rows.
  package private(set) var places: [UInt32]
  /// Whether the rows stand in that order.
  private(set) var ascends = true
  /// Whether two rows have the same key.
  private(set) var hasEqualKeys = false

  package init(_ rows: [Row], by key: (borrowing Row) -> UInt64) {
    places = []
    var before: UInt64 = 0
    var (lowest, highest) = (UInt64.max, UInt64(0))
    for row in rows {
      let key = key(row)
      if key == before { hasEqualKeys = true }
      if key < before { ascends = false }
      before = key
      lowest = min(lowest, before)
      highest = max(highest, before)
    }
    guard !ascends else {
      places = rows.indices.map { UInt32($0) }
      return
    }
    var keyed: [Keyed] = []
    keyed.reserveCapacity(rows.count)
    for (place, row) in rows.enumerated() {
      keyed.append(Keyed(key: key(row) &- lowest, place: UInt32(place)))
    }
    Self.sort(&keyed, highest: highest &- lowest)
    places = keyed.map(\.place)
    hasEqualKeys = keyed.indices.dropFirst().contains { keyed[$0].key == keyed[$0 - 1].key }
  }

  private struct Keyed {
    var key: UInt64 = 0
    var place: UInt32 = 0
  }

  private static let digitBits = 11

  /// Sorts by radix, from the lowest digit on; digits that all keys share are passed over.
  private static func sort(_ keyed: inout [Keyed], highest: UInt64) {
    var other = [Keyed](repeating: Keyed(), count: keyed.count)
    let mask: UInt64 = 1 << digitBits - 1
    for shift in stride(from: 0, to: 64, by: digitBits) where highest >> shift != 0 {
      var counts = [Int](repeating: 0, count: 1 << digitBits)
      for item in keyed { counts[Int(item.key >> shift & mask)] += 1 }
      if counts.contains(keyed.count) { continue }
      var sum = 0
      for digit in counts.indices {
        (counts[digit], sum) = (sum, sum + counts[digit])
      }
      for item in keyed {
        let digit = Int(item.key >> shift & mask)
        other[counts[digit]] = item
        counts[digit] += 1
      }
      swap(&keyed, &other)
    }
  }

  /// Rows that say the same as an earlier one, word for word, with that one.
  func repeated(_ rows: [Row]) -> [(row: Int, first: Int)] {
    var found: [(row: Int, first: Int)] = []
    var run: [Int] = []
    for place in places {
      let row = rows[Int(place)]
      if let first = run.first, rows[first].start != row.start {
        run.removeAll(keepingCapacity: true)
      }
      if let first = run.first(where: { rows[$0].isRepeated(by: row) }) {
        found.append((Int(place), first))
      } else if run.count < 16 {
        run.append(Int(place))
      }
    }
    found.sort { $0.row < $1.row }
    return found
  }
}

extension VmallocinfoFile.Row {
  /// Whether both say the same. Equal texts are one.
  fileprivate func isRepeated(by other: Self) -> Bool {
    (start, end, size, physicalAddress, rawFlags, shortPages)
      == (
        other.start, other.end, other.size, other.physicalAddress, other.rawFlags, other.shortPages
      )
      && (caller, words, nodes) == (other.caller, other.words, other.nodes)
      && (kind, hasArray) == (other.kind, other.hasArray)
  }
}
