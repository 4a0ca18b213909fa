internal import VMem
internal import VMemViews

extension Subsystem {
  static let language = Subsystem(
    """
    let assert print names echo include repeat sync help
    """,
    verbs: Verb.language)
}

extension Verb.Group {
  static let language = Verb.Group("language", "Language")
}

extension Verb {
  static let language: [Verb] = [
    Verb(
      "let", .language, .nothing, .language, [.binding],
      summary: "give a name to a number or address",
      returns: "nothing is printed", example: "let top = s.end - 4K\nread top 16",
      facts: [.changes, .looks, .names, .computes], .control(bind), check: checkBinding),
    Verb(
      "assert", .language, .nothing, .language, [.comparison],
      summary: "compare two expressions; what does not hold is exit 2",
      returns: "nothing is printed", example: "assert pagetables.pte eq 3\nassert a + 20K == b",
      facts: [.looks, .computes],
      exits: [ExitCondition(.failedExpectation, when: "the comparison does not hold")],
      .control(assert), check: checkComparison),
    Verb(
      "print", .language, .nothing, .reader, [.expression],
      summary: "print the value of an expression",
      returns: "a number in decimal below 2^40, and as an address from there on",
      example: "print machine.free * 4096\nprint s.end - 4K", facts: [.brief, .computes],
      .control(print),
      check: checkExpression),
    Verb(
      "names", .language, .nothing, .reader,
      summary: "show what every name stands for",
      returns: "text: a line a name, with its kind, its address or number, and what lives there",
      example: "names", .call(names)),
    Verb(
      "echo", .language, .nothing, .reader, [.text],
      summary: "print words", returns: "the words", example: "echo after the purge:",
      facts: [.brief, .apart, .idle], .call(echo)),
    Verb(
      "include", .language, .nothing, .language, [.file],
      summary: "run the lines of another file, found beside the file that includes it",
      returns: "nothing is printed", example: "include setup.vmem", facts: [.includes],
      exits: [.noFile, .sessionsFile], .control(include)),
    Verb(
      "repeat", .language, .nothing, .language, [.times],
      summary: "run the lines up to the closing } N times",
      returns: "nothing is printed",
      example: "repeat 1000 {\n  a = get_vm_area 16K\n  free_vm_area a\n}", .control(repeatBody)),
    Verb(
      "sync", .language, .nothing, .language,
      summary: "write everything out that was printed so far",
      returns: "nothing is printed", example: "sync", facts: [.idle, .wantsWhole],
      answers: [[.errno(.EBUSY, .moduleKeepsMachine)]], .control(sync)),
    Verb(
      "help", .language, .nothing, .reader, [.topic],
      summary: "explain a verb, or the language",
      returns: "text", example: "help vm_area_map_pages\nhelp grammar", facts: [.apart, .idle],
      .control(help),
      check: checkTopic),
  ]

  private static func bind(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let words = interpreter.call.words(.binding)
    let token = interpreter.call.tokens[words.lowerBound]
    let value = try interpreter.call.expression(
      interpreter.machine, words.lowerBound + 2..<words.upperBound)
    interpreter.machine.tick()
    let name = try interpreter.declare(token.text)
    interpreter.machine.names.bind(name, number: value)
    return .silent
  }

  private static func checkBinding(_ parser: inout Parser) throws(LineFailure) {
    let words = parser.call.words(.binding)
    guard words.count >= 3, parser.call.tokens[words.lowerBound + 1].isMark(0x3d) else {
      throw .script(
        "`let` is written as: let NAME = EXPR", hint: "with blanks around =: let n = 4 * 4K",
        parser.call.tokens[words.lowerBound - 1])
    }
    let token = parser.call.tokens[words.lowerBound]
    let first = parser.call.tokens[words.lowerBound + 2]
    if words.count > 3, let verb = parser.table.find(first.text) {
      throw .script(
        "`let` names numbers",
        hint: "what `\(parser.table.name(verb))` makes is named without it: "
          + "\(token.text.string) = \(first.text.string) …", first)
    }
    do throws(ScriptError) {
      if !parser.names.isBound(token.text) { try parser.checkName(token) }
    } catch {
      throw .script(error)
    }
    _ = try parser.call.expression(parser.names, words.lowerBound + 2..<words.upperBound)
    // A name that the line uses itself must be bound before.
    if !parser.call.unbound.isEmpty { parser.noteUnbound("let") }
    parser.names.bind(token.text, .number)
  }

