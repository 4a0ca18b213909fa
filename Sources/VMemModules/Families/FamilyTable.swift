internal import VMem

/// What there is to say of a name that modules use and that is not there: the family of the kernel's
/// interfaces that it belongs to, or a name near it.
package struct FamilyTable {
  private struct Pattern {
    let prefix: String
    let isWhole: Bool
    let family: String
  }

  /// Whole names first, then longer beginnings before shorter ones.
  private let patterns: [Pattern]
  private let headers: [String]
  private let calls: [String]
  private let declared: [String: String]

  /// - Parameters:
  ///   - families: lines of a name, a tab and a family; a star at the end of the name stands for
  ///     anything.
  ///   - headers: names of headers, one a line; what follows a tab is not looked at.
  ///   - calls: functions and macros that modules can use.
  ///   - declared: headers of those that not every header has.
  package init(
    families: [UInt8], headers: [UInt8], calls: [String], declared: [String: String] = [:]
  ) {
    let patterns = Self.lines(families).compactMap { line -> Pattern? in
      let fields = line.split(separator: "\t")
      guard fields.count == 2 else { return nil }
      let isWhole = fields[0].last != "*"
      return Pattern(
        prefix: String(isWhole ? fields[0] : fields[0].dropLast()), isWhole: isWhole,
        family: String(fields[1]))
    }
    self.patterns = patterns.sorted {
      $0.isWhole != $1.isWhole ? $0.isWhole : $0.prefix.utf8.count > $1.prefix.utf8.count
    }
    self.headers = Self.lines(headers).map { String($0.prefix { $0 != "\t" }) }
    self.calls = calls
    self.declared = declared
  }

  private static func lines(_ text: [UInt8]) -> [Substring] {
    String(decoding: text, as: UTF8.self).split(separator: "\n")
  }

  /// One sentence without a full stop about a function, type or constant that a source does not find;
  /// nil when nothing is known of it.
  package func sentence(for name: String) -> String? {
    if let family = family(of: name) {
      return
        "\(name) belongs to \(family), which vmemctl does not have; \(Self.list)"
    }
    if let header = declared[name] { return "\(name) is declared in \(header): include it" }
    if calls.contains(name) { return "\(name) is there, but not declared: include linux/module.h" }
    return nearest(to: name, of: calls).map { "there is no \(name); did you mean \($0)?" }
  }

  /// What tells all names.
  private static let list = "`modcalls` lists what modules may call"

  private func family(of name: String) -> String? {
    patterns.first { $0.isWhole ? name == $0.prefix : name.hasPrefix($0.prefix) }?.family
  }

  private func sentence(forHeader name: String) -> String? {
    guard name.contains("/") else { return nil }
    if let family = family(of: name) {
      return "\(name) belongs to \(family), which vmemctl does not have; \(Self.list)"
    }
    let near = nearest(to: name, of: headers).map { "did you mean \($0)?" }
    return "there is no header \(name); \(near ?? "`modcalls linux/` lists those there are")"
  }

  // MARK: What a compiler says

  /// The sentence about the first name in a compiler's messages that something is known of, or about
  /// the first function or type that is not there; gcc and clang, in English.
  package func hint(of output: [UInt8]) -> String? {
    var missing: String?
    for line in output.split(separator: UInt8(ascii: "\n")) {
      let line = String(decoding: line, as: UTF8.self)
      guard let message = Self.behind("error: ", in: line) else { continue }
      if let header = Self.header(message) {
        return sentence(forHeader: header)
      }
      if let told = Self.behind("attribute error: ", in: message)
        ?? Self.behind("'error' attribute: ", in: message)
      {
        return String(told)
      }
      guard let name = Self.unknownName(message) else { continue }
      if let sentence = sentence(for: name) { return sentence }
      if missing == nil, Self.isGlobal(message, name) { missing = name }
    }
    return missing.map { "there is no \($0); \(Self.list)" }
  }

  /// Parts of messages about names that are not there, or types of which no more than that is.
  private static let complaints = [
    "implicit declaration", "undeclared", "unknown type name", "incomplete", "undefined type",
    "storage size",
  ]

  /// Whether it is a function, a type or a macro, and no variable that the source has misspelt.
  private static func isGlobal(_ message: Substring, _ name: String) -> Bool {
    let variables = ["undeclared identifier", "undeclared (", "undeclared here"]
    return !variables.contains { behind($0, in: message) != nil }
      || !name.contains { $0.isLowercase }
  }

  private static func unknownName(_ message: Substring) -> String? {
    guard complaints.contains(where: { behind($0, in: message) != nil }) else { return nil }
    let quotes: Set<Character> = ["'", "‘", "’"]
    let pieces = message.split(omittingEmptySubsequences: false) { quotes.contains($0) }
    // Of `struct cdev` and of `x' with an incomplete type the type counts.
    let quoted = stride(from: 1, to: pieces.count, by: 2).map { pieces[$0] }
    let type = quoted.first { $0.hasPrefix("struct ") || $0.hasPrefix("enum ") }
    return (type ?? quoted.first)?.split(separator: " ").last.map { String($0) }
  }

  /// The name in "NAME: No such file or directory" or "'NAME' file not found".
  private static func header(_ message: Substring) -> String? {
    if behind("No such file", in: message) != nil {
      return message.split(separator: ":").first.map { String($0) }
    }
    guard behind("file not found", in: message) != nil else { return nil }
    return message.split(separator: "'").first.map { String($0) }
  }

  /// What follows the first place of a word in a text; nil when it is nowhere.
  private static func behind(_ word: String, in text: some StringProtocol) -> Substring? {
    let (word, bytes) = (Array(word.utf8), Array(text.utf8))
    guard bytes.count >= word.count else { return nil }
    for start in 0...bytes.count - word.count where bytes[start...].starts(with: word) {
      return Substring(decoding: bytes[(start + word.count)...], as: UTF8.self)
    }
    return nil
  }
}
