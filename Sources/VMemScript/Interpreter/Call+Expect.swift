internal import VMem

extension Call {
  /// Reads the outcomes after `expect` into `expectation`.
  mutating func readExpectation<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token
  ) throws(LineFailure) {
    expectation.begin(token.text)
    var start = 0
    while start <= token.text.count {
      let end = token.text.firstIndex(of: UInt8(ascii: ","), from: start) ?? token.text.count
      guard end > start else {
        throw .script(
          "an outcome is missing", hint: "outcomes are joined with commas, without blanks", token)
      }
      let part = Token(
        text: token.text[start..<end], offset: token.offset + start, length: end - start,
        isQuoted: token.isQuoted)
      guard expectation.count < Expectation.maximum else {
        throw .script("more than \(Expectation.maximum) outcomes", token)
      }
      let wanted = try outcome(scope, part)
      expectation.append(wanted)
      start = end + 1
    }
  }

  private mutating func outcome<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token
  ) throws(LineFailure) -> Expectation.Wanted {
    let text = token.text
    if text == "warn" { return .warn }
    if text == "stale" { return .stale }
    if let outcome = Refusal.Outcome.named(text) { return .outcome(outcome) }
    let word = text.byte(0) == UInt8(ascii: "-") ? text.from(1) : text
    if word.byte(0) == UInt8(ascii: "E"), isCapital(word) {
      if let errno = Errno.named(word) { return .outcome(.errno(errno)) }
      if word.count < text.count { throw .script(notAnOutcome(token)) }
    }
    guard text.byte(0).isLetter else { return .value(try address(scope, token)) }
    var end = 0
    while text.byte(end).isNameByte { end += 1 }
    switch scope.meaning(of: text[0..<end]) {
    // A misspelt outcome is more likely than a name that holds nothing.
    case .nothing: throw .script(notAnOutcome(token))
    case .unbound: unbound.append(UnboundName(word: text[0..<end], use: .outcome, token: token))
    default: break
    }
    return .value(try address(scope, token))
  }

  /// Words for an outcome that is neither a word of the language nor a name.
  func notAnOutcome(_ token: Token) -> ScriptError {
    let text = token.text
    let word = text.byte(0) == UInt8(ascii: "-") ? text.from(1) : text
    if word.byte(0) == UInt8(ascii: "E"), isCapital(word) {
      let near = nearest(to: word.string, of: Errno.allCases.map { $0.name })
      return ScriptError(
        "no errno \(quoted(word.string))", hint: near.map { "did you mean \($0)?" }, token)
    }
    return ScriptError(
      "\(quoted(text.string)) is not an outcome",
      hint:
        "an errno like ENOMEM, NULL, 0, a number or address, fault, SIGSEGV, SIGBUS, warn, bug, "
        + "stale, blocked",
      token)
  }

  private func isCapital(_ word: Text) -> Bool {
    for at in 0..<word.count where !(word[at] &- 0x41 < 26 || word[at].isDigit) { return false }
    return true
  }
}
