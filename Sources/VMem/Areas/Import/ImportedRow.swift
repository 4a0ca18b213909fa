/// What the record of an imported area has no room for: pages on several NUMA nodes, the end of a long
/// caller, and what stands behind the caller where it is not as a known kernel prints it. It lives in
/// the same cache as `VMArea`.
package struct ImportedRow: SlabObject {
  static var cache: Int { 0 }

  /// Base pages on each node, as the row has them.
  var pages = InlineArray<8, UInt32>(repeating: 0)
  /// The caller from its 112th byte on, in pieces as long as a symbol; none behind the last.
  var callerRest = InlineArray<4, Ref<Symbol>>(repeating: .none)
  /// What the row has behind its caller, in such pieces.
  var tail = InlineArray<4, Ref<Symbol>>(repeating: .none)

  package static let longestCaller = 5 * Symbol.maximumLength
  package static let longestTail = 4 * Symbol.maximumLength
}

extension VMArea {
  /// Whether the row of an imported area has more than the record and pages on nodes.
  @inline(__always)
  package func hasOddRow(_ ram: RAM) -> Bool {
    let row = importedRow
    return !row.isNone && !(ram[row].tail[0].isNone && ram[row].callerRest[0].isNone)
  }

  /// What the row of an imported area has behind its caller, where that is not as a known kernel
  /// prints it; empty for none.
  package func importedTail(_ ram: RAM) -> [UInt8] {
    importedRow.isNone ? [] : text(ram[importedRow].tail, ram)
  }

  /// Its caller from the 112th byte on; empty for none.
  package func importedCallerRest(_ ram: RAM) -> [UInt8] {
    importedRow.isNone ? [] : text(ram[importedRow].callerRest, ram)
  }

  private func text(_ pieces: InlineArray<4, Ref<Symbol>>, _ ram: RAM) -> [UInt8] {
    var bytes: [UInt8] = []
    for piece in 0..<4 where !pieces[piece].isNone {
      bytes += ram.text(of: pieces[piece])
    }
    return bytes
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
