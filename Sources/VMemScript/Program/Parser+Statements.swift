/// Input that comes bit by bit is taken apart line by line.
extension Parser {
  enum Statement {
    /// A line, or a `repeat` with its body.
    case whole
    /// A `repeat` that begins at this byte has no `}` yet.
    case unfinished(at: Int, line: Int)
    case end
  }

  /// Begins with a part of the input.
  mutating func begin(_ part: consuming ScriptSource) -> Program {
    let program = Program(part)
    root = program
    fileName = program.source.name
    place = Place(source: program.source.text)
    defect = program.source.firstDefect()
    reader = Lexer(program.source, end: defect?.lineStart)
    return program
  }

  /// Puts the next statement of the part into its program. `isLast` says that no more input comes.
  mutating func statement(_ program: Program, isLast: Bool) -> Statement {
    program.clear()
    guard var reader else { return .end }
    facts = []
    swap(&code, &program.code)
    defer {
      self.reader = reader
      swap(&code, &program.code)
      program.facts = facts
    }
    let start = reader
    while next(&reader) {
      if open.isEmpty, !isLast, call.tokens.last.isMark(UInt8(ascii: "{")) {
        guard isClosed(reader) else {
          reader = start
          return .unfinished(at: start.position, line: start.nextNumber)
        }
        reader = start
        _ = next(&reader)
      }
      take(program, 0)
      if open.isEmpty { return .whole }
    }
    if let defect {
      self.defect = nil
      complain(defect)
    }
    complainOfOpenRepeats(0)
    return program.findings.isEmpty ? .end : .whole
  }

  /// Whether the braces that are open in front of `reader` are closed behind it.
  private mutating func isClosed(_ reader: Lexer) -> Bool {
    var reader = reader
    var depth = 1
    while depth > 0 {
      guard (try? reader.next(&call.tokens, &call.unquoted)) == true else { return false }
      if call.tokens[0].isMark(UInt8(ascii: "}")) {
        depth -= 1
      } else if call.tokens.last.isMark(UInt8(ascii: "{")) {
        depth += 1
      }
    }
    return true
  }

  /// Whether a text that is being typed ends inside a `{`.
  package static func hasOpenBlock(_ text: String) -> Bool {
    let source = ScriptSource(line: text)
    var reader = Lexer(source)
    var tokens = TokenList()
    var unquoted = UnquotedText()
    var depth = 0
    while (try? reader.next(&tokens, &unquoted)) == true {
      if tokens[0].isMark(UInt8(ascii: "}")) {
        depth -= 1
      } else if tokens.last.isMark(UInt8(ascii: "{")) {
        depth += 1
      }
    }
    return depth > 0
  }
}
