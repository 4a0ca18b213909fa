internal import VMem

extension Verb {
  /// Words that stand by position, for completion: those of its parameters that know theirs.
  package var positionalChoices: [String] {
    (required + optional).filter { $0.option == nil }.flatMap(\.knownWords)
  }

  /// Whether `step` can do it in parts.
  package var isDivided: Bool { parts != nil }

  /// Words each option takes, for completion: empty where any value may stand.
  package var choices: [(option: String, words: [String])] {
    (required + optional).compactMap { parameter in
      parameter.option.map { ("\($0)", parameter.knownWords) }
    }
  }
}

extension Parameter {
  /// Words that can stand for it, alone or joined with commas.
  fileprivate var knownWords: [String] {
    switch self {
    case .kernel: KernelVersion.allCases.map(\.text)
    case .config: ["distribution"] + BuildOption.all.flatMap { ["\($0.name)", "no_\($0.name)"] }
    case .with, .without: Switch.all.map { "\($0.name)" }
    case .flags, .mapFlags: VMFlags.words.map { "\($0.name)" }
    case .arenaFlags: ArenaFlags.words.map { "\($0.name)" }
    case .window: KmapWindow.Kind.allCases.filter { $0 != .none }.map { "\($0.name)" }
    default: choices + flagWords.map { "\($0.name)" }
    }
  }
}
