extension Refusal: CustomStringConvertible {
  /// The rule with its values, as one sentence.
  public var description: String { sentence() }

  /// The rule with its values, as one sentence.
  ///
  /// - Parameter word: the word the refusal is about, where it is about a word.
  package func sentence(_ word: String? = nil) -> String {
    switch rule.sentence {
    case .function(let says, _): return says(self)
    case .template(let template):
      var text = ""
      var rest = "\(template)"[...]
      while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
        text += rest[..<open]
        text += value(rest[rest.index(after: open)..<close], word)
        rest = rest[rest.index(after: close)...]
      }
      return text + rest
    }
  }

  /// What stands for `{NAME}`, `{NAME:FORMAT}` or `{word|FALLBACK}`.
  private func value(_ field: Substring, _ word: String?) -> String {
    if field.hasPrefix("word|") { return word ?? String(field.dropFirst(5)) }
    let parts = field.split(separator: ":", maxSplits: 1)
    let name = String(parts[0])
    guard parts.count == 2 else { return "\(self[name])" }
    switch Rule.Format(rawValue: String(parts[1])) {
    case .hex: return hexadecimal(name)
    case .signed: return "\(Int64(bitPattern: self[name]))"
    case .level: return level(name)
    case nil: preconditionFailure("a rule with an unknown format")
    }
  }

  func hexadecimal(_ name: String) -> String { "0x" + String(self[name], radix: 16) }

  func level(_ name: String) -> String {
    let number = self[name]
    return Level(rawValue: UInt8(truncatingIfNeeded: number)).map { "\($0)" } ?? "level \(number)"
  }
}
