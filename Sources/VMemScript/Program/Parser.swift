internal import VMem
internal import VMemViews

/// Takes scripts apart: finds what is wrong with them before anything runs, and keeps their lines
/// as they run. It knows no machine; names that no line binds are left for the machine to know.
package struct Parser: ~Copyable {
  let table: VerbTable
  var shapes = Shapes()
  var call: Call
  var names = ScriptNames()
  /// The line being read, for what is wrong with it.
  var place = Place()
  var fileName: String?
  /// What is being taken apart, without the files it includes.
  var root: Program
  /// Files that are being read, inside each other.
  var includes = 0
  /// The lines of the file that is being read.
  var code = Code()
  /// The prepared arguments of the line being read.
  var prepared = Code()
  /// What its lines do, those of other files too.
  var facts: Verb.Facts = []
  /// Lines so far, those of other files too.
  var lineCount = 0
  /// Whether a line other than `include` has come so far, and whether one that needs a machine.
  private(set) var isBegun = false
  private(set) var isTouched = false
  /// Whether `boot` may still make the machine: as a script's first line, and as that of an included
  /// file behind lines that touch no machine.
  var mayBoot: Bool { includes > 0 ? !isTouched : !isBegun }
  var open: [OpenRepeat] = []
  var reader: Lexer?
  /// What no script may contain, behind the lines that may be read.
  var defect: ScriptSource.Defect?

  /// A `repeat` whose `}` has not come yet.
  struct OpenRepeat {
    /// Where it is in the code.
    let at: Int
    let token: Range<Int>
    let place: Place
    /// Whether its line is wrong already.
    var isTold = false
  }

  /// - Parameter images: says which files are the session's own.
  package init(_ table: VerbTable, images: (any Images)? = nil) {
    self.table = table
    call = Call(
      output: ViewOutput(descriptor: nil, format: .text), options: Options(), images: images)
    root = Program(ScriptSource(name: "", bytes: []))
  }

  /// A whole script, with the files it includes.
  package mutating func parse(_ source: consuming ScriptSource) -> Program {
    let program = Program(source)
    root = program
    read(program)
    return program
  }

  // MARK: Files

  /// Bytes of a script for one word of code: most lines have more.
  private static let usualBytes = 3

  /// Every line of a file.
  private mutating func read(_ program: Program) {
    let outer = (place, fileName)
    // The class is looked at once a file, not several times a word.
    swap(&code, &program.code)
    defer {
      (place, fileName) = outer
      swap(&code, &program.code)
      root.facts.formUnion(facts)
    }
    fileName = program.source.name
    place = Place(source: program.source.text)
    code.reserve(program.source.text.count / Self.usualBytes)
    let defect = program.source.firstDefect()
    var reader = Lexer(program.source, end: defect?.lineStart)
    let depth = open.count
    while next(&reader) { take(program, depth) }
    if let defect { complain(defect) }
    complainOfOpenRepeats(depth)
  }

  /// A file that a line includes.
  mutating func include(_ token: Token, _ program: Program) {
    guard includes < Interpreter.maximumIncludes else {
      return complain(
        ScriptError("more than \(Interpreter.maximumIncludes) files inside each other", token))
    }
    var path = token.text.string
    if let fileName, let slash = fileName.lastIndex(of: "/"), !path.hasPrefix("/") {
      path = fileName[...slash] + path
    }
    do throws(LineFailure) {
      try call.checkIsForeign(path, token)
    } catch {
      if case .script(let defect) = error { complain(defect) }
      return
    }
    guard path != "-", let source = ScriptSource(path: path) else {
      let number = path == "-" ? 2 : systemError()
      var error = ScriptError("\(path): \(systemMessage(number))", token)
      error.exit = ExitCode(number, or: .noInput)
      return complain(error)
    }
    let file = Program(source)
    program.includes.append(file)
    includes += 1
    read(file)
    includes -= 1
  }

  /// The words of the next line that can be told apart; false at the end.
  mutating func next(_ reader: inout Lexer) -> Bool {
    while true {
      do throws(ScriptError) {
        let isLine = try reader.next(&call.tokens, &call.unquoted)
        (place.line, place.lineStart) = (reader.line, reader.lineStart)
        return isLine
      } catch {
        (place.line, place.lineStart) = (reader.line, reader.lineStart)
        complain(error)
        reader.skipLine()
      }
    }
  }

  // MARK: Lines

  /// Takes the line in `call.tokens`; repeats that were open before `depth` are another file's.
  @inline(__always)
  mutating func take(_ program: Program, _ depth: Int) {
    let first = call.tokens[0]
    if first.isMark(UInt8(ascii: "}")) { return close(program, depth) }
    if call.tokens.last.isMark(UInt8(ascii: "{")) || first.text == "repeat" {
      return begin(program)
    }
    var line = CodeLine()
    do throws(ScriptError) {
      try parseHead(&line.head)
    } catch {
      return complain(meantForShell(error))
    }
    let verb = Int(line.head.verb)
    var facts = shapes[verb].facts
    var (bindsNull, isSound) = (false, true)
    do throws(LineFailure) {
      if line.head.hasOutcome {
        try call.readExpectation(names, call.tokens[Int(line.head.outcomeToken)])
        bindsNull = call.expectation.hasNull
      }
      let place = shapes.place(verb)
      call.isFirstLine = lineCount == 0
      try call.decode(names, place, from: Int(line.head.verbToken) + 1)
      if facts.contains(.looksAlone), call.tokens.count == Int(line.head.verbToken) + 1 {
        facts.remove(.changes)
      }
      if call.arguments.has(.vmallocinfoFile) {
        facts.remove(.looks)
        facts.insert(.apart)
      }
      if let check = shapes[verb].check { try check(&self) }
    } catch {
      isSound = false
      if case .script(let error) = error, !isAboutUnbound(error) {
        complain(meantForShell(error), table.name(verb))
      }
    }
    if !call.unbound.isEmpty { noteUnbound(table.name(verb)) }
    if line.head.hasName {
      let use: NameUse = bindsNull ? .any : shapes[verb].makesPages ? .pages : .area
      let name = names.bind(call.tokens[Int(line.head.nameToken)].text, use)
      line.target = name.map { $0 + 1 } ?? 0
    }
    if isSound { prepareArguments(&line) }
    self.facts.formUnion(facts)
    if facts.contains(.boots), mayBoot { root.boots = true }
    if !facts.contains(.includes) { begin(touches: !facts.contains(.idle)) }
    lineCount += 1
    guard facts.contains(.includes) else { return emit(line) }
    line.kind = .include
    line.target = program.includes.count
    emit(line)
    if isSound, call.arguments.has(.file) {
      include(call.tokens[call.arguments.token(.file)], program)
    }
  }

  private mutating func begin(touches: Bool) {
    isBegun = true
    if touches { isTouched = true }
  }

  @inline(__always)
  private mutating func emit(_ line: CodeLine) {
    var line = line
    (line.number, line.start) = (place.line, place.lineStart)
    let (count, start) = (call.tokens.count, place.lineStart)
    line.tokenCount = count
    line.isWide = count > 0 && !CodeLine.isNarrow(call.tokens.last.end - start)
    line.write(to: &code)
    if line.isWide {
      code.append(count) { call.tokens[$0].code(from: start) }
    } else {
      code.append((count + 1) >> 1) {
        let first = CodeLine.half(call.tokens[2 &* $0], from: start)
        if 2 &* $0 &+ 1 == count { return first }
        return first | CodeLine.half(call.tokens[2 &* $0 &+ 1], from: start) << 32
      }
    }
    code.append(prepared.count) { prepared[$0] }
    prepared.removeAll()
  }

  // MARK: Repeats

  private mutating func begin(_ program: Program) {
    var line = CodeLine()
    line.kind = .open
    open.append(
      OpenRepeat(
        at: code.count, token: call.tokens[0].offset..<call.tokens[0].end, place: place))
    lineCount += 1
    begin(touches: true)
    emit(line)
    do throws(ScriptError) {
      try checkRepeat()
    } catch {
      // Its } has to be read as one all the same.
      let opens = call.tokens.last.isMark(UInt8(ascii: "{"))
      if opens { open[open.count - 1].isTold = true } else { open.removeLast() }
      complain(error)
    }
    if !call.unbound.isEmpty { noteUnbound("repeat") }
  }

  private mutating func checkRepeat() throws(ScriptError) {
    guard call.tokens[0].text == "repeat" else {
      throw ScriptError("only `repeat N` takes a body", call.tokens.last)
    }
    guard call.tokens.count == 3, call.tokens[2].isMark(UInt8(ascii: "{")) else {
      throw ScriptError("`repeat` is written as: repeat N { … }", call.tokens.last)
    }
    guard open.count <= Interpreter.maximumRepeats else {
      throw ScriptError(
        "more than \(Interpreter.maximumRepeats) `repeat` inside each other", call.tokens[0])
    }
    do throws(LineFailure) {
      _ = try call.number(names, call.tokens[1])
    } catch {
      if case .script(let defect) = error { throw defect }
    }
  }

  private mutating func close(_ program: Program, _ depth: Int) {
    guard open.count > depth, let last = open.popLast() else {
      return complain(ScriptError("no `repeat` is open", call.tokens[0]))
    }
    var line = CodeLine()
    line.kind = .close
    line.target = CodeLine(code, at: last.at).next(last.at)
    call.tokens.removeAll()
    emit(line)
    CodeLine.set(target: code.count, of: last.at, in: &code)
  }

  mutating func complainOfOpenRepeats(_ depth: Int) {
    while open.count > depth {
      let last = open.removeLast()
      if last.isTold { continue }
      place = last.place
      complain(ScriptError("this `repeat` has no closing `}`", at: last.token))
    }
  }
}
