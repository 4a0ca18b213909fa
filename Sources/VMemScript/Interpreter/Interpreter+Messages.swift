internal import VMem
internal import VMemViews

extension Interpreter {
  // MARK: The frame of a message

  /// Writes results out and opens a message about a line: `vmemctl: FILE:LINE: VERB: `. In a loop that
  /// is recorded both wait for the end of the iteration, which a commit would divide; in an echo, for
  /// the end of the statement.
  mutating func begin(_ line: Line?) {
    begin(file: fileName, place.line, line.map { table.name(Int($0.head.verb)) })
  }

  private mutating func begin(file: String?, _ line: Int, _ verb: StaticString?) {
    if holdsMessages {
      messages.isHeld = true
    } else {
      // What is printed is committed, unless the machine is broken.
      if committer != nil { checkAtEnd() }
      settle()
    }
    messages.write(options.colour ? "\u{1b}[1mvmemctl:\u{1b}[0m " : "vmemctl: ")
    if let file {
      messages.printable(file)
      messages.write(byte: 0x3a)
      messages.decimal(line)
      messages.write(": ")
    }
    if let verb {
      messages.write(verb)
      messages.write(": ")
    }
  }

  mutating func endMessage() {
    if !holdsMessages { messages.flush() }
  }

  private var holdsMessages: Bool { recorder.depth > 0 || echo != nil }

  // MARK: Script errors

  /// Most findings of a script that are told.
  private static let toldFindings = 20

  /// Tells what is wrong with a script, if anything: names that the machine knows are not.
  mutating func report(_ program: Program) -> Flow {
    guard !program.findings.isEmpty else { return .next }
    let findings = program.findings.filter { finding in
      finding.name.isEmpty || program.boots || machine.names.lookUp(finding.name.span) == nil
    }
    for finding in findings.prefix(Self.toldFindings) { tell(finding) }
    let rest = findings.count - Self.toldFindings
    if rest > 0 {
      messages.write("vmemctl: and \(rest) more errors like these\n")
      endMessage()
    }
    if findings.isEmpty { return .next }
    // Names that stand for nothing are answered line by line where a run is to go on; its exit code
    // tells them all the same.
    return options.keepGoing && committer == nil && !program.isMalformed ? .next : .stop
  }

  /// Ends the run because a line cannot be carried out: names the place, shows the line, and marks the
  /// word.
  @inline(never)
  mutating func fail(_ error: ScriptError, _ line: Line? = nil) -> Flow {
    let verb = line.map { table.name(Int($0.head.verb)) }
    tell(Finding(error, place, fileName, verb))
    return .stop
  }

  private mutating func tell(_ finding: Finding) {
    exit = exit.combined(with: finding.error.exit)
    if options.json { printJSON(finding) }
    begin(file: finding.fileName, finding.line, finding.verb)
    messages.printable(finding.error.message)
    if let hint = finding.error.hint {
      messages.write("; ")
      messages.printable(hint)
    }
    messages.write(byte: 0x0a)
    messages.write(finding.excerpt)
    endMessage()
  }

  // MARK: Outcomes

  /// Says what happened that nothing announced, or what was announced and did not happen.
  mutating func tell(unexpected happened: Happened, _ refusal: Refusal?, _ line: Line) {
    begin(line)
    if let expected = call.expectation.text {
      messages.write("expected ")
      messages.printable(expected.string)
      messages.write(" got ")
    }
    let stale = staleTexts(line)
    if stale.isEmpty || !call.expectation.isEmpty || !happened.isSuccess || line.warnings > 0 {
      messages.write(word(happened, line))
      if !stale.isEmpty { messages.write(", ") }
    }
    messages.write(stale.joined(separator: "; "))
    if line.warnings > 0 {
      messages.write(", warn")
      let functions = warningTexts(line)
      if !functions.isEmpty { messages.write(" (\(functions.joined(separator: "; ")))") }
    }
    if let refusal {
      messages.write(": ")
      messages.printable(refusal.sentence(call.culprit))
      let hint = hint(refusal, line)
      if !hint.isEmpty {
        messages.write("\n  ")
        messages.printable(hint)
      }
      for line in call.explanation?.lines ?? [] {
        messages.write("\n  ")
        messages.printable(line)
      }
    } else if let note = call.note {
      messages.write(": ")
      messages.printable(note.sentence(call.culprit))
    }
    messages.write(byte: 0x0a)
    endMessage()
  }

