internal import VMem

extension Parser {
  /// Words that cannot be names.
  private static let reserved: [StaticString] =
    ["expect", "NULL", "null", "include", "repeat", "let", "assert"] + Counter.groups

  /// Reads `["@"] [NAME "="] ["expect" OUTCOMES] VERB`.
  @inline(__always)
  mutating func parseHead(_ head: inout Head) throws(ScriptError) {
    var at = 0
    if call.tokens[0].text.byte(0) == UInt8(ascii: "@"), !call.tokens[0].isQuoted {
      head.isSilent = true
      let token = call.tokens[0]
      if token.length == 1 {
        at = 1
      } else {
        call.tokens[0] = Token(text: token.text.from(1), offset: token.offset + 1)
      }
    }
    if at + 1 < call.tokens.count, call.tokens[at + 1].isMark(UInt8(ascii: "=")) {
      if !names.isBound(call.tokens[at].text) { try checkName(call.tokens[at]) }
      head.nameToken = UInt8(at)
      at += 2
    }
    if at < call.tokens.count, call.tokens[at].text == "expect" {
      guard at + 1 < call.tokens.count else {
        throw ScriptError(
          "`expect` what?", hint: "expect ERANGE vm_area_map_pages …",
          call.tokens[at])
      }
      head.outcomeToken = UInt8(at + 1)
      at += 2
    }
    guard at < call.tokens.count else {
      throw ScriptError(
        "a verb is missing", hint: "[@] [NAME =] [expect OUTCOME,…] VERB ARGUMENT…",
        call.tokens.last)
    }
    guard let verb = table.find(call.tokens[at].text) else { throw unknownVerb(at, head) }
    shapes.prepare(verb, table)
    if head.hasName, !shapes[verb].makes {
      throw ScriptError(
        "`\(table.name(verb))` makes nothing that could have a name",
        hint: "`help \(table.name(verb))`; let NAME = EXPR names a number", call.tokens[at])
    }
    if head.hasOutcome, shapes[verb].effect == .language {
      throw ScriptError(
        "`\(table.name(verb))` has no outcome to expect",
        hint: "only calls and views have; it stands alone", call.tokens[at])
    }
    head.verb = UInt8(verb)
    head.verbToken = UInt8(at)
  }

  /// Refuses a word that cannot be a name.
  func checkName(_ token: Token) throws(ScriptError) {
    let text = token.text
    guard text.byte(0).isLetter else {
      throw ScriptError(
        "\(call.quoted(text.string)) is not a name",
        hint: "a letter, then letters, digits and underscores", token)
    }
    for at in 0..<text.count where !text[at].isNameByte {
      throw ScriptError(
        "\(call.quoted(text.string)) is not a name",
        hint: "a letter, then letters, digits and underscores", token)
    }
    guard text.count <= Name.maximumLength else {
      throw ScriptError(
        "a name of \(text.count) bytes; the most is \(Name.maximumLength)", token)
    }
    for word in Self.reserved where text == word {
      throw ScriptError(
        "\(call.quoted(text.string)) is a word of the language, not a name",
        hint: "another name, \(text.string)1 for one", token)
    }
  }

  private func unknownVerb(_ at: Int, _ head: Head) -> ScriptError {
    let token = call.tokens[at]
    let word = token.text.string
    if at + 1 < call.tokens.count, call.tokens[at + 1].isMark(UInt8(ascii: "=")) {
      return ScriptError(
        "a name stands first", hint: "NAME = expect OUTCOME VERB …", token)
    }
    if let equals = token.text.firstIndex(of: UInt8(ascii: "=")), equals > 0 {
      return ScriptError(
        "no verb \(call.quoted(word))", hint: "write blanks around =", token)
    }
    if head.hasName, token.text.byte(0).isDigit || token.text.byte(0) == 0x2d {
      return ScriptError(
        "a verb must follow the =", hint: "to name a number: let NAME = NUMBER", token)
    }
    if at + 1 < call.tokens.count,
      let hint = Mistake.statement(word, call.tokens[at + 1].text.string)
    {
      return ScriptError("no verb \(call.quoted(word))", hint: hint, token)
    }
    let hint = Mistake.verb(word, table.verbNames)
    return ScriptError(
      "no verb \(call.quoted(word))", hint: hint ?? "`vmemctl help` lists the verbs", token)
  }
}
