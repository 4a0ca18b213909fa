/// What an area needs: bytes with its guard page, and an alignment, a power of two.
package struct Extent: Sendable {
  package let size: UInt64
  package let align: UInt64

  package init(size: UInt64, align: UInt64) {
    precondition(size > 0 && align.nonzeroBitCount == 1)
    (self.size, self.align) = (size, align)
  }
}

extension AddressSpace {
  /// The lowest place for an area between two addresses, the second of which is behind the range; 0
  /// there stands for the top of the address space. A kernel asks for more room than that where areas
  /// are aligned to more than a page, so it may take a higher one.
  package func place(for extent: Extent, from start: UInt64, to end: UInt64) -> UInt64? {
    for segment in all where segment.kind == .hole && segment.bytes >= extent.size {
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
