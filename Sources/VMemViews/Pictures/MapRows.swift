internal import VMem

/// The rows of a map, few enough to be looked at.
struct MapRows {
  /// Rows that a map has at most.
  static let limit = 32

  private(set) var rows: [MapRow] = []

  /// A row for each segment where so few are there. Otherwise neighbours of one kind and caller are
  /// one row; and where that leaves too many, the largest keep theirs, and what lies between two of
  /// them is one row.
  ///
  /// Complexity: linear in the segments.
  init(_ map: MapSegments) {
    let all = map.all
    guard all.count > Self.limit else {
      rows = all.indices.map { map.row(of: $0..<$0 + 1) }
      return
    }
    var groups: [Range<Int>] = []
    var first = 0
    for at in 1...all.count {
      let isSame =
        at < all.count && all[at].kind == all[first].kind && all[at].caller == all[first].caller
      if isSame { continue }
      groups.append(first..<at)
      first = at
    }
    guard groups.count > Self.limit else {
      rows = groups.map { map.row(of: $0) }
      return
    }
    var next = 0
    for at in Self.largest(groups, map, count: (Self.limit - 1) / 2) {
      if next < at { rows.append(map.row(of: groups[next].lowerBound..<groups[at].lowerBound)) }
      rows.append(map.row(of: groups[at]))
      next = at + 1
    }
    if next < groups.count {
      rows.append(map.row(of: groups[next].lowerBound..<all.count))
    }
  }

  /// The places of the largest groups, ascending; of equal ones the first.
  private static func largest(
    _ groups: [Range<Int>], _ map: MapSegments, count: Int
  ) -> [Int] {
    var found: [(size: UInt64, at: Int)] = []
    for (at, group) in groups.enumerated() {
      let first = map.all[group.lowerBound]
      let size = ByteSize(from: first.start, through: map.all[group.upperBound - 1].last).bytes
      if found.count == count, let least = found.last, size <= least.size { continue }
      if found.count == count { found.removeLast() }
      var place = found.count
      while place > 0, found[place - 1].size < size { place -= 1 }
      found.insert((size, at), at: place)
    }
    return found.map { $0.at }.sorted()
  }
}
