package import VMem

extension Interpreter {
  /// Whether the first line of a program is refused on a fresh machine, and so ends a run that has
  /// changed nothing: no machine need be kept for it.
  ///
  /// The line is tried on `machine`, unless it takes input that is there only once, or takes long.
  package static func refusesFirstLine(
    of program: Program, on machine: consuming Machine, _ table: VerbTable
  ) -> Bool {
    guard program.code.count > 0, !program.needsNames else { return false }
    let line = CodeLine(program.code, at: 0)
    let facts = table.verbs[Int(line.head.verb)].facts
    guard line.kind == .call, facts.contains(.changes), !facts.contains(.lasts),
      !readsFile(line, program)
    else { return false }
    var trial = Interpreter(
      machine: machine, options: Options(), table: table, output: nil, messages: nil)
    let logEnd = trial.machine.log.end
    let flow = trial.execute(program, 0..<line.next(0))
    // Who sleeps has begun, and what the log tells of has happened.
    return flow == .stop && trial.machine.log.end == logEnd && !trial.machine.highmem.isAsleep
  }

  /// Whether BYTES of a line are those of a file, which may be a pipe.
  private static func readsFile(_ line: CodeLine, _ program: Program) -> Bool {
    let text = program.source.text
    var unquoted = UnquotedText()
    let first = CodeLine.headerSize
    return (first..<first + line.tokenCount).contains {
      Token(code: program.code[$0], text, from: line.start, &unquoted).text.hasPrefix("@")
    }
  }
}
