/// QEMU's machine protocol as bytes of a connection: JSON objects one behind the other.
struct QmpStream {
  /// Bytes of the longest command.
  static let maximumSize = 1 << 16

  enum Event: Equatable {
    case command(JSONValue)
    /// Not a JSON object, or a longer one than there can be.
    case wrong
  }

  private var bytes: [UInt8] = []
  private var depth = 0
  private var quote: UInt8 = 0
  private var isEscaped = false
  /// Whether all is passed over up to the end of a line.
  private var isLost = false

  /// Takes a byte; returns what it completes.
  mutating func feed(_ byte: UInt8) -> Event? {
    if isLost {
      isLost = byte != 0x0a
      return nil
    }
    if depth == 0 {
      switch byte {
      case 0x20, 0x09, 0x0a, 0x0d: return nil
      case UInt8(ascii: "{"): break
      default: return lose(byte)
      }
    }
    bytes.append(byte)
    guard bytes.count <= Self.maximumSize else { return lose(byte) }
    follow(byte)
    guard depth == 0 else { return nil }
    defer { bytes.removeAll() }
    return JSONReader.value(bytes[...]).map { .command($0) } ?? .wrong
  }

  /// Counts what is open.
  private mutating func follow(_ byte: UInt8) {
    if isEscaped {
      isEscaped = false
    } else if quote != 0 {
      if byte == quote { quote = 0 }
      isEscaped = byte == UInt8(ascii: "\\")
    } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
      quote = byte
    } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
      depth += 1
    } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
      depth -= 1
    }
  }

  private mutating func lose(_ byte: UInt8) -> Event {
    self = QmpStream()
    isLost = byte != 0x0a
    return .wrong
  }
}
