/// The files an installation adds, made from the verb table and the process commands.
enum Manual {
  enum Page: Equatable {
    /// The manual page.
    case man
    /// A completion script.
    case completions(CompletionShell)
    /// What `run`, `serve` and `shell` are.
    case command(CommandHelp)
    /// The text of help about benchmarks.
    case bench(String)
    /// What the whole program is, and its version.
    case overview
    case version
    /// What may stand for the last of these words; the completion scripts ask.
    case complete(words: [String])

    /// Decodes the words after `help`; nil when they ask for help about the language.
    init?(_ words: ArraySlice<String>) {
      switch words.first {
      case "--man" where words.count == 1: self = .man
      case "--completions" where words.count == 2:
        guard let shell = CompletionShell(rawValue: words[words.endIndex - 1]) else { return nil }
        self = .completions(shell)
      case .some(let word) where words.count == 1 && CommandHelp(rawValue: word) != nil:
        self = .command(CommandHelp(rawValue: word) ?? .run)
      case "--complete": self = .complete(words: Array(words.dropFirst()))
      default: return nil
      }
    }
  }

  /// Prints the page and returns the exit code.
  static func show(_ page: Page) throws(ProcessFailure) -> Int32 {
    switch page {
    case .command(let command):
      try PagedOutput.show { () throws(ProcessFailure) in Streams.print(command.text) }
    case .bench(let text):
      try PagedOutput.show { () throws(ProcessFailure) in Streams.print(text) }
    case .overview: Streams.print(CommandHelp.overview)
    case .version: Streams.print(VmemctlCommand.version + "\n")
    case .man: Streams.print(ManPage().text)
    case .completions(let shell): Streams.print(shell.script)
    case .complete(let words):
      Streams.print(Completion(words: words).candidates.map { $0 + "\n" }.joined())
    }
  }
}
