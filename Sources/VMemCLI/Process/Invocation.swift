/// What the arguments of the process ask for, as far as it can be told without ArgumentParser.
enum Invocation: Equatable {
  /// `run FILE…`
  case run(RunOptions)
  /// A line of the language, its words apart.
  case line(LineOptions, words: [String])
  /// A generated file, for installation.
  case manual(Manual.Page)
  /// ArgumentParser decides: `bench`, `--help`, `--version`, and every mistake.
  case process

  init(_ arguments: [String]) {
    var words: [String] = []
    var isJSON = false
    for argument in arguments {
      // The language has no option of this name, so it may stand anywhere.
      if argument == "--json" { isJSON = true } else { words.append(argument) }
    }
    switch words.first {
    case "run":
      self = RunOptions(words.dropFirst(), isJSON: isJSON).map { .run($0) } ?? .process
    case "help" where ["run", "bench"].contains(words.dropFirst().first): self = .process
    case "help":
      self =
        Manual.Page(words.dropFirst()).map { .manual($0) }
        ?? .line(LineOptions(isJSON: isJSON), words: words)
    case "bench", nil: self = .process
    case .some(let first) where first.hasPrefix("-"): self = .process
    case .some:
      let asks = words.contains("--help") || words.contains("-h")
      // Help about the verb, wherever in the line it was asked for.
      self = .line(LineOptions(isJSON: isJSON), words: asks ? ["help", words[0]] : words)
    }
  }
}
