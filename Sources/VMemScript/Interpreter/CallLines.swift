/// Which line of a script made which call: the last few thousand.
struct CallLines {
  private var clocks = [UInt64](repeating: 0, count: 4096)
  private var lines = [Int](repeating: 0, count: 4096)

  @inline(__always)
  mutating func note(_ clock: UInt64, _ line: Int) {
    let at = Int(truncatingIfNeeded: clock) & 4095
    clocks[at] = clock
    lines[at] = line
  }

  /// The line of a call, by the clock it began with; nil when that is no longer known.
  func line(ofCall clock: UInt64) -> Int? {
    let at = Int(truncatingIfNeeded: clock) & 4095
    return clock > 0 && clocks[at] == clock && lines[at] > 0 ? lines[at] : nil
  }
}