  private static func assert(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let (left, comparison, right) = try interpreter.call.comparison(interpreter.machine)
    if comparison.holds(left, right) { return .silent }
    let text = interpreter.call.join(interpreter.call.words(.comparison))
    throw .assertion(
      "expected \(text) got \(readable(left)) and \(readable(right))")
  }

  private static func checkComparison(_ parser: inout Parser) throws(LineFailure) {
    _ = try parser.call.comparison(parser.names)
  }

  /// A number as a person reads it: addresses in hexadecimal.
  private static func readable(_ value: UInt64) -> String {
    isNumber(value) ? "\(value)" : hexadecimal(value)
  }

  private static func isNumber(_ value: UInt64) -> Bool { value < 1 << 40 }

  private static func print(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let words = interpreter.call.words(.expression)
    let value = try interpreter.call.expression(interpreter.machine, words)
    let word = interpreter.call.tokens[words.lowerBound].text
    // What a counter counts is a number, however large.
    let isCounter = words.count == 1 && Counter.named(word) != nil
    return isNumber(value) || isCounter ? .number(value) : .address(value)
  }

  private static func checkExpression(_ parser: inout Parser) throws(LineFailure) {
    _ = try parser.call.expression(parser.names, parser.call.words(.expression))
  }

  private static func names(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    call.view { output in Views.names(machine, to: &output) }
  }

  private static func echo(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let words = call.words(.text)
    for at in words {
      if at > words.lowerBound { call.scratch.write(byte: 0x20) }
      // JSON has escapes of its own.
      if call.output.isJSON {
        call.tokens[at].text.withSpan { call.scratch.write($0) }
      } else {
        call.tokens[at].text.withSpan { call.scratch.printable($0) }
      }
    }
    call.scratch.write(byte: 0x0a)
    return .text
  }

  /// The files of a script are read before its first line runs; then they are lines of its own.
  private static func include(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    .silent
  }

  private static func repeatBody(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    throw .script(
      "`repeat` is written as: repeat N { … }", hint: "on its own, without @, name or expect",
      interpreter.call.tokens[0])
  }

  private static func sync(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    interpreter.flush()
    return .silent
  }

  private static func help(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let words = interpreter.call.words(.topic)
    guard let at = words.first else {
      interpreter.call.scratch.write(Help(interpreter.table).overview)
      return .text
    }
    let topic = interpreter.call.tokens[at].text.string
    interpreter.call.scratch.write(Help(interpreter.table).topic(topic) ?? "")
    return .text
  }

  private static func checkTopic(_ parser: inout Parser) throws(LineFailure) {
    let words = parser.call.words(.topic)
    guard words.count <= 1 else {
      throw .script("one topic at a time", parser.call.tokens[words.lowerBound + 1])
    }
    guard let at = words.first else { return }
    let token = parser.call.tokens[at]
    let help = Help(parser.table)
    guard help.topic(token.text.string) == nil else { return }
    let near = nearest(to: token.text.string, of: help.topics)
    throw .script(
      "no help on \(parser.call.quoted(token.text.string))",
      hint: near.map { "did you mean \($0)?" } ?? "`help` lists the verbs", token)
  }
}

extension Call {
  /// The two sides that the words of `assert` compare.
  fileprivate mutating func comparison<S: NameScope & ~Copyable>(
    _ scope: borrowing S
  ) throws(LineFailure) -> (UInt64, Comparison, UInt64) {
    let words = words(.comparison)
    for at in words {
      guard let comparison = Comparison(tokens[at].text) else { continue }
      let left = try expression(scope, words.lowerBound..<at)
      return (left, comparison, try expression(scope, at + 1..<words.upperBound))
    }
    throw .script(
      "`assert` is written as: assert EXPR OP EXPR",
      hint: "OP is == != < <= > >= or eq ne lt le gt ge", tokens.last)
  }
}

extension Parameter {
  static let topic = Parameter(
    id: 63, .optionalRest, "[VERB|GROUP|SWITCH|grammar|exit|json|image|kernels|examples]",
    "what to explain; nothing lists the verbs in groups")
  static let text = Parameter(
    id: 64, .optionalRest, "TEXT…", "words; echo prints them with one blank between")
  static let binding = Parameter(
    id: 65, .rest, "NAME = EXPR", "a name and what it stands for")
  static let comparison = Parameter(
    id: 66, .rest, "EXPR OP EXPR", "two expressions, and == != < <= > >= or eq ne lt le gt ge")
  static let expression = Parameter(
    id: 67, .rest, "EXPR", "numbers, addresses, fields of areas and counters, with + - * / as words"
  )
  static let times = Parameter(
    id: 68, .number, "N", "how often")
}
