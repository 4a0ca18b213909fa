/// A reader of JSON that only says whether a text is well formed (RFC 8259).
struct JSONText {
  private let bytes: [UInt8]
  private var at = 0

  static func isObject(_ text: String) -> Bool {
    var reader = JSONText(bytes: Array(text.utf8))
    reader.skipSpace()
    guard reader.peek == UInt8(ascii: "{"), reader.value() else { return false }
    reader.skipSpace()
    return reader.at == reader.bytes.count
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func skipSpace() {
    while let byte = peek, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { at += 1 }
  }

  private mutating func take(_ text: String) -> Bool {
    guard bytes[at...].starts(with: text.utf8) else { return false }
    at += text.utf8.count
    return true
  }

  private mutating func value() -> Bool {
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return list("{", "}") { $0.string() && $0.take(":") && $0.value() }
    case UInt8(ascii: "["): return list("[", "]") { $0.value() }
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "t"): return take("true")
    case UInt8(ascii: "f"): return take("false")
    case UInt8(ascii: "n"): return take("null")
    default: return number()
    }
  }

  private mutating func list(
    _ open: String, _ close: String, _ element: (inout JSONText) -> Bool
  ) -> Bool {
    guard take(open) else { return false }
    skipSpace()
    if take(close) { return true }
    while true {
      guard element(&self) else { return false }
      skipSpace()
      if take(close) { return true }
      guard take(",") else { return false }
      skipSpace()
    }
  }

  private mutating func string() -> Bool {
    guard take("\"") else { return false }
    while let byte = peek {
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return true
      case ..<0x20: return false
      case UInt8(ascii: "\\"):
        guard let escape = peek else { return false }
        at += 1
        if escape == UInt8(ascii: "u") {
          let digits = bytes[at...].prefix(4)
          guard digits.count == 4, UInt16(String(decoding: digits, as: UTF8.self), radix: 16) != nil
          else { return false }
          at += 4
        } else if !Array("\"\\/bfnrt".utf8).contains(escape) {
          return false
        }
      default: break
      }
    }
    return false
  }

  private mutating func number() -> Bool {
    let start = at
    while let byte = peek, Array("0123456789+-.eE".utf8).contains(byte) { at += 1 }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    let digits = text.drop { $0 == "-" }
    return Double(text) != nil && (digits.count == 1 || digits.first != "0" || digits.contains("."))
  }
}
