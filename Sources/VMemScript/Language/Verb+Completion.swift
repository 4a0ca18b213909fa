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
