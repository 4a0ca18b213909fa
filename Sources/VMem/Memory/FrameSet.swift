/// A set of frames of RAM, one bit each.
package struct FrameSet: Sendable {
  private var words: [UInt64]
  private let count: UInt64

  init(frameCount: UInt32) {
    count = UInt64(frameCount)
    words = [UInt64](repeating: 0, count: Int((count + 63) / 64))
  }

  @inline(__always)
  mutating func insert(_ pfn: UInt32) { words[Int(pfn >> 6)] |= 1 << UInt64(pfn & 63) }

  /// Calls `body` for every run of consecutive members inside `range`, ascending; what lies past
  /// the end of RAM is no member.
  package func forEachRun(in range: Range<UInt64>, _ body: (Range<UInt64>) -> Void) {
    var at = range.lowerBound
    let end = min(range.upperBound, count)
    while let first = next(from: at, below: end, isMember: true) {
      let past = next(from: first, below: end, isMember: false) ?? end
      body(first..<past)
      at = past
    }
  }

  private func next(from start: UInt64, below end: UInt64, isMember: Bool) -> UInt64? {
    var at = start
    while at < end {
      let word = words[Int(at >> 6)]
      let wanted = (isMember ? word : ~word) >> (at & 63)
      if wanted != 0 {
        at += UInt64(wanted.trailingZeroBitCount)
        return at < end ? at : nil
      }
      at = (at | 63) + 1
    }
    return nil
  }
}
