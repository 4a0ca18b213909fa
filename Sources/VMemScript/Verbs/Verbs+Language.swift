internal import VMem
internal import VMemViews

extension Verb {
  static let language: [Verb] = [
    Verb(
      "let", .language, .nothing, .language, [.binding],
      summary: "give a name to a number or address",
      returns: "nothing is printed", example: "let top = s.end - 4K\nread top 16",
      .control(bind)),
    Verb(
      "assert", .language, .nothing, .language, [.comparison],
      summary: "compare two expressions; what does not hold is exit 2",
      returns: "nothing is printed", example: "assert pagetables.pte eq 3\nassert a + 20K == b",
      .control(assert)),
    Verb(
      "echo", .language, .nothing, .reader, [.text],
      summary: "print words", returns: "the words", example: "echo after the purge:",
      .call(echo)),
    Verb(
      "include", .language, .nothing, .language, [.file],
      summary: "run the lines of another file, found beside the file that includes it",
      returns: "nothing is printed", example: "include setup.vmem", .control(include)),
    Verb(
      "repeat", .language, .nothing, .language, [.times],
      summary: "run the lines up to the closing } N times",
      returns: "nothing is printed",
      example: "repeat 1000 {\n  a = get_vm_area 16K\n  free_vm_area a\n}", .control(repeatBody)),
    Verb(
      "sync", .language, .nothing, .language,
      summary: "write everything out that was printed so far",
      returns: "nothing is printed", example: "sync", .control(sync)),
    Verb(
      "help", .language, .nothing, .reader, [.topic],
      summary: "explain a verb, or the language",
      returns: "text", example: "help vm_area_map_pages\nhelp grammar", .control(help)),
  ]

  private static func bind(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let words = interpreter.call.words(.binding)
    guard words.count >= 3, interpreter.call.tokens[words.lowerBound + 1].isMark(0x3d) else {
      throw .script(
        "`let` is written as: let NAME = EXPR", interpreter.call.tokens[words.lowerBound - 1])
    }
    let token = interpreter.call.tokens[words.lowerBound]
    do throws(ScriptError) {
      try interpreter.checkName(token)
    } catch {
      throw .script(error)
    }
    let value = try interpreter.call.expression(
      interpreter.machine, words.lowerBound + 2..<words.upperBound)
    interpreter.machine.tick()
    let name = try interpreter.declare(token.text)
    interpreter.machine.bind(name, number: value)
    return .silent
  }

  private static func assert(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let words = interpreter.call.words(.comparison)
    guard
      let at = words.first(where: { Comparison(interpreter.call.tokens[$0].text) != nil }),
      let comparison = Comparison(interpreter.call.tokens[at].text)
    else {
      throw .script(
        "`assert` is written as: assert EXPR OP EXPR",
        hint: "OP is == != < <= > >= or eq ne lt le gt ge",
        interpreter.call.tokens.last)
    }
    let left = try interpreter.call.expression(interpreter.machine, words.lowerBound..<at)
    let right = try interpreter.call.expression(interpreter.machine, at + 1..<words.upperBound)
    if comparison.holds(left, right) { return .silent }
    let text = interpreter.call.join(words)
    throw .assertion(
      "expected \(text) got \(readable(left)) and \(readable(right))")
  }

  /// A number as a person reads it: addresses in hexadecimal.
  private static func readable(_ value: UInt64) -> String {
    value < 1 << 40 ? "\(value)" : hexadecimal(value)
  }

  private static func echo(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let words = call.words(.text)
    for at in words {
      if at > words.lowerBound { call.scratch.write(byte: 0x20) }
      call.tokens[at].text.withSpan { call.scratch.write($0) }
    }
    call.scratch.write(byte: 0x0a)
    return .text
  }

  private static func include(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let token = interpreter.call.tokens[interpreter.call.arguments.token(.file)]
    guard interpreter.includes < Interpreter.maximumIncludes else {
      throw .script(
        "more than \(Interpreter.maximumIncludes) files inside each other", token)
    }
    var path = token.text.string
    if let outer = interpreter.fileName, let slash = outer.lastIndex(of: "/"),
      !path.hasPrefix("/")
    {
      path = outer[...slash] + path
    }
    try interpreter.call.checkIsForeign(path, token)
    guard path != "-", let source = ScriptSource(path: path) else {
      var error = ScriptError("\(path): \(systemMessage(path == "-" ? 2 : systemError()))", token)
      error.exit = .noInput
      throw .script(error)
    }
    interpreter.isUsed = true
    interpreter.includes += 1
    let flow = interpreter.execute(source)
    interpreter.includes -= 1
    return flow == .stop ? .stop : .silent
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
    guard words.count <= 1 else {
      throw .script("one topic at a time", interpreter.call.tokens[words.lowerBound + 1])
    }
    guard let at = words.first else {
      interpreter.call.scratch.write(Help(interpreter.table).overview)
      return .text
    }
    let token = interpreter.call.tokens[at]
    let help = Help(interpreter.table)
    guard let text = help.topic(token.text.string) else {
      let near = nearest(to: token.text.string, of: help.topics)
      throw .script(
        "no help on \(interpreter.call.quoted(token.text.string))",
        hint: near.map { "did you mean \($0)?" } ?? "`help` lists the verbs", token)
    }
    interpreter.call.scratch.write(text)
    return .text
  }
}
