internal import Glibc
package import VMem
internal import VMemViews

extension Interpreter {
  /// Whether the first line of a program is refused on a fresh machine, and so ends a run that has
  /// changed nothing: no machine need be kept for it.
  ///
  /// The line is tried on `machine`, unless it takes input that is there only once; of one that takes
  /// long, no more than what it looks at before it acts.
  package static func refusesFirstLine(
    of program: Program, on machine: consuming Machine, _ table: VerbTable
  ) -> Bool {
    guard program.code.count > 0, !program.needsNames else { return false }
    let line = CodeLine(program.code, at: 0)
    let facts = table[Int(line.head.verb)].facts
    guard line.kind == .call, facts.contains(.changes), !takesInput(line, program, facts),
      !facts.contains(.lasts) || facts.contains(.asks)
    else { return false }
    var trial = Interpreter(
      machine: machine, options: Options(), table: table, output: nil, messages: nil)
    trial.onlyAsks = facts.contains(.lasts)
    let logEnd = trial.machine.log.end
    let flow = trial.execute(program, 0..<line.next(0))
    // Who sleeps has begun, and what the log tells of has happened.
    return flow == .stop && trial.machine.log.end == logEnd && !trial.machine.highmem.isAsleep
  }

  /// Whether a word of a line stands for input that may be there only once: BYTES of a file, standard
  /// input or a pipe in the place of a trace.
  private static func takesInput(
    _ line: CodeLine, _ program: Program, _ facts: Verb.Facts
  ) -> Bool {
    let text = program.source.text
    var unquoted = UnquotedText()
    return (0..<line.tokenCount).contains {
      let code = line.token($0, program.code, at: 0)
      let word = Token(code: code, text, from: line.start, &unquoted).text
      return word.hasPrefix("@") || facts.contains(.lasts) && isReadOnce(word.string)
    }
  }

  private static let memoryDevices = 1

  private static func isReadOnce(_ path: String) -> Bool {
    var status = stat()
    // Safe: a path and room for the answer.
    guard path != "-", unsafe stat(path.hostPath, &status) == 0 else { return path == "-" }
    switch status.st_mode & S_IFMT {
    case S_IFREG, S_IFDIR: return false
    // /dev/null and its like: terminals have other numbers.
    case S_IFCHR: return status.st_rdev >> 8 != memoryDevices
    default: return true
    }
  }
}
