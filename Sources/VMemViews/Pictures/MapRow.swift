/// One row of a map: a segment, or a run of neighbours.
package struct MapRow: Sendable {
  /// What a row has of one kind.
  struct Part: Sendable {
    let kind: SegmentKind
    let count: Int
    let bytes: UInt64
  }

  /// Its first segment.
  let first: Segment
  /// Last byte.
  let last: UInt64
  /// Segments.
  let count: Int
  /// By kind.
  let parts: [Part]
  /// Who made all of it; empty for nobody, or several.
  let caller: String

  /// First byte.
  var start: UInt64 { first.start }
  var size: ByteSize { ByteSize(from: start, through: last) }

  /// The kind of all of it, or nil.
  var kind: SegmentKind? { parts.count == 1 ? parts[0].kind : nil }

  /// Divides `cells` among the kinds by what they take; the kinds in their order.
  func shares(of cells: Int) -> [(kind: SegmentKind, cells: Int)] {
    var (done, used): (UInt64, Int) = (0, 0)
    let whole = max(1, parts.reduce(UInt64(0)) { $0 &+ $1.bytes })
    var result: [(kind: SegmentKind, cells: Int)] = []
    for part in parts {
      done &+= part.bytes
      let share = done.multipliedFullWidth(by: UInt64(cells))
      let end = whole > share.high ? Int(whole.dividingFullWidth(share).quotient) : cells
      if end > used { result.append((part.kind, end - used)) }
      used = max(used, end)
    }
    return result
  }
}
