internal import Glibc

/// What the arguments of the process ask for, as far as it can be told without ArgumentParser.
enum Invocation: Equatable {
  /// `run FILE…`
  case run(RunOptions)
  /// A line of the language, its words apart.
  case line(LineOptions, words: [String])
  /// `shell`
  case shell(LineOptions)
  /// A generated file, for installation.
  case manual(Manual.Page)
  /// ArgumentParser decides: `bench`, `--help`, `--version`, and every mistake.
  case process(words: [String])

  init(_ arguments: [String]) throws(ProcessFailure) {
    // The words of a line that is being typed are nobody's options yet.
    if arguments.starts(with: ["help", "--complete"]),
      let page = Manual.Page(arguments.dropFirst())
    {
      self = .manual(page)
      return
    }
    var words = arguments
    let options = try LineOptions(removingFrom: &words)
    let process = Self.process(words: words + options.words)
    switch words.first {
    case "run":
      self = RunOptions(words.dropFirst(), options).map { .run($0) } ?? process
    case "shell" where words.count == 1: self = .shell(options)
    case "help" where ["run", "bench", "shell"].contains(words.dropFirst().first): self = process
    case "help":
      self =
        Manual.Page(words.dropFirst()).map { .manual($0) }
        ?? .line(options, words: words)
    case nil:
      throw ProcessFailure(
        message: "nothing to do", exitCode: EX_USAGE, details: VmemctlCommand.usage)
    case "bench", "shell": self = process
    case .some(let first) where first.hasPrefix("-"): self = process
    case .some(let first) where first.hasSuffix(".vmem"):
      throw ProcessFailure(
        message: "`\(first)` is a script, not a verb\n  vmemctl run \(first)", exitCode: EX_USAGE)
    case .some:
      let asks = words.contains("--help") || words.contains("-h")
      // Help about the verb, wherever in the line it was asked for.
      self = .line(options, words: asks ? ["help", words[0]] : words)
    }
  }
}
