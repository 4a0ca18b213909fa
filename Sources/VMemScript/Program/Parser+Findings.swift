internal import VMem

extension Parser {
  /// Most malformed lines of one script that are kept. A name is kept in any case: a machine may know
  /// it, and then nothing is wrong with it.
  static let maximumMalformed = 1000

  /// Notes what is wrong with the line being read.
  mutating func complain(_ error: ScriptError, _ verb: StaticString? = nil) {
    note(Finding(error, place, fileName, verb))
  }

  /// The error of the line being read, or what says more where the line is one of bash's.
  func meantForShell(_ error: ScriptError) -> ScriptError {
    let words = (0..<call.tokens.count).map { call.tokens[$0] }
    guard error.exit == .badScript,
      let (at, hint) = Mistake.shell(words.map { $0.isQuoted ? "" : $0.text.string })
    else { return error }
    return ScriptError(
      "\(call.quoted(words[at].text.string)) is no word of the language", hint: hint, words[at])
  }

  mutating func complain(_ defect: ScriptSource.Defect) {
    (place.line, place.lineStart) = (defect.line, defect.lineStart)
    complain(defect.error)
  }

  private func note(_ finding: Finding) {
    if finding.name.isEmpty {
      root.malformedLines += 1
      guard root.malformedLines <= Self.maximumMalformed else { return }
    }
    root.findings.append(finding)
  }

  /// Whether an error is about a word with a name that is told to be unbound anyway.
  func isAboutUnbound(_ error: ScriptError) -> Bool {
    call.unbound.contains { error.range.overlaps($0.token.offset..<$0.token.end) }
  }

  /// Notes the names of the line being read that no line before it has bound.
  @inline(never)
  mutating func noteUnbound(_ verb: StaticString) {
    for name in call.unbound where !names.isAssumed(name.word) {
      let error =
        name.use == .outcome
        ? call.notAnOutcome(name.token) : unbound(name.word, name.token, "\(verb)")
      var finding = Finding(error, place, fileName, verb)
      finding.name = name.word.withSpan { span in span.indices.map { span[$0] } }
      note(finding)
      names.assume(name.word)
    }
    call.unbound.removeAll()
  }

  private func unbound(_ word: Text, _ token: Token, _ verb: String) -> ScriptError {
    let name = word.string
    if table.find(verb)?.facts.contains(.computes) == true, let hint = Counter.hint(for: name) {
      return ScriptError("\(call.quoted(name)) was never bound", hint: hint, token)
    }
    // Of one letter every other one is near.
    let near = name.utf8.count > 1 ? nearest(to: name, of: names.bound) : nil
    return ScriptError(
      "\(call.quoted(name)) was never bound",
      hint: near.map { "did you mean \($0)?" } ?? Mistake.name(name)
        ?? "a name comes from a line NAME = … before",
      token)
  }
}
