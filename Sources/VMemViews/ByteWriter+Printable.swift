/// Text of others (names, callers, paths, words of the command line), for a terminal: it says what
/// it says and steers nothing.
extension ByteWriter {
  /// Writes a text with every byte that is no printable character as `\x1b`: control characters,
  /// those of Unicode too, what turns the direction of writing, and what is not UTF-8.
  package mutating func printable(_ text: Span<UInt8>) {
    var at = 0
    while at < text.count {
      let byte = text[at]
      if byte >= 0x20, byte < 0x7f {
        write(byte: byte)
        at += 1
        continue
      }
      let (length, isWhole) = byte < 0x80 ? (1, false) : Self.sequence(text, at)
      let isControl = isWhole && Self.steers(text.extracting(at..<at + length))
      for step in at..<at + length {
        if isWhole, !isControl { write(byte: text[step]) } else { escape(text[step]) }
      }
      at += length
    }
  }

  /// Whether a character of more than one byte steers a terminal: the controls U+0080 to U+009F, and
  /// those that end lines or turn the direction of writing (U+061C, U+200E, U+200F, U+2028 to U+202E,
  /// U+2066 to U+2069).
  private static func steers(_ character: Span<UInt8>) -> Bool {
    switch (character[0], character[1], character.count > 2 ? character[2] : 0) {
    case (0xc2, 0x80..<0xa0, _), (0xd8, 0x9c, _), (0xe2, 0x80, 0x8e...0x8f),
      (0xe2, 0x80, 0xa8...0xae), (0xe2, 0x81, 0xa6...0xa9):
      true
    default: false
    }
  }

  /// Writes a text so; bytes of the host that are no text are shown as they are.
  package mutating func printable(_ text: String) { printable(text.hostBytes.span) }

  private mutating func escape(_ byte: UInt8) {
    write("\\x")
    hex(UInt64(byte), digits: 2)
  }
}

extension String {
  /// The text with control characters as `\x1b`.
  package var printable: String {
    // Most texts need no other.
    if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return self }
    var writer = ByteWriter(descriptor: nil)
    writer.printable(self)
    return writer.takeString()
  }
}
