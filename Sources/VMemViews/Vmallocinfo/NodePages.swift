internal import VMem

/// Pages on NUMA nodes, of which a file may name more than a machine here can have.
package struct NodePages {
  /// By node; no node behind the last one that has pages.
  private(set) var counts: [UInt64] = []

  mutating func add(_ pages: UInt64, to node: Int) {
    guard pages > 0 else { return }
    while counts.count <= node { counts.append(0) }
    counts[node] &+= pages
  }

  /// Those of an area. An imported one keeps those on higher nodes in the text of its row.
  init(_ area: borrowing VMArea, _ ram: RAM) {
    let own = area.pagesPerNode(ram)
    for node in 0..<8 { add(own[node], to: node) }
    guard area.kind == .imported, area.hasOddRow(ram) else { return }
    let tail = area.importedTail(ram)
    NodeWords.forEach(in: tail.span, 0, tail.count) { node, pages in
      if node > 7 { add(pages, to: node) }
    }
  }

  /// Those of a row.
  init(_ row: VmallocinfoFile.Row, in file: VmallocinfoFile) {
    file.forEachNode(of: row) { node, pages in add(pages, to: node) }
  }
}
