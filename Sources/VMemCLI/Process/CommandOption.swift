internal import Glibc
internal import VMemScript

/// An option of the process, declared once: the command line, help, the manual page and completion read
/// from here how it is written, what it means and what it sets.
struct CommandOption<Target>: Sendable {
  let name: String
  /// What follows it, as help writes it; nil for a flag.
  var value: String?
  let meaning: String
  let set: @Sendable (inout Target, String) throws(ProcessFailure) -> Void

  /// A flag.
  init(_ name: String, _ meaning: String, set: @escaping @Sendable (inout Target) -> Void) {
    (self.name, self.meaning) = (name, meaning)
    self.set = { target, _ in set(&target) }
  }

  /// An option with a value, as the next word or behind `=`.
  init(
    _ name: String, _ value: String, _ meaning: String,
    set: @escaping @Sendable (inout Target, String) throws(ProcessFailure) -> Void
  ) {
    (self.name, self.value, self.meaning, self.set) = (name, value, meaning, set)
  }

  var signature: String { value.map { "\(name) \($0)" } ?? name }

  /// Sets what `word` says, if it is this option; a value may be the first word of `rest`.
  func take(
    _ word: String, _ rest: inout ArraySlice<String>, _ target: inout Target
  ) throws(ProcessFailure) -> Bool {
    if word == name {
      guard let value else {
        try set(&target, "")
        return true
      }
      guard let next = rest.popFirst() else {
        throw ProcessFailure(message: "\(name) takes \(value)", exitCode: EX_USAGE)
      }
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
  func take<Target>(
    _ word: String, _ rest: inout ArraySlice<String>, _ target: inout Target
  ) throws(ProcessFailure) -> Bool where Element == CommandOption<Target> {
    for option in self where try option.take(word, &rest, &target) { return true }
    return false
  }
}
