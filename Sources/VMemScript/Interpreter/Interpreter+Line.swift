internal import VMem
internal import VMemViews

extension Interpreter {
  /// Carries out the line in `call.tokens`.
  @inline(__always)
  mutating func line(_ code: CodeLine, at: Int, of program: Program) -> Flow {
    let head = code.head
    shapes.prepare(Int(head.verb), table)
    let before = machine.marks
    var line = Line(head: head, logStart: before.logEnd)
    call.expectation.removeAll()
    do throws(LineFailure) {
      if head.hasOutcome {
        try call.readExpectation(machine, call.tokens[Int(head.outcomeToken)])
      }
    } catch {
      call.expectation.removeAll()
      return finish(line, failure: error)
    }
    do throws(LineFailure) {
      line.result = try perform(&line, code, at: at, of: program)
      if debugger != nil { returned = line.result.register }
    } catch {
      if debugger != nil { returned = error.register }
      note(since: before, &line)
      return finish(line, failure: error)
    }
    // The lines of an included file have accounted for their own.
    if shapes[Int(head.verb)].effect != .language { note(since: before, &line) }
    return finish(line)
  }

  /// Takes note of what the line has left behind beside its result.
  @inline(__always)
  private mutating func note(since before: Machine.Marks, _ line: inout Line) {
    if before.busyCPUs != 0 { noteEndedCalls(before.busyCPUs, line) }
    let now = machine.marks
    line.warnings = now.warnings - before.warnings + UInt64(call.troubles.count)
    line.staleHits = now.staleHits - before.staleHits
  }

  /// Decodes the arguments and carries the line out.
  @inline(__always)
  private mutating func perform(
    _ line: inout Line, _ code: CodeLine, at: Int, of program: Program
  ) throws(LineFailure) -> Result {
    let index = Int(line.head.verb)
    let effect = shapes[index].effect
    let facts = shapes[index].facts
    call.isSilent = line.head.isSilent
    if call.note != nil { call.note = nil }
    if !call.remarks.isEmpty { call.remarks.removeAll() }
    if !call.troubles.isEmpty { call.troubles.removeAll() }
    if call.explanation != nil { call.explanation = nil }
    if call.culprit != nil { call.culprit = nil }
    if code.isPrepared {
      try takeArguments(code, at: at, of: program)
    } else {
      let place = shapes.place(index)
      try call.decode(machine, place, from: Int(line.head.verbToken) + 1)
    }
    if facts.contains(.asks), let ask = shapes[index].ask {
      try ask(&self)
      if onlyAsks { return .ok }
    }
    if facts.contains(.wantsWhole), modules != nil {
      throw .refusal(Refusal(.errno(.EBUSY), .moduleKeepsMachine))
    }
    if committer != nil { prepareCommit(&line, facts, effect) }
    guard effect == .writer else {
      let result = try carryOut(&line, code, shapes[index].body)
      if !facts.contains(.idle) { isUsed = true }
      return result
    }
    let result = try carryOutCall(&line, code, shapes[index].body, facts)
    try checkInvariants()
    isUsed = true
    return result
  }

  /// Runs a verb that is a kernel call, whatever calls that makes.
  @inline(__always)
  private mutating func carryOutCall(
    _ line: inout Line, _ code: CodeLine, _ body: Verb.Body, _ facts: Verb.Facts
  ) throws(LineFailure) -> Result {
    do throws(Refusal) {
      try machine.beginCall(onBusyCPU: facts.contains(.forBusyCPUs))
    } catch {
      throw .refusal(error)
    }
    defer { machine.endCall() }
    calls.note(machine.clock, includes == 0 && fileName != nil ? place.line : 0)
    return try carryOut(&line, code, body)
  }

  /// Declares the name, runs the verb and binds the name.
  @inline(__always)
  private mutating func carryOut(
    _ line: inout Line, _ code: CodeLine, _ body: Verb.Body
  ) throws(LineFailure) -> Result {
    if line.head.hasName { line.name = try declareName(code) }
    do throws(LineFailure) {
      let result = try run(body)
      if line.head.hasName { bind(line.name, result) }
      return result
    } catch {
      unbind(line, error)
      throw error
    }
  }

  /// Before a line that the next commit keeps, its results wait for that; before a line that may
  /// print much, everything is kept that there is, but for an iteration that is not over.
  @inline(never)
  private mutating func prepareCommit(
    _ line: inout Line, _ facts: Verb.Facts, _ effect: Verb.Effect
  ) {
    if facts.contains(.changes) {
      // Everything before this line is whole, and a commit has its limits.
      if recorder.size > Recorder.maximumSize { settle() }
      recorder.append(lineText)
      line.recordedAt = machine.clock
      call.output.writer.isHeld = true
    } else if effect == .reader, !facts.contains(.brief), recorder.depth == 0 {
      if call.output.writer.isHeld { settle() }
    }
  }

  @inline(__always)
  private mutating func run(_ body: Verb.Body) throws(LineFailure) -> Result {
    switch body {
    case .call(let body):
      do throws(Refusal) {
        return try body(machine, &call)
      } catch {
        throw .refusal(error)
      }
    case .control(let body): return try body(&self)
    }
  }

  // MARK: Names

  @inline(__always)
  mutating func declare(_ word: Text) throws(LineFailure) -> Ref<Name> {
    do throws(Refusal) {
      return try word.withSpan { span throws(Refusal) in try machine.names.declare(span) }
    } catch {
      call.culprit = call.quoted(word.string)
      throw .refusal(error)
    }
  }

  @inline(__always)
  private func bind(_ name: Ref<Name>, _ result: Result) {
    switch result {
    case .address(let address): machine.names.bind(name, address: address)
    case .pages(let set, _): machine.names.bind(name, pages: set)
    default: break
    }
  }

  /// What a name stands for when the call that was to make its object failed: NULL when the line
  /// expected NULL, else nothing.
  private func unbind(_ line: Line, _ failure: LineFailure) {
    let name = line.name
    guard !name.isNone else { return }
    if call.expectation.hasNull, case .refusal(let refusal) = failure,
      refusal.outcome == .null
    {
      machine.names.bind(name, number: 0)
    } else {
      machine.names.bindNull(name)
      if case .refusal(let refusal) = failure, refusal.outcome == .blocked {
        machine.highmem.bindWhenWoken(name)
      }
    }
  }
}
