/// What the record of an imported area has no room for: pages on several NUMA nodes, the end of a long
/// caller, and what stands behind the caller where it is not as a known kernel prints it. It lives in
/// the same cache as `VMArea`.
package struct ImportedRow: SlabObject {
  static var cache: Int { 0 }

  /// Base pages on each node, as the row has them.
  var pages = InlineArray<8, UInt32>(repeating: 0)
  /// The caller from its 112th byte on, in pieces as long as a symbol; none behind the last. Behind a
  /// shorter caller, what `tail` has no room for.
  var callerRest = InlineArray<4, Ref<Symbol>>(repeating: .none)
  /// What the row has behind its caller, in such pieces.
  var tail = InlineArray<4, Ref<Symbol>>(repeating: .none)

  package static let longestCaller = 5 * Symbol.maximumLength

  /// Bytes that are kept of what a row has behind a caller of so many.
  package static func longestTail(behind caller: Int) -> Int {
    (isShort(caller) ? 8 : 4) * Symbol.maximumLength
  }

  /// Whether one symbol surely has all of a caller.
  static func isShort(_ caller: Int) -> Bool { caller < Symbol.maximumLength }
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
    guard !importedRow.isNone else { return [] }
    let first = text(ram[importedRow].tail, ram)
    return hasShortCaller(ram) ? first + text(ram[importedRow].callerRest, ram) : first
  }

  /// Its caller from the 112th byte on; empty for none.
  package func importedCallerRest(_ ram: RAM) -> [UInt8] {
    importedRow.isNone || hasShortCaller(ram) ? [] : text(ram[importedRow].callerRest, ram)
  }

  private func hasShortCaller(_ ram: RAM) -> Bool {
    caller.isNone || ImportedRow.isShort(Int(ram[caller].length))
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
