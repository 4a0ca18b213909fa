/// What rows without real addresses still tell. Equal addresses have equal hashes, so a row whose end is
/// another's start lies right before it: chains of such rows are blocks without a hole. Where the blocks
/// lie is not known, and not guessed. What is called least is so whatever the addresses were: different
/// ones may have one hash, and any row of vmalloc may lie among the modules. What no row has counts as a
/// hole, what pools keep too.
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
  /// Bytes of the vmalloc window, taken for that of x86-64 with four levels of tables, the smaller one;
  /// nil for a machine of 32 bits, which chooses it when it boots, and for one of a device tree, whose
  /// window may be of 256 GiB.
  package let window: UInt64?
  let addresses: VmallocinfoFile.Addresses
  let rowCount: Int
  /// Chains, at least, that lie in the vmalloc window and not among the modules.
  private let leastChains: Int

  /// - Parameter purged: whether rows that wait for a purge count as holes.
  package init(_ file: VmallocinfoFile, purged: Bool = false) {
    addresses = file.addresses
    window = file.isNarrow || file.isOfDeviceTree ? nil : 32 << 40
    let rows = file.rows
    let counted = rows.indices.filter { !purged || rows[$0].kind != .unpurged }
    rowCount = counted.count
    let keys = RowKeys(rows, counted)
    leastChains = Self.leastChains(file, counted, keys)
    for at in counted {
      let (sum, wraps) = bytes.addingReportingOverflow(rows[at].size)
      bytes = wraps ? .max : sum
    }
    let next = addresses == .hashed ? Self.joins(keys) : [Int32](repeating: -1, count: rowCount)
    var isInner = [Bool](repeating: false, count: rowCount)
    for behind in next where behind >= 0 { isInner[Int(behind)] = true }
    for place in counted.indices where !isInner[place] {
      let at = counted[place]
      var chain = Chain(first: at, last: at, bytes: rows[at].size)
      var row = place
      while next[row] >= 0 {
        row = Int(next[row])
        chain.last = counted[row]
        chain.rows += 1
        chain.bytes &+= rows[counted[row]].size
      }
      chains.append(chain)
    }
    chains.sort { ($1.bytes, $0.first) < ($0.bytes, $1.first) }
  }

  /// The row behind each, or -1. Two rows with one start, or one end, have met by chance.
  private static func joins(_ keys: RowKeys) -> [Int32] {
    let (none, many): (Int32, Int32) = (-1, -2)
    var starts = [Int32](repeating: none, count: keys.count)
    var ends = starts
    for at in keys.starts.indices {
      let (start, end) = (Int(keys.starts[at]), Int(keys.ends[at]))
      starts[start] = starts[start] == none ? Int32(at) : many
      ends[end] = ends[end] == none ? Int32(at) : many
    }
    return keys.ends.indices.map { at in
      let end = Int(keys.ends[at])
      return starts[end] >= 0 && starts[end] != at && ends[end] == at ? starts[end] : none
    }
  }

  /// Holes of the vmalloc window, at least: one between two of its chains, and one where the rows
  /// cannot fill it.
  package var leastHoles: Int {
    max(leastChains - 1, leastFree ?? 0 > 0 ? 1 : 0)
  }

  /// Bytes that are free at least; nil where the window is not known.
  var leastFree: UInt64? { window.map { $0 > bytes ? $0 - bytes : 0 } }

  /// Bytes of the largest hole at least: no more holes than rows, and one, share what is free, whether
  /// equal keys are equal addresses or not. Nil where the window is not known.
  package var leastLargest: UInt64? {
    leastFree.map { $0 / 4096 / UInt64(rowCount + 1) * 4096 }
  }

  /// Whether an area surely fits; nil where that cannot be said.
  package func hasRoom(for extent: Extent) -> Bool? {
    // A kernel's search does not get at the window's last page.
    guard let least = leastLargest.map({ $0 - min($0, 4096) }) else { return nil }
    // Wherever the hole begins, so much later is an aligned place.
    let more = max(extent.align, 4096) - 4096
    return extent.size <= least && more <= least - extent.size ? true : nil
  }
}
