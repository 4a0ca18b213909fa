/// One area, free block or piece of waiting address space. Both ends are whole pages.
package struct Segment: Sendable {
  /// First byte.
  package let start: UInt64
  /// Last byte: the end of the address space has no address behind it.
  package let last: UInt64
  /// Base pages that the area owns.
  let pages: UInt32
  /// Who asked for it: one of the space's `callers`, the empty one for nobody.
  let caller: PackedTexts.Number
  /// The row of a file that it comes from.
  let row: UInt32
  package let kind: SegmentKind

  init(
    _ start: UInt64, _ last: UInt64, _ kind: SegmentKind, caller: PackedTexts.Number = .empty,
    pages: UInt32 = 0,
    row: UInt32 = 0
  ) {
    (self.start, self.last, self.kind) = (start, last, kind)
    (self.caller, self.pages, self.row) = (caller, pages, row)
  }

  package var bytes: UInt64 { size.bytes }
  var size: ByteSize { ByteSize(from: start, through: last) }
}
