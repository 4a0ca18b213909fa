/// Words of a row like `N0=4`: base pages on NUMA nodes. The corresponding kernel function is
/// `show_numa_info`.
package enum NodeWords {
  /// Nodes that a kernel can have (`MAX_NUMNODES` of the largest configuration).
  static let most = 1024

  /// The node and the pages of a word; nil for any other word.
  @inline(__always)
  static func value(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> (node: Int, pages: UInt64)? {
    guard end - start >= 4, text[start] == 0x4e else { return nil }
    var (node, at) = (0, start + 1)
    while at < end, text[at] &- 0x30 < 10, at < start + 5 {
      node = node * 10 + Int(text[at] &- 0x30)
      at += 1
    }
    // The kernel prints no zero in front.
    guard at > start + 1, at < end, text[at] == 0x3d, node < most,
      text[start + 1] != 0x30 || at == start + 2,
      let (pages, last) = VmallocinfoReader.decimal(text, at + 1, end), last == end
    else { return nil }
    return (node, pages)
  }

  /// Every such word of a text, whatever stands between them.
  package static func forEach(
    in text: Span<UInt8>, _ from: Int, _ to: Int, _ body: (_ node: Int, _ pages: UInt64) -> Void
  ) {
    var at = from
    while at < to {
      let first = at
      while at < to, !VmallocinfoReader.isBlank(text[at]) { at += 1 }
      if let (node, pages) = value(text, first, at) { body(node, pages) }
      while at < to, VmallocinfoReader.isBlank(text[at]) { at += 1 }
    }
  }
}

extension VmallocinfoFile {
  /// A row's pages on the nodes that a machine here can have.
  package func pagesPerNode(_ row: Row) -> InlineArray<8, UInt64> {
    var counts = InlineArray<8, UInt64>(repeating: 0)
    forEachNode(of: row) { node, pages in if node < 8 { counts[node] &+= pages } }
    return counts
  }

  /// A row's pages on each NUMA node that it names.
  package func forEachNode(of row: Row, _ body: (_ node: Int, _ pages: UInt64) -> Void) {
    guard !row.nodes.isEmpty else { return }
    let range = texts.range(row.nodes)
    NodeWords.forEach(in: texts.bytes.span, range.lowerBound, range.upperBound, body)
  }
}
