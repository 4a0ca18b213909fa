/// What the record of an imported area has no room for: pages on several NUMA nodes, and words that no
/// known kernel prints. It lives in the same cache as `VMArea`.
struct ImportedRow: SlabObject {
  static var cache: Int { 0 }

  /// Base pages on each node, as the row has them.
  var pages = InlineArray<8, UInt32>(repeating: 0)
  /// The unknown words, or none.
  var words = Ref<Symbol>.none
  /// No byte of a record in RAM is left to chance.
  var unused = InlineArray<7, UInt32>(repeating: 0)
}

extension VMArea {
  /// The words that the row of an imported area has besides those of every kernel, or none.
  package func importedWords(_ ram: RAM) -> Ref<Symbol> {
    importedRow.isNone ? .none : ram[importedRow].words
  }

  /// Its pages on each node, as the row has them.
  func importedPages(_ ram: RAM) -> InlineArray<8, UInt64> {
    var counts = InlineArray<8, UInt64>(repeating: 0)
    if !importedRow.isNone {
      for node in 0..<8 { counts[node] = UInt64(ram[importedRow].pages[node]) }
    } else if importedNode > 0 {
      counts[Int(importedNode - 1) & 7] = UInt64(pageCount)
    }
    return counts
  }
}
