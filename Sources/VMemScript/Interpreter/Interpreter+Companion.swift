internal import CHost
internal import VMem
internal import VMemViews

/// Runs that somebody follows.
extension Interpreter {
  /// Lets the companion have its way in front of a line.
  mutating func wait(before line: CodeLine, _ at: Int, _ program: Program) -> Flow {
    guard let companion else { return .next }
    if repeats > 0 {
      repeats -= 1
      if repeats > 0 { return .next }
      endRepeats()
      return interrupted(Self.place(line, at, program), Self.within)
    }
    if companion.takeInterrupt() {
      return interrupted(Self.place(line, at, program), "interrupted in front of this line")
    }
    guard companion.steps, !isTyped else {
      return begin(companion) == 0
        ? .next : interrupted(Self.place(line, at, program), Self.within)
    }
    let place = Self.place(line, at, program)
    while companion.steps {
      flush()
      if exit == .inputOutput || exit == .pipeClosed { return .stop }
      switch companion.next(place, names: machine.names.liveNames) {
      case .run:
        if begin(companion) == 0 { return .next }
        tell(place, Self.within)
      case .leave:
        stop = place
        return .stop
      case .say(let text): say(text)
      }
    }
    return .next
  }

  private static let within: StaticString =
    "interrupted in this line: the machine is as it was in front of it"

  /// Ends the run in front of a line, or one that is typed.
  private mutating func interrupted(_ place: StopPlace, _ what: StaticString) -> Flow {
    exit = exit.combined(with: .interrupted)
    stop = place
    tell(place, what)
    return .stop
  }

  private mutating func tell(_ place: StopPlace, _ what: StaticString) {
    flush()
    messages.write("vmemctl: ")
    messages.printable(place.name)
    messages.write(": ")
    messages.write(what)
    messages.write(byte: 0x0a)
    flush()
  }

  /// Leaves a copy in front of a line now and then, and of one that somebody waits for always. Returns
  /// 0 where the line is to run. In a copy that goes on in the place of what an interrupt has ended,
  /// the lines since run again, and print what has not been printed; where there are none, it returns 1.
  private mutating func begin(_ companion: any Companion) -> Int {
    guard modules == nil, companion.wantsCopy(isTyped || companion.steps) else {
      // Whoever follows sees an answer before the next line begins, however long that takes.
      if committer == nil { flush() }
      companion.countLine()
      return 0
    }
    // What is printed twice is printed once.
    flush()
    let begun = companion.leaveCopy()
    let (results, told) = unsafe (chost_written(0), chost_written(1))
    // Safe: both live as long as the process.
    unsafe (call.output.writer.count, messages.count) = (results, told)
    guard begun > 1, let results = unsafe results, let told = unsafe told else { return begun }
    unsafe (call.output.writer.skipped, messages.skipped) = (results.pointee, told.pointee)
    repeats = begun - 1
    return 0
  }

  /// What the line that was ended had printed is no more to be skipped.
  private mutating func endRepeats() {
    call.output.writer.flush()
    messages.flush()
    (call.output.writer.skipped, messages.skipped) = (0, 0)
  }

  /// Carries out what somebody has typed. Whatever that comes to, the run goes on as it would have,
  /// unless the machine is broken or the host has failed.
  ///
  /// - Returns: what the line alone came to.
  @discardableResult
  package mutating func say(_ text: String) -> ExitCode {
    let before = (exit, stop, fileName, place)
    (exit, isTyped) = (.success, true)
    let program = parsed(text)
    if report(program) == .next { _ = execute(program, 0..<program.code.count) }
    if committer != nil { checkAtEnd() }
    flush()
    let own = exit
    let isFatal = [.corrupt, .inputOutput, .pipeClosed].contains(exit)
    exit = isFatal ? before.0.combined(with: exit) : before.0
    (stop, fileName, place) = (before.1, before.2, before.3)
    isTyped = false
    return own
  }

  private func parsed(_ text: String) -> Program {
    var parser = Parser(table, images: images)
    return parser.parse(ScriptSource(line: text))
  }

  static func place(_ line: CodeLine, _ at: Int, _ program: Program) -> StopPlace {
    StopPlace(
      file: program.source.name, line: line.number, text: text(line, at, program).printable)
  }

  /// Whether nothing more can be said to the machine.
  package var isOver: Bool { [.corrupt, .inputOutput, .pipeClosed].contains(exit) }

  /// The words of a line as they stand in its source.
  private static func text(_ line: CodeLine, _ at: Int, _ program: Program) -> Text {
    let text = program.source.text
    guard line.tokenCount > 0 else { return text[0..<0] }
    var unquoted = UnquotedText()
    let first = line.token(0, program.code, at: at)
    var start = Token(code: first, text, from: line.start, &unquoted).offset
    // The first word begins behind an @ that has no blank behind it.
    if line.head.isSilent, start > 0, text[start] != UInt8(ascii: "@") { start -= 1 }
    let last = line.token(line.tokenCount - 1, program.code, at: at)
    return text[start..<Token(code: last, text, from: line.start, &unquoted).end]
  }

  /// Shows a line that answers something before its answer.
  mutating func show(_ line: CodeLine, _ at: Int, _ program: Program) {
    shapes.prepare(Int(line.head.verb), table)
    let (effect, facts) = (shapes[Int(line.head.verb)].effect, shapes[Int(line.head.verb)].facts)
    // What echo says is its line.
    if line.head.isSilent || effect == .language || facts.isSuperset(of: Self.telling) {
      return
    }
    if isTyped || companion?.steps == true { return }
    if options.coloursAnswers { call.output.writer.write("\u{1b}[2m") }
    Self.text(line, at, program).withSpan { call.output.writer.printable($0) }
    call.output.writer.write(options.coloursAnswers ? "\u{1b}[0m\n" : "\n")
  }

  private static let telling: Verb.Facts = [.brief, .apart]
}
