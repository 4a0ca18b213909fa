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
  init(_ map: AddressSpace) {
    let all = map.all
    guard all.count > Self.limit else {
      rows = all.indices.map { map.row(of: $0..<$0 + 1) }
      return
    }
    let groups = Groups(map)
    guard groups.count > Self.limit else {
      rows = groups.first.map { map.row(of: $0) }
      return
    }
    var next = 0
    for group in groups.largest {
      if next < group.lowerBound { rows.append(map.row(of: next..<group.lowerBound)) }
      rows.append(map.row(of: group))
      next = group.upperBound
    }
    if next < all.count { rows.append(map.row(of: next..<all.count)) }
  }

  /// Neighbours of one kind and caller; of many only what rows are made from.
  private struct Groups {
    private(set) var count = 0
    /// As many as there may be rows.
    private(set) var first: [Range<Int>] = []
    private var found: [(size: UInt64, group: Range<Int>)] = []

    /// The largest, ascending by address, so many that what lies between them has rows, too; of
    /// equal ones the first.
    var largest: [Range<Int>] {
      found.map { $0.group }.sorted { $0.lowerBound < $1.lowerBound }
    }

    init(_ map: AddressSpace) {
      let all = map.all
      var start = 0
      for at in all.indices.dropFirst()
      where all[at].kind != all[start].kind || all[at].caller != all[start].caller {
        add(start..<at, ByteSize(from: all[start].start, through: all[at - 1].last).bytes)
        start = at
      }
      if let last = all.last {
        add(start..<all.count, ByteSize(from: all[start].start, through: last.last).bytes)
      }
    }

    private mutating func add(_ group: Range<Int>, _ size: UInt64) {
      count += 1
      if count <= MapRows.limit { first.append(group) }
      let most = (MapRows.limit - 1) / 2
      if found.count == most {
        if let least = found.last, size <= least.size { return }
        found.removeLast()
      }
      let place = found.firstIndex { $0.size < size } ?? found.count
      found.insert((size, group), at: place)
    }
  }
}
