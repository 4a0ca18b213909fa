internal import VMemBench
internal import VMemScript
internal import VMemViews

/// What the arguments of the process ask for.
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
  /// `bench BENCHMARK`
  case bench(BenchCommand)

  init(_ arguments: [String]) throws(Misuse) {
    // The words of a line that is being typed are nobody's options yet.
    if arguments.first == "help", arguments.count > 1, arguments[1] == "--complete",
      let page = Manual.Page(arguments.dropFirst())
    {
      self = .manual(page)
      return
    }
    var words = arguments
    let options = try LineOptions(removingFrom: &words)
    let asksForHelp = words.contains("--help") || words.contains("-h")
    switch words.first {
    case .some(let first) where asksForHelp && CommandHelp(rawValue: first) != nil:
      self = .manual(.command(CommandHelp(rawValue: first) ?? .run))
    case "run": self = .run(try RunOptions(words.dropFirst(), options))
    case "shell": self = .shell(try Self.shell(words, options))
    case "serve":
      try options.refuse(ServeOptions.refused, by: "serve")
      self = .serve(options, try ServeOptions(words.dropFirst()))
    case "help" where words.dropFirst().first == "bench":
      self = .manual(.bench(try BenchCommand.help(words.dropFirst(2))))
    case "help":
      self =
        Manual.Page(words.dropFirst()).map { .manual($0) }
        ?? .line(options, words: words)
    case nil:
      throw Misuse("nothing to do", details: VmemctlCommand.usage)
    case "bench" where words.count == 1 || asksForHelp:
      self = .manual(.bench(try BenchCommand.help(words.dropFirst())))
    case "bench":
      try options.refuse(["--image", "--durable", "--no-wait", "--force"], by: "bench")
      self = .bench(BenchCommand(words: words.dropFirst(), isJSON: options.isJSON))
    case "--version":
      if words.count > 1 {
        throw Misuse("--version takes no `\(words[1])`", details: VmemctlCommand.usage)
      }
      self = .manual(.version)
    case "--help" where words.count == 1, "-h" where words.count == 1: self = .manual(.overview)
    case "--help", "-h": self = try Invocation(["help"] + words.dropFirst() + options.words)
    case .some(let first) where first.utf8.first == UInt8(ascii: "-"):
      let known = LineOptions.options.map(\.name) + ["--help", "--version"]
      throw Misuse(unknown: first, of: "the program", known: known, details: VmemctlCommand.usage)
    // Comparing ends as characters is dear, and nearly no verb has this last byte.
    case .some(let first) where first.utf8.last == UInt8(ascii: "m") && first.hasSuffix(".vmem"):
      throw Misuse(
        "`\(first)` is a script, not a verb", details: "  vmemctl run \(first.printable)")
    case .some:
      // Help about the verb, wherever in the line it was asked for.
      self = .line(options, words: asksForHelp ? ["help", words[0]] : words)
    }
  }

  /// What the shell was told: it takes no words, and no option that it would ignore.
  private static func shell(
    _ words: [String], _ options: LineOptions
  ) throws(Misuse) -> LineOptions {
    var wrong: String?
    if words.count > 1 { wrong = "the shell takes no `\(words[1])`" }
    if options.isForced { wrong = "--force is said at the prompt: boot --force" }
    guard let wrong else { return options }
    throw Misuse(wrong, details: CommandHelp.shell.hint)
  }
}
