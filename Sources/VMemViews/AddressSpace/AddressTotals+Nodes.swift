package import VMem

/// Areas and pages by NUMA node.
struct NodeSums {
  private var sums: [(areas: Int, pages: UInt64)] = []

  mutating func add(_ pages: NodePages) {
    while sums.count < pages.counts.count { sums.append((0, 0)) }
    for (node, count) in pages.counts.enumerated() where count > 0 {
      sums[node].areas += 1
      sums[node].pages &+= count
    }
  }

  /// By pages, the most first; of equal ones by number.
  func rows(_ pageShift: UInt64) -> [AddressTotals.Row] {
    sums.indices.filter { sums[$0].areas > 0 }
      .sorted { (sums[$1].pages, $0) < (sums[$0].pages, $1) }
      .map { node in
        AddressTotals.Row(
          name: "\(node)", count: sums[node].areas, bytes: sums[node].pages << pageShift,
          pages: sums[node].pages)
      }
  }
}

extension AddressTotals {
  /// Pages by node, of the areas that touch a range.
  package init(
    nodesOf machine: borrowing Machine, in range: (start: UInt64, last: UInt64)?, windows: [Window]
  ) {
    var nodes = [NodeSums](repeating: NodeSums(), count: windows.count + 1)
    let ram = machine.ram
    machine.vmAreas.forEachBusyArea { area in
      if let range, area.end &- 1 < range.start || area.start > range.last { return }
      let place = Self.place(area.start, area.end &- 1, windows) ?? windows.count
      nodes[place].add(NodePages(area, ram))
    }
    self.init(nodes, windows: windows, window: nil, pageShift: 12)
  }

  /// Pages by node, of the rows that touch a range.
  package init(
    nodesOf file: VmallocinfoFile, in range: (start: UInt64, last: UInt64)?, windows: [Window]
  ) {
    var nodes = [NodeSums](repeating: NodeSums(), count: windows.count + 1)
    let dropped = file.addresses == .real ? (try? RowOverlaps(file))?.dropped ?? [] : []
    for (at, row) in file.rows.enumerated() where !dropped.contains(UInt32(at)) {
      if let range, row.end &- 1 < range.start || row.start > range.last { continue }
      let place = Self.place(row.start, row.end &- 1, windows) ?? windows.count
      nodes[place].add(NodePages(row, in: file))
    }
    self.init(nodes, windows: windows, window: nil, pageShift: file.pageShift)
  }

  /// Pages by node, of all rows of a file without real addresses.
  package init(nodesOf file: VmallocinfoFile, window: UInt64) {
    var nodes = NodeSums()
    for row in file.rows { nodes.add(NodePages(row, in: file)) }
    let all = Window("vmalloc", (0, .max))
    self.init([nodes, NodeSums()], windows: [all], window: window, pageShift: 12)
  }
}

extension VmallocinfoFile {
  /// The windows that totals are of: the vmalloc window and that of modules, where there is one.
  package var windowsOfTotals: [AddressTotals.Window] {
    var windows: [AddressTotals.Window] = []
    if window.last > 0 { windows.append(.init("vmalloc", window, isWhole: isWindowKnown)) }
    if let modules { windows.append(.init("modules", modules)) }
    return windows
  }
}
