/// What rows without real addresses still tell. Equal addresses have equal hashes, so a row whose end is
/// another's start lies right before it: chains of such rows are blocks without a hole. Where the blocks
/// lie is not known, and not guessed.
package struct AddressChains: Sendable {
  /// Rows that follow each other.
  struct Chain: Sendable {
    /// The first one and the last one, as places in the file.
    let first: Int
    var last: Int
    var rows = 1
    var bytes: UInt64
  }

  /// The largest first, of equal ones in the file's order.
  private(set) var chains: [Chain] = []
  /// Bytes of all rows.
  private(set) var bytes: UInt64 = 0
  /// Bytes of the window; nil for a machine of 32 bits, which chooses it when it boots.
  package let window: UInt64?
  let addresses: VmallocinfoFile.Addresses
  let rowCount: Int

  /// - Parameter purged: whether rows that wait for a purge count as holes.
  package init(_ file: VmallocinfoFile, purged: Bool = false) {
    addresses = file.addresses
    // With five levels of tables it is larger, and so is what is free.
    window = file.isNarrow ? nil : 32 << 40
    let rows = file.rows
    let counted = rows.indices.filter { !purged || rows[$0].kind != .unpurged }
    rowCount = counted.count
    for at in counted { bytes &+= rows[at].size }
    let next = addresses == .hashed ? Self.joins(rows, counted) : [:]
    let inner = Set(next.values)
    for at in counted where !inner.contains(at) {
      var chain = Chain(first: at, last: at, bytes: rows[at].size)
      var row = at
      while let behind = next[row] {
        chain.last = behind
        chain.rows += 1
        chain.bytes &+= rows[behind].size
        row = behind
      }
      chains.append(chain)
    }
    chains.sort { ($1.bytes, $0.first) < ($0.bytes, $1.first) }
  }

  /// The row behind a row. Two rows with one start, or one end, have met by chance.
  private static func joins(
    _ rows: [VmallocinfoFile.Row], _ counted: [Int]
  ) -> [Int: Int] {
    var starts: [UInt64: Int] = [:]
    var ends: [UInt64: Int] = [:]
    for at in counted {
      starts[rows[at].start] = starts[rows[at].start] == nil ? at : -1
      ends[rows[at].end] = ends[rows[at].end] == nil ? at : -1
    }
    var next: [Int: Int] = [:]
    for at in counted {
      guard let behind = starts[rows[at].end], behind >= 0, behind != at, ends[rows[at].end] == at
      else { continue }
      next[at] = behind
    }
    return next
  }

  /// Holes there are at least: one between two chains of a window, and there are two windows.
  var leastHoles: Int { addresses == .hashed ? max(0, chains.count - 2) : 0 }

  /// Bytes that are free at least; nil where the window is not known.
  var leastFree: UInt64? { window.map { $0 > bytes ? $0 - bytes : 0 } }

  /// Bytes of the largest hole at least: the free ones lie in no more holes than before, between and
  /// behind all chains. Nil where the window is not known.
  package var leastLargest: UInt64? {
    leastFree.map { $0 / 4096 / UInt64(chains.count + 1) * 4096 }
  }

  /// Whether an area surely fits; nil where that cannot be said.
  package func hasRoom(for extent: Extent) -> Bool? {
    guard let least = leastLargest else { return nil }
    // Wherever the hole begins, so much later is an aligned place.
    let more = max(extent.align, 4096) - 4096
    return extent.size <= least && more <= least - extent.size ? true : nil
  }
}
