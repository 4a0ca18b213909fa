/// What dumps of memory need to know.
extension Machine {
  /// Physical addresses that are RAM, ascending: all of them but the device space below 1 MiB.
  package var ramRanges: [Range<UInt64>] {
    let size = UInt64(ram.frameCount) << 12
    let hole = UInt64(BootLayout.hole.from) << 12..<UInt64(BootLayout.hole.to) << 12
    let ranges = [0..<min(hole.lowerBound, size), min(hole.upperBound, size)..<size]
    return ranges.filter { !$0.isEmpty }
  }

  /// Physical addresses of the structures that boot placed in RAM, ascending and apart.
  package var reservedRanges: [Range<UInt64>] {
    let layout = BootLayout(configuration)
    let ranges = layout.taken + (layout.tlbs > 0 ? [(layout.end - layout.tlbs, layout.end)] : [])
    return ranges.flatMap { range in
      let frames = UInt64(range.from)..<UInt64(range.to)
      return ramRanges.map { ram in
        (frames.lowerBound << 12..<frames.upperBound << 12).clamped(to: ram)
      }
    }.filter { !$0.isEmpty }
  }

  /// The frames that are not all zero. Frames the host has no memory for are not read.
  package func usedFrames() -> FrameSet {
    var set = FrameSet(frameCount: ram.frameCount)
    unsafe forEachUsedFrame { pfn, _ in set.insert(pfn) }
    return set
  }

  /// Calls `body` with the 4,096 bytes of frame `pfn`; they may be used until it returns. Returns nil
  /// for a frame number that is not RAM.
  public func withFrame<R, E: Error>(
    _ pfn: UInt32, _ body: (borrowing RawSpan) throws(E) -> R
  ) throws(E) -> R? {
    guard ram.isMemory(UInt64(pfn)) else { return nil }
    // Safe: the span ends with the call, and the frame is memory of this machine.
    return try unsafe ram.withFrame(pfn) { bytes throws(E) in
      try unsafe body(UnsafeRawBufferPointer(bytes).bytes)
    }
  }
}

extension RAM {
  /// Calls `body` with the bytes of consecutive frames. `range` lies in RAM.
  package func withFrames(_ range: Range<UInt64>, _ body: (UnsafeRawBufferPointer) -> Void) {
    precondition(range.upperBound <= UInt64(frameCount))
    // Safe: the frames are RAM, and RAM is one mapping.
    unsafe body(
      UnsafeRawBufferPointer(start: frame(range.lowerBound), count: range.count << 12))
  }
}
