/// Text of others (names, callers, paths, words of the command line), for a terminal: it says what
/// it says and steers nothing.
extension ByteWriter {
  /// Writes a text with every byte that is no printable character as `\x1b`: control characters,
  /// those of Unicode too, and what is not UTF-8.
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
      let isControl = byte == 0xc2 && isWhole && text[at + 1] < 0xa0
      for step in at..<at + length {
        if isWhole, !isControl { write(byte: text[step]) } else { escape(text[step]) }
      }
      at += length
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
