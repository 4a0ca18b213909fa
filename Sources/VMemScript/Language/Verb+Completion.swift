extension Verb {
  /// Words that stand by position, for completion: those of its parameters that know theirs.
  public var positionalChoices: [String] {
    (required + optional).filter { $0.option == nil }.flatMap(\.choices)
  }
}
