internal import VMem
internal import VMemViews

extension Interpreter {
  /// Runs a program statement by statement: a line, an `include`, or a `repeat` with its body. Behind
  /// the source lines of each comes what it printed.
  mutating func executeEchoed(_ program: Program) -> Flow {
    let script = AnsweredScript(program.source.text)
    let isWritten = echo?.mode == .print || echo?.mode == .rewrite
    if isWritten { script.byteOrderMark.withSpan { echo?.writer.write($0) } }
    // Once for all statements.
    let outer = fileName
    defer { fileName = outer }
    fileName = program.source.name
    var printed = 0
    var flow = Flow.next
    for (code, last) in program.statements where flow == .next {
      let wanted = echo?.mode == .print ? nil : script.answer(behind: last)
      flow = statement(program, code, wanted, (script, printed + 1, last))
      printed = last
    }
    echo?.isWhole = flow == .next
    if echo?.mode == .verify {
      if flow == .next { compareStray(program, script) }
      tellVerdict()
    } else if echo?.mode != .collect, script.count > printed {
      if printed == 0 { writeHeader() }
      write(script, printed + 1...script.count, header: printed == 0)
    }
    return flow
  }

  /// Runs one statement, whose source ends with line `lines.last`, and writes it with its answer.
  private mutating func statement(
    _ program: Program, _ code: Range<Int>, _ wanted: [[UInt8]]?,
    _ source: (script: AnsweredScript, first: Int, last: Int)
  ) -> Flow {
    let before = exit
    if echo?.mode == .collect { exit = .success }
    goesOn = wanted != nil || echo?.mode == .collect
    var flow = execute(program, code)
    goesOn = false
    if committer != nil { checkAtEnd() }
    settle()
    let hasWarned = exit == .unexpectedWarning
    if wanted != nil,
      [.success, .unexpectedError, .failedExpectation, .unexpectedWarning]
        .contains(exit)
    {
      exit = before
      flow = .next
      if echo?.mode == .rewrite { _ = messages.takeBytes() }
    }
    switch echo?.mode {
    case .collect:
      let answer = StatementAnswer(takeAnswer(), exit, messages: messages.takeBytes())
      echo?.answers.append(answer)
      exit = before.combined(with: exit)
    case .verify:
      compare(
        takeAnswer(), wanted, source.script.line(source.last),
        (program.source.name ?? "", source.last),
        hasWarned: hasWarned)
    default:
      write(source.script, source.first...source.last, header: source.first == 1)
      echo?.writer.take(linesOf: &call.output.writer, behind: AnsweredScript.mark)
    }
    // What is told stands behind what was printed; everything else waits until there is more.
    if committer != nil || messages.pendingBytes > 0 { flush() }
    if echo?.writer.failure != nil { flow = .stop }
    return flow
  }

  /// The lines that the statement has printed.
  private mutating func takeAnswer() -> [[UInt8]] {
    let text = call.output.writer.takeBytes()
    var lines = text.split(separator: 0x0a, omittingEmptySubsequences: false).map(Array.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// What each statement came to, in order; the last may be missing where one ended the run.
  package mutating func takeAnswers() -> [StatementAnswer] { echo?.answers ?? [] }

  /// The echo of a whole script, from memory, and whether it is whole.
  package mutating func takeEcho() -> (isWhole: Bool, text: [UInt8]) {
    (echo?.isWhole ?? false, echo?.writer.takeBytes() ?? [])
  }

  // MARK: Writing

  private mutating func write(_ script: AnsweredScript, _ lines: ClosedRange<Int>, header: Bool) {
    for number in lines {
      if header, number == script.headerLine { writeHeader() }
      if !script.isWritten(number) { script.line(number).withSpan { write(line: $0) } }
    }
  }

  private mutating func write(line: Span<UInt8>) {
    echo?.writer.write(line)
    echo?.writer.write(byte: 0x0a)
  }

  private mutating func write(line: String) { write(line: line.utf8Span.span) }

  /// Which machine answered: what somebody who reads a report has to know first.
  private mutating func writeHeader() {
    let machine = machine.configuration
    let isWhole = machine.memory % (1 << 30) == 0
    let memory = isWhole ? "\(machine.memory >> 30) GiB" : "\(machine.memory >> 20) MiB"
    let cpus = machine.cpus == 1 ? "1 CPU" : "\(machine.cpus) CPUs"
    let version = echo?.version ?? ""
    write(
      line:
        "# vmemctl \(version), kernel \(machine.kernel.text), \(memory), \(cpus), seed \(machine.seed)"
    )
  }

  // MARK: Comparing

  private mutating func compare(
    _ answer: [[UInt8]], _ wanted: [[UInt8]]?, _ line: Text,
    _ place: (file: String, line: Int), hasWarned: Bool = false
  ) {
    guard let wanted else { return }
    echo?.compared += 1
    guard answer != wanted else {
      // What was announced needs no message; a WARN is in no answer.
      if !hasWarned { _ = messages.takeBytes() }
      return
    }
    echo?.different += 1
    exit = exit.combined(with: .failedExpectation)
    if echo?.isJSON == true {
      echo?.writer.write("{\"file\":")
      echo?.writer.jsonString(place.file)
      echo?.writer.write(",\"line\":\(place.line),\"text\":")
      line.withSpan { echo?.writer.jsonString($0) }
      echo?.writer.write(",\"wanted\":")
      echo?.writer.jsonLines(wanted)
      echo?.writer.write(",\"answer\":")
      echo?.writer.jsonLines(answer)
      echo?.writer.write("}\n")
      return
    }
    echo?.writer.printable("\(place.file):\(place.line): ")
    line.withSpan { echo?.writer.printable($0) }
    echo?.writer.write(byte: 0x0a)
    for change in Self.changes(from: wanted, to: answer) { write(line: change.span) }
  }

  /// An answer behind no line is one that did not come.
  private mutating func compareStray(_ program: Program, _ script: AnsweredScript) {
    for number in script.strayAnswers(program.statements.map(\.lastLine)) {
      compare(
        [], script.answer(behind: number - 1), script.line(number),
        (program.source.name ?? "", number))
    }
  }

  /// Lines that are only in one of two texts, with `-` and `+` in front.
  private static func changes(from old: [[UInt8]], to new: [[UInt8]]) -> [[UInt8]] {
    var (removed, inserted): (Set<Int>, Set<Int>) = ([], [])
    for change in new.difference(from: old) {
      switch change {
      case .remove(let at, _, _): removed.insert(at)
      case .insert(let at, _, _): inserted.insert(at)
      }
    }
    var result: [[UInt8]] = []
    var (at, other) = (0, 0)
    while at < old.count || other < new.count {
      if removed.contains(at) {
        result.append([UInt8(ascii: "-")] + old[at])
        at += 1
      } else if inserted.contains(other) {
        result.append([UInt8(ascii: "+")] + new[other])
        other += 1
      } else {
        (at, other) = (at + 1, other + 1)
      }
    }
    return result
  }

  private mutating func tellVerdict() {
    let (compared, different) = (echo?.compared ?? 0, echo?.different ?? 0)
    if echo?.isJSON == true {
      return write(line: "{\"answers\":\(compared),\"same\":\(compared - different)}")
    }
    let answers = compared == 1 ? "1 answer" : "\(compared) answers"
    write(line: "\(compared - different) of \(answers) as written")
  }
}
