/// Windows that the kernel's log at boot tells of, as it may stand in the same text:
/// `vmalloc : 0xf83fe000 - 0xff7fe000   ( 114 MB)`, or `* 0xf1000000..0xfec00000  : vmalloc & ioremap`.
struct LoggedWindows {
  struct Window {
    let start: UInt64
    /// Last byte.
    let last: UInt64
    let line: Int
  }

  /// The last ones of the text.
  private(set) var vmalloc: Window?
  private(set) var modules: Window?

  /// Whether a line is one of these.
  mutating func read(_ text: Span<UInt8>, _ from: Int, _ end: Int, _ line: Int) -> Bool {
    var at = from
    while at < end {
      if VmallocinfoReader.begins(text, at, end, "vmalloc") {
        guard let window = Self.window(text, from, at, at + 7, end, line) else { return false }
        vmalloc = window
        return true
      }
      if VmallocinfoReader.begins(text, at, end, "modules") {
        guard let window = Self.window(text, from, at, at + 7, end, line) else { return false }
        modules = window
        return true
      }
      at += 1
    }
    return false
  }

  /// The addresses behind a name, or in front of it.
  private static func window(
    _ text: Span<UInt8>, _ from: Int, _ name: Int, _ behind: Int, _ end: Int, _ line: Int
  ) -> Window? {
    var at = skip(text, behind, end)
    if at < end, text[at] == 0x3a { return addresses(text, skip(text, at + 1, end), end, line) }
    at = from
    while at < name, text[at] != 0x2a { at += 1 }
    return at < name ? addresses(text, skip(text, at + 1, name), name, line) : nil
  }

  private static func addresses(
    _ text: Span<UInt8>, _ from: Int, _ end: Int, _ line: Int
  ) -> Window? {
    guard let (start, behind) = VmallocinfoReader.address(text, from, end) else { return nil }
    var at = skip(text, behind, end)
    let isDash = at < end && text[at] == 0x2d
    let isDots = VmallocinfoReader.begins(text, at, end, "..")
    guard isDash || isDots else { return nil }
    at = skip(text, at + (isDash ? 1 : 2), end)
    guard let (second, _) = VmallocinfoReader.address(text, at, end) else { return nil }
    // Some print the last byte, others the one behind it.
    let last = second & 4095 == 4095 ? second : second &- 1
    guard start & 4095 == 0, last & 4095 == 4095, last > start else { return nil }
    return Window(start: start, last: last, line: line)
  }

  private static func skip(_ text: Span<UInt8>, _ from: Int, _ end: Int) -> Int {
    var at = from
    while at < end, VmallocinfoReader.isBlank(text[at]) { at += 1 }
    return at
  }
}
