internal import VMem
internal import VMemViews

/// Rows that belong together: areas of a per-CPU group, and an area with its array of pages.
extension ImportPlan {
  /// Finds the groups of per-CPU areas. A chunk of per-CPU memory has an area for each NUMA node, and
  /// the distances between these are the same in every chunk.
  mutating func findGroups() {
    let members = order.filter { file.isPerCPU(file.rows[Int($0)]) }
    guard !members.isEmpty else { return }
    let places: [PerCPUPattern.Place] = members.map {
      (start: file.rows[Int($0)].start, size: file.rows[Int($0)].size)
    }
    let nodes = configuration.nodes
    for count in stride(from: nodes, to: 1, by: -1) {
      guard let found = PerCPUPattern.groups(places, of: count) else { continue }
      groups = found.map { $0.map { members[$0] } }
      return
    }
    groups = members.map { [$0] }
    guard nodes > 1 else { return }
    note(
      file.rows[Int(members[0])].line,
      "per-CPU areas in no pattern of \(nodes) nodes: each is one of its own")
  }

  /// Finds where the arrays of pages lie: the caller is that of the area, and a page has 512 entries.
  mutating func findArrays() {
    let owners = order.filter { file.rows[Int($0)].hasArray }
    guard !owners.isEmpty else { return }
    let wanted = Set(owners.map { arrayPages(file.rows[Int($0)]) })
    var found: [ArrayKey: [UInt32]] = [:]
    for index in order {
      let row = file.rows[Int(index)]
      guard row.kind == .area, row.flags == .alloc, wanted.contains(row.pages),
        row.start >= window.start, row.start <= window.last,
        row.hasArray == (row.pages > 512)
      else { continue }
      found[ArrayKey(pages: row.pages, caller: row.caller), default: []].append(index)
    }
    let alike = Dictionary(grouping: owners) { index in
      let row = file.rows[Int(index)]
      return ArrayKey(pages: arrayPages(row), caller: row.caller)
    }
    for (key, owners) in alike.sorted(by: { $0.value[0] < $1.value[0] }) {
      pair(owners, found[key] ?? [])
    }
  }

  private struct ArrayKey: Hashable {
    let pages: UInt64
    let caller: PackedTexts.Number
  }

  private func arrayPages(_ row: VmallocinfoFile.Row) -> UInt64 { (row.pages * 8 + 4095) >> 12 }

  private mutating func pair(_ owners: [UInt32], _ found: [UInt32]) {
    guard owners.count == found.count else {
      for owner in owners {
        note(
          file.rows[Int(owner)].line,
          found.isEmpty
            ? "no row is its array of pages: only the area goes when it is freed"
            : "\(found.count) rows could be its array of pages: that stays when the area is freed")
      }
      return
    }
    for (owner, array) in zip(owners, found) { arrays[owner] = array }
    guard owners.count > 1 else { return }
    note(
      file.rows[Int(owners[0])].line,
      "\(owners.count) areas have arrays of pages of the same size: taken in the order of addresses"
    )
  }

  /// Says what is taken for huge pages.
  mutating func tellWhatIsHuge() {
    let huge = order.filter {
      let row = file.rows[Int($0)]
      return row.kind == .area
        && ImportedArea.isHuge(
          start: start(row), size: row.size, pages: row.pages, flags: row.flags)
    }
    guard let first = huge.first else { return }
    note(
      file.rows[Int(first)].line,
      "\(huge.count) area\(huge.count == 1 ? "" : "s"), by size and alignment, of huge pages: "
        + "page_order=9")
  }
}
