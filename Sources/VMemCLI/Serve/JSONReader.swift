/// Reads one JSON value from bytes.
struct JSONReader {
  /// Deepest nesting.
  static let mostDepth = 32

  private var rest: ArraySlice<UInt8>

  /// The value that is all of the bytes but for blanks; nil for anything else.
  static func value(_ bytes: ArraySlice<UInt8>) -> JSONValue? {
    var reader = JSONReader(rest: bytes)
    guard let value = reader.value(depth: 0) else { return nil }
    reader.skip()
    return reader.rest.isEmpty ? value : nil
  }

  private mutating func skip() {
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
  }

  private mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  private mutating func value(depth: Int) -> JSONValue? {
    guard depth <= Self.mostDepth else { return nil }
    skip()
    guard let first = rest.first else { return nil }
    switch Character(UnicodeScalar(first)) {
    case "{": return object(depth)
    case "[": return array(depth)
    case "\"", "'": return string().map { .string($0) }
    case "t": return take("true") ? .flag(true) : nil
    case "f": return take("false") ? .flag(false) : nil
    case "n": return take("null") ? .null : nil
    default: return number()
    }
  }

  private mutating func number() -> JSONValue? {
    let digits = rest.prefix { "+-.0123456789eE".utf8.contains($0) }
    guard let last = digits.last, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last),
      digits.contains(where: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      digits.first != UInt8(ascii: "+")
    else { return nil }
    let text = String(decoding: digits, as: UTF8.self)
    guard Double(text) != nil else { return nil }
    rest = rest.dropFirst(digits.count)
    return .number(text)
  }

  private mutating func array(_ depth: Int) -> JSONValue? {
    rest = rest.dropFirst()
    var values: [JSONValue] = []
    skip()
    if take("]") { return .array(values) }
    while true {
      guard let value = value(depth: depth + 1) else { return nil }
      values.append(value)
      skip()
      if take("]") { return .array(values) }
      guard take(",") else { return nil }
    }
  }

  private mutating func object(_ depth: Int) -> JSONValue? {
    rest = rest.dropFirst()
    var fields: [(name: String, value: JSONValue)] = []
    skip()
    if take("}") { return .object(fields) }
    while true {
      skip()
      guard rest.first == UInt8(ascii: "\"") || rest.first == UInt8(ascii: "'"),
        let name = string()
      else { return nil }
      skip()
      guard take(":"), let value = value(depth: depth + 1) else { return nil }
      fields.append((name, value))
      skip()
      if take("}") { return .object(fields) }
      guard take(",") else { return nil }
    }
  }

  private mutating func string() -> String? {
    guard let quote = rest.popFirst() else { return nil }
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case quote: return String(decoding: bytes, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let character = escaped() else { return nil }
        bytes += Array(String(character).utf8)
      case 0..<0x20: return nil
      default: bytes.append(byte)
      }
    }
    return nil
  }

  private mutating func escaped() -> Character? {
    guard let byte = rest.popFirst() else { return nil }
    switch Character(UnicodeScalar(byte)) {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "b": return "\u{8}"
    case "f": return "\u{c}"
    case "u":
      guard let high = unit() else { return nil }
      guard (0xd800..<0xdc00).contains(high) else { return scalar(UInt32(high)) }
      guard take("\\u"), let low = unit(), (0xdc00..<0xe000).contains(low) else { return nil }
      return scalar(0x10000 + (UInt32(high) - 0xd800) << 10 + UInt32(low) - 0xdc00)
    case let plain where "\"'\\/".contains(plain): return plain
    default: return nil
    }
  }

  private func scalar(_ value: UInt32) -> Character? { UnicodeScalar(value).map { Character($0) } }

  private mutating func unit() -> UInt16? {
    let digits = rest.prefix(4)
    guard digits.count == 4, let bytes = Hex.bytes(digits) else { return nil }
    rest = rest.dropFirst(4)
    return UInt16(bytes[0]) << 8 | UInt16(bytes[1])
  }
}
