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
    case "--image": return []
    case "--color": return Colour.allCases.map(\.rawValue)
    default: break
    }
    // The process's own options may stand anywhere.
    let given = before
    _ = try? LineOptions(removingFrom: &before)
    let open = LineOptions.options.map(\.name).filter { !given.contains($0) }
    guard let first = before.first else {
      return ["run", "shell", "help", "bench"] + verbs + open + ["--help", "--version"]
    }
    if first == "help" { return before.count == 1 ? Help(table).topics : [] }
    if first == "shell" { return open + ["--help"] }
    if first == "run" {
      // Without candidates a shell offers files.
      guard words.last?.hasPrefix("-") == true else { return [] }
      return RunOptions.options.map(\.name).filter { !given.contains($0) } + open + ["--help"]
    }
    guard let verb = table.verb(of: before) else { return verbs }
    let last = before.last
    if let option = verb.choices.first(where: { $0.option == last }) {
      // Of words joined with commas the last one is completed.
      let typed = words.last ?? ""
      let done = typed.lastIndex(of: ",").map { String(typed[...$0]) } ?? ""
      return option.words.map { done + $0 }
    }
    let own = words.last?.hasPrefix("-") == true ? open + ["--help"] : []
    return verb.positionalChoices + verb.options.filter { !before.contains($0) } + own
  }

  private var verbs: [String] { table.verbs.map { "\($0.name)" } }
}
