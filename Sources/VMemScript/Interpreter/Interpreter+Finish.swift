internal import VMem
internal import VMemViews

extension Interpreter {
  /// Prints the result of a line that was carried out, and compares it with what was expected.
  @inline(__always)
  mutating func finish(_ line: Line) -> Flow {
    if case .stop = line.result { return .stop }
    if call.expectation.isEmpty, line.warnings == 0, line.staleHits == 0,
      line.result.isPlain, !options.json,
      !options.tap
    {
      if line.head.isSilent { dropScratch() } else { printText(line) }
      if call.hasNotes { tellNotes(line) }
      return .next
    }
    let flow = judge(line, happened(line.result), refusal: nil)
    if line.head.isSilent { dropScratch() }
    return flow
  }

  /// What is not printed does not wait for the next line that is.
  @inline(never)
  private mutating func dropScratch() { _ = call.scratch.takeBytes() }

  /// Finishes a line that was not carried out.
  @inline(never)
  mutating func finish(_ line: Line, failure: LineFailure) -> Flow {
    switch failure {
    case .script(let error):
      giveUp(line)
      return fail(error, line)
    case .pipeClosed:
      exit = exit.combined(with: .pipeClosed)
      return .stop
    case .assertion(let text):
      if line.recordedAt != nil { recorder.failed() }
      return failAssertion(line, text)
    case .unsound(let violations): return fail(violations, line)
    case .refusal(let refusal): return judge(line, .refused(refusal.outcome), refusal: refusal)
    }
  }

  /// Takes a line that cannot be carried out back from the history; it stays, as one that failed, where
  /// time has passed.
  private mutating func giveUp(_ line: Line) {
    guard let clock = line.recordedAt else { return }
    if clock == machine.clock { recorder.takeBack() } else { recorder.failed() }
  }

  private func happened(_ result: Result) -> Happened {
    switch result {
    case .ok, .silent, .stop: .ok
    case .address(let value), .number(let value): .value(value)
    case .pages(_, let count): .value(count)
    case .page(let pfn): .value(machine.directAddress(pfn))
    case .difference(let offset): .difference(offset)
    case .line, .text, .rows, .printed: .text
    case .broken: .broken
    }
  }

  // MARK: Expected and unexpected

  /// Compares what happened with what was announced, prints the result line and the messages.
  @inline(never)
  private mutating func judge(_ line: Line, _ happened: Happened, refusal: Refusal?) -> Flow {
    let isExpected: Bool
    if !call.expectation.isEmpty {
      isExpected = call.expectation.isMet(
        by: happened, warned: line.warnings > 0, stale: line.staleHits > 0)
    } else {
      isExpected = happened.isSuccess && line.warnings == 0 && line.staleHits == 0
    }
    var code = isExpected ? .success : exitCode(line, happened)
    if !isExpected, refusal?.isOops == true { code = code.combined(with: .unexpectedWarning) }
    exit = exit.combined(with: code)
    if !isExpected, committer != nil, shapes[Int(line.head.verb)].facts.contains(.changes) {
      // A line whose names stand for nothing is not of the history, but for the body of a loop.
      if line.recordedAt != nil { recorder.failed() } else { recorder.failedInLoop() }
    }
    if options.json {
      printJSON(line, happened, refusal, code)
    } else if !line.head.isSilent, !options.tap, !options.quiet || !isExpected {
      printText(line, happened, isAnnounced: isExpected)
    }
    if options.tap, !call.expectation.isEmpty || !isExpected { reportTAP(line, isExpected) }
    // What is told as unexpected says why nothing was done, too.
    if !isExpected, refusal == nil { tellRemarks(line) } else { tellNotes(line) }
    if isExpected { return .next }
    tell(unexpected: happened, refusal, line)
    if code == .corrupt { return .stop }
    return options.keepGoing || goesOn ? .next : .stop
  }

  private func exitCode(_ line: Line, _ happened: Happened) -> ExitCode {
    var code = call.expectation.isEmpty ? ExitCode.success : .failedExpectation
    if line.warnings > 0, !call.expectation.hasWarn {
      code = code.combined(with: .unexpectedWarning)
    }
    if line.staleHits > 0, !call.expectation.hasStale {
      code = code.combined(with: .unexpectedWarning)
    }
    switch happened {
    case .refused(let outcome):
      // An announced fault or BUG is no surprise where something else is missing.
      let isAnnounced =
        outcome.exitCode == .unexpectedWarning
        && call.expectation.contains { $0.isMet(by: happened) }
      if !isAnnounced { code = code.combined(with: outcome.exitCode) }
    case .difference: code = code.combined(with: .failedExpectation)
    case .broken: code = .corrupt
    default: break
    }
    return code
  }

  private mutating func failAssertion(_ line: Line, _ text: String) -> Flow {
    exit = exit.combined(with: .failedExpectation)
    if options.json { printJSON(line, assertion: text) }
    if options.tap { reportTAP(line, false) }
    begin(line)
    messages.printable(text)
    messages.write(byte: 0x0a)
    endMessage()
    return options.keepGoing || goesOn ? .next : .stop
  }

  /// Reports one expectation in the Test Anything Protocol.
  mutating func reportTAP(_ line: Line, _ isMet: Bool) {
    tapCount += 1
    call.output.writer.write(isMet ? "ok " : "not ok ")
    call.output.writer.decimal(tapCount)
    call.output.writer.write(" - ")
    if let fileName {
      call.output.writer.printable(fileName)
      call.output.writer.write(byte: 0x3a)
      call.output.writer.decimal(place.line)
      call.output.writer.write(": ")
    }
    for index in 0..<call.tokens.count {
      let token = call.tokens[index]
      if index > 0 { call.output.writer.write(byte: 0x20) }
      // A # would begin a directive.
      for byte in token.text[0..<min(token.text.count, 64)].printable.utf8 {
        if byte == UInt8(ascii: "#") { call.output.writer.write(byte: 0x5c) }
        call.output.writer.write(byte: byte)
      }
    }
    call.output.writer.write(byte: 0x0a)
  }
}
