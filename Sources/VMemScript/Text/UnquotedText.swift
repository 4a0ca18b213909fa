/// The bytes of a line's quoted words, quotes removed. Room for a whole line is taken at the first
/// use and never moves, so that texts in it stay valid until the line ends.
@safe
struct UnquotedText: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>?
  private var used = 0
  private var start = 0

  init() { unsafe base = nil }

  deinit { unsafe base?.deallocate() }

  mutating func removeAll() { used = 0 }

  mutating func begin() {
    if unsafe base == nil {
      // Unquoting never lengthens, so that a line's words fit in the room of a line.
      unsafe base = UnsafeMutablePointer<UInt8>.allocate(capacity: ScriptSource.maximumLine)
    }
    start = used
  }

  mutating func append(_ byte: UInt8) {
    precondition(used < ScriptSource.maximumLine)
    // Safe: `begin` came before, and the room was checked.
    unsafe base![used] = byte
    used += 1
  }

  func end() -> Text {
    // Safe: `start ..< used` was written.
    unsafe Text(base: base! + start, count: used - start)
  }
}
