internal import VMem
internal import VMemViews

extension Interpreter {
  /// Runs a script, or the command that arguments make: not a line of it when one is not of the
  /// language.
  ///
  /// - Returns: the exit code of everything run so far.
  package mutating func run(_ source: consuming ScriptSource) -> ExitCode {
    var parser = Parser(table)
    return run(parser.parse(source))
  }

  package mutating func run(_ program: Program) -> ExitCode {
    _ = start(program)
    return end()
  }

  /// Tells what is wrong with a script, and runs nothing.
  package mutating func check(_ program: Program) { _ = report(program) }

  /// Runs input line by line as it comes, and answers whenever no more of it waits.
  package mutating func run(_ stream: inout ScriptStream, _ parser: inout Parser) -> ExitCode {
    while true {
      if let part = stream.takeLines() {
        let program = parser.begin(part)
        if run(program, &stream, &parser) == .stop { break }
      } else if stream.isAtEnd {
        break
      } else {
        if !stream.hasMore { flush() }
        stream.read()
      }
    }
    return end()
  }

  /// Runs what a part of the input has of whole statements.
  private mutating func run(
    _ program: Program, _ stream: inout ScriptStream, _ parser: inout Parser
  ) -> Flow {
    while true {
      switch parser.statement(program, isLast: stream.isAtEnd) {
      case .whole: if start(program) == .stop { return .stop }
      case .unfinished(let at, let line):
        stream.giveBack(program.source, from: at, line: line)
        return .next
      case .end: return .next
      }
    }
  }

  private mutating func start(_ program: Program) -> Flow {
    knownNames.removeAll()
    // Those of the program that this one came between are to be looked up again.
    defer { knownNames.removeAll() }
    if report(program) == .stop { return .stop }
    hasBegun = true
    return echo == nil ? execute(program, 0..<program.code.count) : executeEchoed(program)
  }

  private mutating func end() -> ExitCode {
    // Before the commit, which a broken machine does not get.
    if committer != nil { checkAtEnd() }
    flush()
    // What modules have done is kept when the last of them is unloaded.
    let unkept = modules == nil ? [] : recorder.take()
    recorder = Recorder()
    recorder.append(unkept)
    return exit
  }

  // MARK: Programs

  /// Runs a part of a program, of whole statements, to its end or to the line that stops it. An
  /// included file runs in the place of the line that includes it.
  mutating func execute(_ program: Program, _ code: Range<Int>) -> Flow {
    let outer = (place, fileName)
    defer { (place, fileName) = outer }
    fileName = program.source.name
    let text = program.source.text
    place = Place(source: text)
    // Iterations that are left of the loops that run, and whether the history has them as loops.
    var loops: [(left: UInt64, isRecorded: Bool)] = []
    var at = code.lowerBound
    while at < code.upperBound {
      let line = CodeLine(program.code, at: at)
      if companion != nil, line.kind != .close, wait(before: line, at, program) == .stop {
        return .stop
      }
      if debugger != nil, line.kind == .call, attend(before: line, at, program) == .stop {
        return .stop
      }
      load(line, at, program, text)
      if options.showsLines, line.kind == .call { show(line, at, program) }
      let this = at
      at = line.next(at)
      switch line.kind {
      case .call:
        if self.line(line, at: this, of: program) == .stop {
          stop = stop ?? Self.place(line, this, program)
          return .stop
        }
      case .open:
        guard let times = times() else { return .stop }
        isUsed = true
        if times == 0 {
          at = line.target
        } else {
          // Lines that are typed within a loop are no part of it.
          let isRecorded = committer != nil && companion?.steps != true
          loops.append((times, isRecorded))
          if isRecorded { record(times, at, program) }
        }
      case .close:
        loops[loops.count - 1].left -= 1
        let (left, isRecorded) = loops[loops.count - 1]
        if left == 0 { loops.removeLast() } else { at = line.target }
        if isRecorded { endIteration(left == 0) }
      case .include:
        includes += 1
        let file = program.includes[line.target]
        let flow = execute(file, 0..<file.code.count)
        includes -= 1
        if flow == .stop { return .stop }
      }
      if call.output.writer.failure != nil { return .stop }
    }
    return .next
  }

  /// Puts the words of a line into place.
  @inline(__always)
  mutating func load(_ line: CodeLine, _ at: Int, _ program: Program, _ text: Text) {
    place = Place(source: text, line: line.number, lineStart: line.start)
    call.tokens.removeAll()
    call.unquoted.removeAll()
    call.tokens.append(line.tokenCount) {
      Token(
        code: line.token($0, program.code, at: at), text, from: line.start, &call.unquoted)
    }
  }

  /// How often the `repeat` in front runs; nil when its number is none, which ends the run.
  private mutating func times() -> UInt64? {
    do throws(LineFailure) {
      return try call.number(machine, call.tokens[1])
    } catch {
      let head = Head(verb: UInt8(table.find(call.tokens[0].text) ?? 0))
      shapes.prepare(Int(head.verb), table)
      call.expectation.removeAll()
      _ = finish(Line(head: head, logStart: machine.log.end), failure: error)
      return nil
    }
  }
}
