/// Whether bytes are one JSON value (RFC 8259), and which keys its outermost object has.
package struct JSONText {
  private let bytes: [UInt8]
  private var at = 0
  private var depth = 0
  package private(set) var keys: [String] = []

  /// The keys of the object that a text is, outermost only; nil when it is no JSON object.
  package static func keys(_ text: some StringProtocol) -> [String]? {
    guard let json = JSONText(text), json.skippingBlanks.first == UInt8(ascii: "{") else {
      return nil
    }
    return json.keys
  }

  package static func isObject(_ text: some StringProtocol) -> Bool { keys(text) != nil }

  private var skippingBlanks: ArraySlice<UInt8> {
    bytes.drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
  }

  /// nil when the text is not one JSON value.
  package init?(_ text: some StringProtocol) {
    bytes = Array(text.utf8)
    guard value(), skipBlanks() == nil else { return nil }
  }

  @discardableResult
  private mutating func skipBlanks() -> UInt8? {
    while at < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[at]) { at += 1 }
    return at < bytes.count ? bytes[at] : nil
  }

  private mutating func take(_ character: Character) -> Bool {
    guard skipBlanks() == character.asciiValue else { return false }
    at += 1
    return true
  }

  private mutating func value() -> Bool {
    switch skipBlanks().map({ Character(Unicode.Scalar($0)) }) {
    case "{": members(end: "}", hasKeys: true)
    case "[": members(end: "]", hasKeys: false)
    case "\"": string() != nil
    case "t": literal("true")
    case "f": literal("false")
    case "n": literal("null")
    default: number()
    }
  }

  private mutating func members(end: Character, hasKeys: Bool) -> Bool {
    at += 1
    depth += 1
    defer { depth -= 1 }
    if take(end) { return true }
    repeat {
      if hasKeys {
        skipBlanks()
        guard let key = string(), take(":") else { return false }
        if depth == 1 { keys.append(key) }
      }
      guard value() else { return false }
    } while take(",")
    return take(end)
  }

  private mutating func string() -> String? {
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return nil }
    at += 1
    let start = at
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      if bytes[at] < 0x20 { return nil }
      if bytes[at] == UInt8(ascii: "\\") {
        at += 1
        guard at < bytes.count, "\"\\/bfnrtu".utf8.contains(bytes[at]) else { return nil }
        if bytes[at] == UInt8(ascii: "u") {
          let digits = bytes[at + 1..<min(at + 5, bytes.count)]
          guard digits.count == 4,
            digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
          else { return nil }
        }
      }
      at += 1
    }
    guard at < bytes.count else { return nil }
    at += 1
    return String(validating: bytes[start..<at - 1], as: UTF8.self)
  }

  private mutating func literal(_ word: String) -> Bool {
    guard bytes[at...].starts(with: word.utf8) else { return false }
    at += word.utf8.count
    return true
  }

  private mutating func number() -> Bool {
    let start = at
    while at < bytes.count, "+-.eE0123456789".utf8.contains(bytes[at]) { at += 1 }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    let digits = text.drop { $0 == "-" }
    guard let first = digits.first, first.isNumber else { return false }
    return Double(text) != nil && !(first == "0" && digits.dropFirst().first?.isNumber == true)
  }
}
