/// A rule that refuses calls: its name, what it compares, what it says, and what helps.
///
/// Rules stand in the folder whose calls refuse by them, as `static let` of an extension that lists
/// them. A rule is made when it first refuses something; calls that succeed never meet it.
package final class Rule: Sendable {
  enum Sentence: Sendable {
    /// A text in which `{NAME}` stands for a value in decimal, `{NAME:FORMAT}` for one in a `Format`,
    /// and `{word|FALLBACK}` for the word of the script that the refusal is about.
    case template(StaticString)
    case function(@Sendable (Refusal) -> String)
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

  /// A rule whose sentence depends on its values.
  init(
    _ id: StaticString, _ values: StaticString...,
    says function: @escaping @Sendable (Refusal) -> String, hint: StaticString = ""
  ) {
    self.id = id
    self.values = values
    sentence = .function(function)
    self.hint = hint
    tellsWhatElse = false
  }

  /// The rules of all folders.
  package static var all: [Rule] {
    areas + mapping + memory + paging + users + arena + files + kmap + stacks + inject + machine
  }
}

extension Rule: Equatable, CustomStringConvertible {
  package static func == (a: Rule, b: Rule) -> Bool { a === b }

  package var description: String { "\(id)" }
}
