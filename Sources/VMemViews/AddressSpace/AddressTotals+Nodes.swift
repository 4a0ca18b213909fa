package import VMem

extension AddressTotals {
  /// Pages by node, of the areas that touch a range.
  package init(
    nodesOf machine: borrowing Machine, in range: (start: UInt64, last: UInt64)?, window: UInt64,
    called name: String
  ) {
    var nodes = InlineArray<8, (areas: Int, pages: UInt64)>(repeating: (0, 0))
    let ram = machine.ram
    machine.vmAreas.forEachBusyArea { area in
      if let range, area.end &- 1 < range.start || area.start > range.last { return }
      Self.add(area.pagesPerNode(ram), to: &nodes)
    }
    self.init(nodes: nodes, window: window, called: name)
  }

  /// Pages by node, of the rows that touch a range.
  package init(
    nodesOf file: VmallocinfoFile, in range: (start: UInt64, last: UInt64)?, window: UInt64,
    called name: String
  ) {
    var nodes = InlineArray<8, (areas: Int, pages: UInt64)>(repeating: (0, 0))
    for row in file.rows {
      if let range, row.end &- 1 < range.start || row.start > range.last { continue }
      Self.add(file.pagesPerNode(row), to: &nodes)
    }
    self.init(nodes: nodes, window: window, called: name)
  }

  private static func add(
    _ counts: InlineArray<8, UInt64>, to nodes: inout InlineArray<8, (areas: Int, pages: UInt64)>
  ) {
    for node in 0..<8 where counts[node] > 0 {
      nodes[node].areas += 1
      nodes[node].pages &+= counts[node]
    }
  }
}
