extension ByteWriter {
  /// `text` as a JSON string, quotes included.
  package mutating func jsonString(_ text: String) { jsonString(text.utf8Span.span) }

  /// `text` as a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD, one for each
  /// maximal part that could have begun a character.
  package mutating func jsonString(_ text: Span<UInt8>) {
    write(byte: 0x22)
    var at = 0
    while at < text.count {
      let byte = text[at]
      if byte < 0x80 {
        jsonASCII(byte)
        at += 1
        continue
      }
      let (length, isWhole) = Self.sequence(text, at)
      if isWhole, byte == 0xc2, text[at + 1] < 0xa0 {
        // Control characters of Unicode steer terminals, too.
        write("\\u")
        hex(UInt64(text[at + 1]), digits: 4)
      } else if isWhole {
        write(text.extracting(at..<at + length))
      } else {
        write("\\ufffd")
      }
      at += length
    }
    write(byte: 0x22)
  }

  private mutating func jsonASCII(_ byte: UInt8) {
    switch byte {
    case 0x22: write("\\\"")
    case 0x5c: write("\\\\")
    case 0x08: write("\\b")
    case 0x09: write("\\t")
    case 0x0a: write("\\n")
    case 0x0c: write("\\f")
    case 0x0d: write("\\r")
    case 0..<0x20, 0x7f:
      write("\\u")
      hex(UInt64(byte), digits: 4)
    default: write(byte: byte)
    }
  }

  /// Length of the UTF-8 sequence that starts at `at` with a byte of 0x80 or more, and whether it
  /// is well formed (Unicode table 3-7); if not, the length of the part that was.
  static func sequence(_ text: Span<UInt8>, _ at: Int) -> (length: Int, isWhole: Bool) {
    let first = text[at]
    var second: ClosedRange<UInt8> = 0x80...0xbf
    let length: Int
    switch first {
    case 0xc2...0xdf: length = 2
    case 0xe0...0xef: length = 3
    case 0xf0...0xf4: length = 4
    default: return (1, false)
    }
    switch first {
    case 0xe0: second = 0xa0...0xbf
    case 0xed: second = 0x80...0x9f
    case 0xf0: second = 0x90...0xbf
    case 0xf4: second = 0x80...0x8f
    default: break
    }
    guard at + 1 < text.count, second.contains(text[at + 1]) else { return (1, false) }
    for step in 2..<max(2, length) {
      guard at + step < text.count, text[at + step] & 0xc0 == 0x80 else { return (step, false) }
    }
    return (length, true)
  }
}
