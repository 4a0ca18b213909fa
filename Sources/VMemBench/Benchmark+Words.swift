internal import VMemScript

/// A benchmark as a command of the process: what is typed behind its name, and what help says of it.
extension Benchmark {
  /// Options of every benchmark, which the process has read already.
  private static var common: [(name: String, meaning: String)] {
    [("--json", "print one JSON object"), ("--help", "print this")]
  }

  private static var command: String { "bench \(name)" }

  private static var usage: String {
    let argument = argument.map { " \($0.name)" } ?? ""
    return "vmemctl \(command)\(argument) [OPTION...]"
  }

  /// What the words behind the name ask for.
  init(_ words: ArraySlice<String>) throws(Misuse) {
    self.init()
    do throws(Misuse) {
      try read(words)
      try validate()
    } catch {
      let hint = "  \(Self.usage)\n  vmemctl \(Self.command) --help"
      throw Misuse(error.message, details: hint)
    }
  }

  private mutating func read(_ words: ArraySlice<String>) throws(Misuse) {
    var (rest, argument) = (words, Self.argument)
    while let word = rest.popFirst() {
      if try Self.options.take(word, &rest, &self) { continue }
      if word.hasPrefix("-") {
        let known = Self.options.map(\.name) + Self.common.map(\.name)
        throw Misuse(unknown: word, of: Self.command, known: known)
      }
      guard let wanted = argument else { throw Misuse("\(Self.command) takes no `\(word)`") }
      try wanted.set(&self, word)
      argument = nil
    }
    if let argument { throw Misuse("\(Self.command) takes \(argument.name): \(argument.meaning)") }
  }

  /// What `--help` says.
  static var help: String {
    let arguments = argument.map { [($0.name, $0.meaning)] } ?? []
    let rows = arguments + options.map { ($0.signature, $0.meaning) } + common
    let about = discussion.isEmpty ? summary : "\(summary)\n\n\(discussion)"
    return HelpPage(usage: usage, about: about, rows: rows).text
  }

  /// What may follow `words`, which are behind the name; none where it is a value of your own.
  static func completions(_ words: ArraySlice<String>) -> [String] {
    if let option = options.first(where: { $0.name == words.last }), option.value != nil {
      return option.choices
    }
    return options.map(\.name) + common.map(\.name)
  }
}
