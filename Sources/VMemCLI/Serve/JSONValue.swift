internal import VMemViews

/// A JSON value, as far as a command needs it.
indirect enum JSONValue: Equatable {
  case null
  case flag(Bool)
  /// As it is written.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([(name: String, value: JSONValue)])

  static func == (a: JSONValue, b: JSONValue) -> Bool { a.text == b.text }

  subscript(name: String) -> JSONValue? {
    guard case .object(let fields) = self else { return nil }
    return fields.first { $0.name == name }?.value
  }

  var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  var count: UInt64? {
    guard case .number(let text) = self else { return nil }
    return UInt64(text)
  }

  /// The value on one line.
  var text: String {
    switch self {
    case .null: return "null"
    case .flag(let flag): return flag ? "true" : "false"
    case .number(let text): return text
    case .string(let text): return Self.quoted(text)
    case .array(let values): return "[" + values.map(\.text).joined(separator: ", ") + "]"
    case .object(let fields):
      let parts = fields.map { Self.quoted($0.name) + ": " + $0.value.text }
      return "{" + parts.joined(separator: ", ") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var writer = ByteWriter(descriptor: nil)
    writer.jsonString(text)
    return writer.takeString()
  }
}
