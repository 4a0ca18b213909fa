/// A rule that refuses calls: its name, what it compares, what it says, and what helps.
///
/// Rules stand in the folder whose calls refuse by them, as `static let` of an extension that lists
/// them. A rule is made when it first refuses something; calls that succeed never meet it.
package final class Rule: Sendable {
  enum Sentence: Sendable {
    /// A text in which `{NAME}` stands for a value in decimal, `{NAME:FORMAT}` for one in a `Format`,
    /// and `{word|FALLBACK}` for the word of the script that the refusal is about.
    case template(StaticString)
    /// A function, and its text where there are no values yet.
    case function(@Sendable (Refusal) -> String, unbound: StaticString)
  }

  /// How a template shows a value.
  enum Format: String, CaseIterable {
    case hex
    /// As two's complement.
    case signed
    /// By the name of a level of the page tables.
    case level
  }

  /// Its name, which no other rule has.
  package let id: StaticString
  /// Names of the values that its refusals have, in their order: three at most.
  package let values: [StaticString]
  let sentence: Sentence
  /// What to do about it; empty where the sentence says all.
  package let hint: StaticString
  /// Whether a note with it tells what happened besides, not why nothing was done.
  package let tellsWhatElse: Bool

  init(
    _ id: StaticString, _ values: StaticString..., says template: StaticString,
    hint: StaticString = "", tellsWhatElse: Bool = false
  ) {
    self.id = id
    self.values = values
    sentence = .template(template)
    self.hint = hint
    self.tellsWhatElse = tellsWhatElse
  }

  /// A rule whose sentence depends on its values; `unbound` is the template of all of them, for help.
  init(
    _ id: StaticString, _ values: StaticString..., unbound: StaticString,
    says function: @escaping @Sendable (Refusal) -> String, hint: StaticString = ""
  ) {
    self.id = id
    self.values = values
    sentence = .function(function, unbound: unbound)
    self.hint = hint
    tellsWhatElse = false
  }

  /// What the rule says before it has refused anything: its values as words in capitals.
  package var condition: String {
    let template =
      switch sentence {
      case .template(let text), .function(_, unbound: let text): text
      }
    var text = ""
    var rest = "\(template)"[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      text += rest[..<open]
      let field = rest[rest.index(after: open)..<close]
      let word = Self.placeholder(field.prefix { $0 != ":" })
      if field.hasPrefix("word|") {
        text += field.dropFirst(5)
      } else {
        text += text.hasSuffix(word + " ") ? "N" : word
      }
      rest = rest[rest.index(after: close)...]
    }
    return String((text + rest).reversed().drop { $0 == " " }.reversed())
  }

  /// `areaEnd` as `AREA-END`.
  private static func placeholder(_ name: Substring) -> String {
    var text = ""
    for character in name {
      if character.isUppercase { text += "-" }
      text += character.uppercased()
    }
    return text
  }

  /// The rules of all folders.
  package static var all: [Rule] {
    areas + mapping + memory + paging + users + arena + files + kmap + stacks + inject + modules
      + machine
  }
}

extension Rule: Equatable, CustomStringConvertible {
  package static func == (a: Rule, b: Rule) -> Bool { a === b }

  package var description: String { "\(id)" }
}
