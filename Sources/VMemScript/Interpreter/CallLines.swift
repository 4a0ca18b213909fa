/// Which line of a script made which call: the last few thousand.
struct CallLines {
  private static let most = 4096

  private struct Made {
    var clock: UInt64 = 0
    var line = 0
  }

  /// By the lowest bits of the clock that a call began with; twice as many whenever two calls want one
  /// place, since most runs make few calls.
  private var calls: [Made] = []

  @inline(__always)
  mutating func note(_ clock: UInt64, _ line: Int) {
    while calls.count < Self.most, calls.isEmpty || calls[place(clock)].line != 0 { grow() }
    calls[place(clock)] = Made(clock: clock, line: line)
  }

  /// The line of a call, by the clock it began with; nil when that is no longer known.
  func line(ofCall clock: UInt64) -> Int? {
    if calls.isEmpty { return nil }
    let call = calls[place(clock)]
    return clock > 0 && call.clock == clock && call.line > 0 ? call.line : nil
  }

  @inline(__always)
  private func place(_ clock: UInt64) -> Int {
    Int(truncatingIfNeeded: clock) & (calls.count - 1)
  }

  @inline(never)
  private mutating func grow() {
    let before = calls
    calls = [Made](repeating: Made(), count: max(16, 2 * before.count))
    for call in before where call.line != 0 { calls[place(call.clock)] = call }
  }
}
