internal import Glibc
internal import VMemViews

/// What the arguments of the process ask for, as far as it can be told without ArgumentParser.
enum Invocation: Equatable {
  /// `run FILE…`
  case run(RunOptions)
  /// A line of the language, its words apart.
  case line(LineOptions, words: [String])
  /// `shell`
  case shell(LineOptions)
  /// `serve`
  case serve(LineOptions, ServeOptions)
  /// A generated file, for installation.
  case manual(Manual.Page)
  /// ArgumentParser decides: `bench`, and every mistake.
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
    let asksForHelp = words.contains("--help") || words.contains("-h")
    switch words.first {
    case .some(let first) where asksForHelp && CommandHelp(rawValue: first) != nil:
      self = .manual(.command(CommandHelp(rawValue: first) ?? .run))
    case "run": self = .run(try RunOptions(words.dropFirst(), options))
    case "shell": self = .shell(try Self.shell(words, options))
    case "serve":
      for option in ServeOptions.refused where options.words.contains(option) {
        throw ProcessFailure(message: "serve has no use for \(option)", exitCode: EX_USAGE)
      }
      self = .serve(options, try ServeOptions(words.dropFirst()))
    case "help" where words.dropFirst().first == "bench": self = process
    case "help":
      self =
        Manual.Page(words.dropFirst()).map { .manual($0) }
        ?? .line(options, words: words)
    case nil:
      throw ProcessFailure(
        message: "nothing to do", exitCode: EX_USAGE, details: VmemctlCommand.usage)
    case "bench": self = process
    case "--version" where words.count == 1: self = .manual(.version)
    case "--help" where words.count == 1, "-h" where words.count == 1: self = .manual(.overview)
    case .some(let first) where first.hasPrefix("-"): self = process
    case .some(let first) where first.hasSuffix(".vmem"):
      throw ProcessFailure(
        message: "`\(first)` is a script, not a verb", exitCode: EX_USAGE,
        details: "  vmemctl run \(first.printable)")
    case .some:
      // Help about the verb, wherever in the line it was asked for.
      self = .line(options, words: asksForHelp ? ["help", words[0]] : words)
    }
  }

  /// What the shell was told: it takes no words, and no option that it would ignore.
  private static func shell(
    _ words: [String], _ options: LineOptions
  ) throws(ProcessFailure) -> LineOptions {
    var wrong: String?
    if words.count > 1 { wrong = "the shell takes no `\(words[1])`" }
    if options.isForced { wrong = "--force is said at the prompt: boot --force" }
    guard let wrong else { return options }
    throw ProcessFailure(
      message: wrong, exitCode: EX_USAGE,
      details: "  \(CommandHelp.shell.usage)\n  vmemctl shell --help")
  }
}
