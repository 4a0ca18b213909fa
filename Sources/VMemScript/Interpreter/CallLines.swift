/// Which line of a script made which call: the last few thousand.
struct CallLines {
  private var calls = [(clock: UInt64, line: Int)](repeating: (0, 0), count: 4096)

  @inline(__always)
  mutating func note(_ clock: UInt64, _ line: Int) {
    calls[Int(truncatingIfNeeded: clock) & 4095] = (clock, line)
  }

  /// The line of a call, by the clock it began with; nil when that is no longer known.
  func line(ofCall clock: UInt64) -> Int? {
    let call = calls[Int(truncatingIfNeeded: clock) & 4095]
    return clock > 0 && call.clock == clock && call.line > 0 ? call.line : nil
  }
}
