/// An option of the process, declared once: the command line, help, the manual page and completion read
/// from here how it is written, what it means and what it sets.
package struct CommandOption<Target>: Sendable {
  package let name: String
  /// What follows it, as help writes it; nil for a flag.
  package let value: String?
  package let meaning: String
  /// What may follow it, where that is one of a few words.
  package var choices: [String] = []
  package let set: @Sendable (inout Target, String) throws(Misuse) -> Void

  /// A flag.
  package init(
    _ name: String, _ meaning: String, set: @escaping @Sendable (inout Target) -> Void
  ) {
    (self.name, value, self.meaning) = (name, nil, meaning)
    self.set = { target, _ in set(&target) }
  }

  /// An option with a value, as the next word or behind `=`.
  package init(
    _ name: String, _ value: String, _ meaning: String,
    set: @escaping @Sendable (inout Target, String) throws(Misuse) -> Void
  ) {
    (self.name, self.value, self.meaning, self.set) = (name, value, meaning, set)
  }

  package var signature: String { value.map { "\(name) \($0)" } ?? name }

  /// Sets what `word` says, if it is this option; a value may be the first word of `rest`.
  func take(
    _ word: String, _ rest: inout ArraySlice<String>, _ target: inout Target
  ) throws(Misuse) -> Bool {
    if word == name {
      guard let value else {
        try set(&target, "")
        return true
      }
      guard let next = rest.popFirst() else { throw Misuse("\(name) takes \(value)") }
      try set(&target, next)
      return true
    }
    guard value != nil, word.hasPrefix(name + "=") else { return false }
    try set(&target, String(word.dropFirst(name.count + 1)))
    return true
  }
}

extension Array {
  /// Sets what `word` says, if one of these options is it.
  package func take<Target>(
    _ word: String, _ rest: inout ArraySlice<String>, _ target: inout Target
  ) throws(Misuse) -> Bool where Element == CommandOption<Target> {
    for option in self where try option.take(word, &rest, &target) { return true }
    return false
  }
}
