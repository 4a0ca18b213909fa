internal import VMem
internal import VMemViews

extension Interpreter {
  // MARK: The frame of a message

  /// Writes results out and opens a message about a line: `vmemctl: FILE:LINE: VERB: `.
  mutating func begin(_ line: Line?) {
    // What is printed is committed, unless the machine is broken.
    if committer != nil { checkAtEnd() }
    if exit == .corrupt { call.output.writer.willFlush = nil }
    call.output.writer.flush()
    messages.write(options.colour ? "\u{1b}[1mvmemctl:\u{1b}[0m " : "vmemctl: ")
    if let fileName {
      messages.write(fileName)
      messages.write(byte: 0x3a)
      messages.decimal(place.line)
      messages.write(": ")
    }
    if let line {
      messages.write(table.verbs[line.head.verb].name)
      messages.write(": ")
    }
  }

  mutating func endMessage() { messages.flush() }

  // MARK: Script errors

  /// Ends the run because a line is not of the language: names the place, shows the line, and
  /// marks the word.
  @inline(never)
  mutating func fail(_ error: ScriptError, _ line: Line? = nil) -> Flow {
    exit = exit.combined(with: error.exit)
    // What an interrupted line has done is not kept.
    if error.exit == .interrupted { call.output.writer.willFlush = nil }
    if options.json { printJSON(error, line) }
    begin(line)
    messages.write(error.message.shown)
    if let hint = error.hint {
      messages.write("; ")
      messages.write(hint)
    }
    messages.write(byte: 0x0a)
    if let source = place.source { show(error.range, source, place.lineStart) }
    endMessage()
    return .stop
  }

  /// Most columns of a line that are shown before and behind the word in question.
  private static let context = 60

  private mutating func show(_ range: Range<Int>, _ source: Text, _ lineStart: Int) {
    var lineEnd = lineStart
    while lineEnd < source.count, source[lineEnd] != 0x0a { lineEnd += 1 }
    if lineEnd > lineStart, source[lineEnd - 1] == 0x0d { lineEnd -= 1 }
    guard lineEnd > lineStart else { return }
    let from = max(lineStart, min(range.lowerBound, lineEnd))
    let isWhole = range.isEmpty
    let start = isWhole ? lineStart : max(lineStart, from - Self.context)
    let end = min(
      lineEnd, (isWhole ? start : min(range.upperBound, from + Self.context)) + Self.context)
    let number = "\(place.line)"
    let margin = max(4, number.utf8.count)
    messages.spaces(margin - number.utf8.count)
    messages.write(number)
    messages.write(start > lineStart ? " | …" : " | ")
    showBytes(source, start..<end)
    messages.write(end < lineEnd ? "…\n" : "\n")
    guard !isWhole else { return }
    messages.spaces(margin)
    messages.write(start > lineStart ? " |  " : " | ")
    messages.spaces(columns(source, start..<from))
    for _ in 0..<max(1, min(columns(source, from..<min(range.upperBound, end)), Self.context)) {
      messages.write(byte: UInt8(ascii: "^"))
    }
    messages.write(byte: 0x0a)
  }

  /// Columns that a part of the source takes when it is shown.
  private func columns(_ source: Text, _ range: Range<Int>) -> Int {
    var count = 0
    var at = range.lowerBound
    while at < range.upperBound {
      at += source[at] < 0x80 ? 1 : ScriptSource.sequence(source, at) ?? 1
      count += 1
    }
    return count
  }

  /// Writes a part of the source; what does not print becomes one `?`.
  private mutating func showBytes(_ source: Text, _ range: Range<Int>) {
    var at = range.lowerBound
    while at < range.upperBound {
      let byte = source[at]
      if byte >= 0x20, byte < 0x7f {
        messages.write(byte: byte)
        at += 1
      } else if byte >= 0x80, let length = ScriptSource.sequence(source, at) {
        for step in 0..<length { messages.write(byte: source.byte(at + step)) }
        at += length
      } else {
        messages.write(byte: byte == 0x09 ? 0x20 : UInt8(ascii: "?"))
        at += 1
      }
    }
  }

  // MARK: Outcomes

  /// Says what happened that nothing announced, or what was announced and did not happen.
  mutating func tell(unexpected happened: Happened, _ refusal: Refusal?, _ line: Line) {
    begin(line)
    if let expectation = line.expectation {
      messages.write("expected ")
      messages.write(expectation.text)
      messages.write(" got ")
    }
    let stale = staleTexts(line)
    if stale.isEmpty || line.expectation != nil || !happened.isSuccess || line.warnings > 0 {
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
      messages.write(refusal.sentence(call.culprit))
      let hint = hint(refusal, line)
      if !hint.isEmpty {
        messages.write("\n  ")
        messages.write(hint)
      }
    }
    messages.write(byte: 0x0a)
    endMessage()
  }

  /// What helps with a refusal: for a fault, where the address lies; for one that was wanted, that.
  func hint(_ refusal: Refusal, _ line: Line) -> String {
    if let injected = machine.injectionText(since: line.logStart) { return injected }
    if refusal.outcome == .fault, line.expectation?.text == "EFAULT" {
      return "a fault is announced as `fault`"
    }
    return refusal.outcome == .fault
      ? machine.placeText(refusal.first) : "\(refusal.rule.hint)"
  }

  mutating func tell(note: Refusal, _ line: Line) {
    begin(line)
    messages.write(note.rule.tellsWhatElse ? "note: " : "note: nothing was done: ")
    messages.write(note.sentence(call.culprit))
    messages.write(byte: 0x0a)
    endMessage()
  }

  /// The word for an outcome, as `expect` would announce it.
  private func word(_ happened: Happened, _ line: Line) -> String {
    switch happened {
    case .errno(let errno): return errno.name
    case .null: return "NULL"
    case .fault: return "fault"
    case .signal(let signal): return signal.name
    case .bug: return "bug"
    case .blocked: return "blocked"
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
    var texts: [String] = []
    let log = machine.log
    for number in max(line.logStart, log.start)..<max(log.end, log.start) {
      let record = log[number]
      switch KernelMessage(rawValue: record.message) {
      case .warning, .badVfree, .ioremapOnRAM, .cpaZeroPTE, .cpaWritableExecutable,
        .sleepingInAtomic, .schedulingWhileAtomic, .pgmapFault:
        let function = KernelFunction(rawValue: record.function)?.name ?? "?"
        switch KernelMessage(rawValue: record.message) {
        case .sleepingInAtomic:
          texts.append("sleeping function called from invalid context: \(function)")
        case .schedulingWhileAtomic: texts.append("scheduling while atomic")
        default: texts.append("WARNING in \(function)")
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
