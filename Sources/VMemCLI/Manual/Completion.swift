internal import VMemBench
internal import VMemScript

/// What may stand for the word under the cursor of a line of the language.
struct Completion {
  /// The words after `vmemctl` up to the cursor; the last is the one to complete, perhaps empty.
  let words: [String]

  private let table = VerbTable()

  init(words: [String]) { self.words = words }

  /// Words that fit, in the order of the verb table. None means: a file, or a value of your own.
  var candidates: [String] {
    let typed = words.last ?? ""
    return allowed.filter { $0.hasPrefix(typed) }
  }

  private var allowed: [String] {
    var before = Array(words.dropLast())
    switch before.last {
    case "--image": return ImageNames.beginning(with: words.last ?? "")
    // bash takes --image=FILE for three words.
    case "=" where before.dropLast().last == "--image":
      return ImageNames.beginning(with: words.last ?? "")
    case "expect", "@expect": return joined(Expectation.words)
    case "--color": return Colour.allCases.map(\.rawValue)
    default: break
    }
    // The process's own options may stand anywhere.
    let given = before
    _ = try? LineOptions(removingFrom: &before)
    let open = LineOptions.options.map(\.name).filter { !given.contains($0) }
    guard let first = before.first else {
      return ["run", "shell", "serve", "help", "bench"] + verbs + ["expect"] + open + [
        "--help", "--version",
      ]
    }
    if first == "help" {
      if before.count == 1 { return Help(table).topics + ["run", "shell", "serve", "bench"] }
      return before.dropFirst() == ["bench"] ? BenchCommand.completions([]) : []
    }
    if first == "bench" {
      return BenchCommand.completions(before.dropFirst()).filter { !given.contains($0) }
    }
    if first == "shell" { return open + ["--help"] }
    let serve = ServeOptions.options.map(\.name).filter { !given.contains($0) }
    if first == "serve" {
      let general = open.filter { !ServeOptions.refused.contains($0) }
      return words.last?.hasPrefix("-") == true ? serve + general + ["--help"] : []
    }
    if first == "run" {
      // Without candidates a shell offers files.
      guard words.last?.hasPrefix("-") == true else { return [] }
      return RunOptions.options.map(\.name).filter { !given.contains($0) } + serve + open
        + ["--help"]
    }
    guard let verb = table.verb(of: before) else { return verbs + ["expect"] }
    if verb.name.description == "step" { return ofStep(before) }
    if verb.name.description == "diff" { return ImageNames.beginning(with: words.last ?? "") }
    let last = before.last
    if let option = verb.choices.first(where: { $0.option == last }) {
      return joined(option.words)
    }
    let own = words.last?.hasPrefix("-") == true ? open + ["--help"] : []
    return verb.positionalChoices + verb.options.filter { !before.contains($0) } + own
  }

  /// Of words joined with commas the last one is completed.
  private func joined(_ known: [String]) -> [String] {
    let typed = words.last ?? ""
    let done = typed.lastIndex(of: ",").map { String(typed[...$0]) } ?? ""
    return known.map { done + $0 }
  }

  /// Behind `step CPU` a verb that it divides, and then what that verb takes.
  private func ofStep(_ before: [String]) -> [String] {
    guard let at = before.lastIndex(where: { $0.hasSuffix("step") }), before.count > at + 1 else {
      return []
    }
    let call = before[(at + 2)...]
    if call.isEmpty { return table.verbs.filter(\.isDivided).map { "\($0.name)" } }
    return Completion(words: call + words.suffix(1)).allowed
  }

  private var verbs: [String] { table.verbNames }
}
