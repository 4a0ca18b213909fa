internal import VMem

extension Call {
  /// Reads the outcomes after `expect`.
  mutating func expectation(
    _ machine: borrowing Machine, _ token: Token
  ) throws(LineFailure) -> Expectation {
    var result = Expectation()
    result.text = token.text.string
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
      guard result.wanted.count < Expectation.maximum else {
        throw .script("more than \(Expectation.maximum) outcomes", token)
      }
      result.wanted.append(try outcome(machine, part))
      start = end + 1
    }
    return result
  }

  private mutating func outcome(
    _ machine: borrowing Machine, _ token: Token
  ) throws(LineFailure) -> Expectation.Wanted {
    let text = token.text
    if text == "NULL" { return .null }
    if text == "fault" { return .fault }
    if let signal = Signal.allCases.first(where: { text.string == $0.name }) {
      return .signal(signal)
    }
    if text == "warn" { return .warn }
    if text == "bug" { return .bug }
    if text == "stale" { return .stale }
    if text == "blocked" { return .blocked }
    let word = text.byte(0) == UInt8(ascii: "-") ? text.from(1) : text
    if word.byte(0) == UInt8(ascii: "E"), isCapital(word) {
      let name = word.string
      if let errno = Errno.allCases.first(where: { $0.name == name }) { return .errno(errno) }
      if text.withSpan({ machine.lookUp($0) }) == nil {
        let near = nearest(to: name, of: Errno.allCases.map { $0.name })
        throw .script(
          "no errno \(quoted(name))", hint: near.map { "did you mean \($0)?" }, token)
      }
    }
    guard text.byte(0).isLetter else { return .value(try address(machine, token)) }
    // A misspelt outcome is more likely than a name that holds nothing.
    var end = 0
    while text.byte(end).isNameByte { end += 1 }
    guard text[0..<end].withSpan({ machine.lookUp($0) }) != nil else {
      throw .script(
        "\(quoted(text.string)) is not an outcome",
        hint:
          "an errno like ENOMEM, NULL, 0, a number or address, fault, SIGSEGV, SIGBUS, warn, bug, "
          + "stale, blocked",
        token)
    }
    return .value(try address(machine, token))
  }

  private func isCapital(_ word: Text) -> Bool {
    for at in 0..<word.count where !(word[at] &- 0x41 < 26 || word[at].isDigit) { return false }
    return true
  }
}