  /// What helps with a refusal: for a fault, where the address lies; for one that was wanted, that.
  func hint(_ refusal: Refusal, _ line: Line) -> String {
    if let injected = machine.injectionText(since: line.logStart) { return injected }
    if refusal.outcome == .fault, let expected = call.expectation.text, expected == "EFAULT" {
      return "a fault is announced as `fault`"
    }
    return refusal.outcome == .fault
      ? machine.placeText(refusal.first) : "\(refusal.rule.hint)"
  }

  /// Says what else is to be known of a line that came to what was expected.
  @inline(__always)
  mutating func tellNotes(_ line: Line) {
    if let note = call.note { tell(note: note, line) }
    if !call.remarks.isEmpty { tellRemarks(line) }
  }

  @inline(never)
  mutating func tellRemarks(_ line: Line) {
    guard !call.remarks.isEmpty else { return }
    for remark in call.remarks {
      begin(line)
      messages.write("note: ")
      messages.printable(remark)
      messages.write(byte: 0x0a)
    }
    endMessage()
  }

  private mutating func tell(note: Refusal, _ line: Line) {
    begin(line)
    messages.write(note.rule.tellsWhatElse ? "note: " : "note: nothing was done: ")
    messages.printable(note.sentence(call.culprit))
    messages.write(byte: 0x0a)
    endMessage()
  }

  /// The word for an outcome, as `expect` would announce it.
  private func word(_ happened: Happened, _ line: Line) -> String {
    switch happened {
    case .refused(let outcome): return outcome.name
    case .ok: return "0"
    case .text: return "text"
    case .broken: return "a broken machine"
    case .difference(let offset): return "a difference at offset \(offset)"
    case .value(let value):
      if case .page(let pfn) = line.result { return call.pageName(machine, pfn) }
      if case .address = line.result { return hexadecimal(value) }
      return "\(value)"
    }
  }

  /// What the line met in TLBs that the tables no longer have, as the log keeps it.
  func staleTexts(_ line: Line) -> [String] {
    guard line.staleHits > 0 else { return [] }
    var texts: [String] = []
    let log = machine.log
    for number in max(line.logStart, log.start)..<max(log.end, log.start) {
      let record = log[number]
      guard record.message == KernelMessage.staleTLB.rawValue else { continue }
      let staleness = Staleness(since: record.c, packed: record.d)
      texts.append(
        "stale TLB entry: cpu \(record.cpu), \(hexadecimal(record.a)), "
          + Views.text(staleness) { callText($0) })
      if texts.count == Self.staleShown { break }
    }
    let rest = Int(line.staleHits) - texts.count
    return rest > 0 ? texts + ["\(rest) more stale pages"] : texts
  }

  /// Stale pages that a message lists.
  private static let staleShown = 4

  /// A call by the line that made it, or by its number since boot.
  private func callText(_ clock: UInt32) -> String {
    calls.line(ofCall: UInt64(clock)).map { "line \($0)" } ?? "call \(clock)"
  }

  /// The WARNs a line raised, as the log has them; those WARN_ONCE kept out are counted.
  func warningTexts(_ line: Line) -> [String] {
    var texts = call.troubles
    let log = machine.log
    for number in max(line.logStart, log.start)..<max(log.end, log.start) {
      let record = log[number]
      switch KernelMessage(rawValue: record.message) {
      case .warning, .badVfree, .ioremapOnRAM, .cpaZeroPTE, .cpaWritableExecutable,
        .sleepingInAtomic, .schedulingWhileAtomic, .pgmapFault, .vreallocAlignment, .notIoremap,
        .notWholeArea, .illegalPerCPU, .unexpectedGFP:
        let function = Views.function(of: record, machine)
        switch KernelMessage(rawValue: record.message) {
        case .sleepingInAtomic:
          texts.append("sleeping function called from invalid context: \(function)")
        case .schedulingWhileAtomic: texts.append("scheduling while atomic")
        default:
          let complaint = Views.complaint(of: record, machine).map { ": \($0)" } ?? ""
          texts.append("WARNING in \(function)\(complaint)")
        }
      default: break
      }
    }
    if texts.count < line.warnings {
      texts.append("\(Int(line.warnings) - texts.count) more that WARN_ONCE keeps out of the log")
    }
    return texts
  }
}

/// `0x` and the digits of a value.
func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
