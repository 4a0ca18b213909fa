/// What an area needs: bytes with its guard page, and an alignment, a power of two.
package struct Extent: Sendable {
  package let size: UInt64
  package let align: UInt64

  package init(size: UInt64, align: UInt64) {
    precondition(size > 0 && align.nonzeroBitCount == 1)
    (self.size, self.align) = (size, align)
  }

  /// Bytes of a hole that a kernel looks for between two addresses; nil for more than there can be.
  func wanted(from start: UInt64, to end: UInt64) -> UInt64? {
    if align <= 4096 || end &- start == size { return size }
    let (length, wraps) = size.addingReportingOverflow(align - 1)
    return wraps ? nil : length
  }
}

extension AddressSpace {
  /// The lowest place for an area between two addresses, the second of which is behind the range; 0
  /// there stands for the top of the address space. As a kernel's search does, it passes over holes
  /// without room to align, where that is to more than a page; which of them a kernel meets all the same,
  /// the shape of its tree decides (`find_vmap_lowest_match`).
  package func place(for extent: Extent, from start: UInt64, to end: UInt64) -> UInt64? {
    guard let length = extent.wanted(from: start, to: end) else { return nil }
    for segment in all where segment.kind == .hole && segment.bytes >= length {
      if let place = Self.place(for: extent, in: segment.start, segment.last, start, end) {
        return place
      }
    }
    return nil
  }

  /// The lowest place from `first` to `last` that lies between two other addresses.
  static func place(
    for extent: Extent, in first: UInt64, _ last: UInt64, _ start: UInt64, _ end: UInt64
  ) -> UInt64? {
    let lowest = max(first, start)
    let place = (lowest &+ (extent.align - 1)) & ~(extent.align - 1)
    let final = place &+ (extent.size - 1)
    guard place >= lowest, final >= place, final <= last, final <= end &- 1 else { return nil }
    return place
  }
}
