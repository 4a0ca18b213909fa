internal import VMem
internal import VMemViews

extension Interpreter {
  /// Runs a script, or the command that arguments make.
  ///
  /// - Returns: the exit code of everything run so far.
  package mutating func run(_ source: borrowing ScriptSource) -> ExitCode {
    _ = execute(source)
    // Before the commit, which a broken machine does not get.
    if committer != nil { checkAtEnd() }
    flush()
    return exit
  }

  /// Runs a source to its end or to the line that stops it. An included file runs inside the line
  /// that includes it.
  mutating func execute(_ source: borrowing ScriptSource) -> Flow {
    let outer = (place, fileName)
    defer { (place, fileName) = outer }
    fileName = source.name
    place = Place(source: source.text)
    var reader = Lexer(source)
    if let defect = source.firstDefect() {
      (place.line, place.lineStart) = (defect.line, defect.lineStart)
      return fail(defect.error)
    }
    var loops: [Loop] = []
    do throws(ScriptError) {
      while try reader.next(&call.tokens, &call.unquoted) {
        (place.line, place.lineStart) = (reader.line, reader.lineStart)
        switch try marks(&loops, &reader) {
        case .handled: continue
        case .line: break
        }
        if line() == .stop { return .stop }
        if call.output.writer.failure != nil { return .stop }
      }
    } catch {
      (place.line, place.lineStart) = (reader.line, reader.lineStart)
      return fail(error)
    }
    return .next
  }

  /// A `repeat` whose body runs.
  private struct Loop {
    /// The lexer in front of the body.
    var body: Lexer
    var remaining: UInt64
  }

  private enum Mark {
    case line
    case handled
  }

  /// Carries out `repeat N {` and `}`, which steer the lexer.
  @inline(__always)
  private mutating func marks(
    _ loops: inout [Loop], _ reader: inout Lexer
  ) throws(ScriptError) -> Mark {
    let first = call.tokens[0]
    if first.isMark(UInt8(ascii: "}")) {
      guard !loops.isEmpty else { throw ScriptError("no `repeat` is open", first) }
      loops[loops.count - 1].remaining -= 1
      if loops[loops.count - 1].remaining > 0 {
        reader = loops[loops.count - 1].body
      } else {
        loops.removeLast()
      }
      return .handled
    }
    if call.tokens.last.isMark(UInt8(ascii: "{")) || first.text == "repeat" {
      try beginRepeat(&loops, &reader)
      return .handled
    }
    return .line
  }

  private mutating func beginRepeat(
    _ loops: inout [Loop], _ reader: inout Lexer
  ) throws(ScriptError) {
    guard call.tokens[0].text == "repeat" else {
      throw ScriptError("only `repeat N` takes a body", call.tokens.last)
    }
    guard call.tokens.count == 3, call.tokens[2].isMark(UInt8(ascii: "{")) else {
      throw ScriptError("`repeat` is written as: repeat N { … }", call.tokens.last)
    }
    guard loops.count < Self.maximumRepeats else {
      throw ScriptError(
        "more than \(Self.maximumRepeats) `repeat` inside each other", call.tokens[0])
    }
    let times: UInt64
    do throws(LineFailure) {
      times = try call.number(machine, call.tokens[1])
    } catch {
      guard case .script(let defect) = error else { return }
      throw defect
    }
    isUsed = true
    let start = call.tokens[0]
    let body = reader
    try skipBody(&reader, start)
    guard times > 0 else { return }
    loops.append(Loop(body: body, remaining: times))
    reader = body
  }

  /// Moves the lexer behind the `}` of the body in front of it.
  private mutating func skipBody(_ reader: inout Lexer, _ start: Token) throws(ScriptError) {
    let position = reader
    var depth = 1
    while try reader.next(&call.tokens, &call.unquoted) {
      if call.tokens[0].isMark(UInt8(ascii: "}")) {
        depth -= 1
        if depth == 0 { return }
      } else if call.tokens.last.isMark(UInt8(ascii: "{")) {
        depth += 1
      }
    }
    reader = position
    throw ScriptError("this `repeat` has no closing `}`", start)
  }
}
