/// A reader of JSON that only says whether a text is one value, and gives the keys of its object.
struct JSONChecker {
  private let bytes: [UInt8]
  private var at = 0
  private(set) var keys: [String] = []

  /// The keys of the object that `text` is, outermost only; nil when it is no JSON object.
  static func keys(_ text: String) -> [String]? {
    var checker = JSONChecker(bytes: Array(text.utf8))
    guard checker.byte == UInt8(ascii: "{"), checker.value(depth: 0),
      checker.at == checker.bytes.count
    else { return nil }
    return checker.keys
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var byte: UInt8 { at < bytes.count ? bytes[at] : 0 }

  private mutating func take(_ wanted: Character) -> Bool {
    guard byte == wanted.asciiValue else { return false }
    at += 1
    return true
  }

  private mutating func value(depth: Int) -> Bool {
    switch byte {
    case UInt8(ascii: "{"):
      at += 1
      if take("}") { return true }
      repeat {
        let start = at
        guard string() else { return false }
        if depth == 0 { keys.append(String(decoding: bytes[start + 1..<at - 1], as: UTF8.self)) }
        guard take(":"), value(depth: depth + 1) else { return false }
      } while take(",")
      return take("}")
    case UInt8(ascii: "["):
      at += 1
      if take("]") { return true }
      repeat { guard value(depth: depth + 1) else { return false } } while take(",")
      return take("]")
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let start = at
      while "+-.eE0123456789".utf8.contains(byte) { at += 1 }
      return Double(String(decoding: bytes[start..<at], as: UTF8.self)) != nil
    default:
      for word in ["true", "false", "null"] where bytes[at...].starts(with: word.utf8) {
        at += word.utf8.count
        return true
      }
      return false
    }
  }

  private mutating func string() -> Bool {
    guard take("\"") else { return false }
    while at < bytes.count {
      let byte = self.byte
      at += 1
      if byte == UInt8(ascii: "\"") { return true }
      if byte < 0x20 { return false }
      guard byte == UInt8(ascii: "\\") else { continue }
      guard "\"\\/bfnrtu".utf8.contains(self.byte) else { return false }
      at += 1
    }
    return false
  }
}
