internal import Glibc
internal import VMem
internal import VMemScript
internal import VMemViews

/// `vmemctl shell`: lines typed at a prompt, each a command on the image. Piped input is a script.
struct Shell {
  let options: LineOptions

  func run() throws(ProcessFailure) -> Int32 {
    if options.isForced {
      throw ProcessFailure(
        message: "--force belongs to `boot`: type boot --force", exitCode: EX_USAGE)
    }
    guard let terminal = Terminal() else {
      var script = RunOptions()
      script.files = ["-"]
      script.line = options
      if let contradiction = script.contradiction {
        throw ProcessFailure(message: contradiction, exitCode: EX_USAGE)
      }
      return try ScriptRunner(options: script).run()
    }
    // An interrupt while a line runs must not end the shell; while one is typed, it is a key.
    Signals.holdInterrupts()
    let path = options.imagePath
    let name = (path.split(separator: "/").last.map(String.init) ?? path).printable
    // Safe: nothing in this process changes the environment.
    let plain = unsafe getenv("NO_COLOR").map { unsafe $0.pointee != 0 } ?? false
    let colour = options.colour == .always || options.colour == .auto && !plain
    var history = History()
    terminal.takeKeys()
    defer { terminal.giveBack() }
    while true {
      switch edit(terminal, history.lines, prompt: name + "> ", colour) {
      case .submitted(let line):
        history.append(line)
        let words = line.split(separator: " ")
        if words == ["exit"] || words == ["quit"] { return 0 }
        if !words.isEmpty { execute(Self.translated(line), on: terminal) }
      case .ended: return 0
      default: continue
      }
    }
  }

  /// Words that users of crash know, as the language says them.
  static func translated(_ line: String) -> String {
    let words = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    switch words.first {
    case "vtop": return (["walk"] + words.dropFirst()).joined(separator: " ")
    case "rd":
      // Counts are words of eight bytes there.
      let count = words.count > 2 ? words[2] : "1"
      return words.count > 1
        ? "read \(words[1]) \(UInt64(count).map { "\($0 &* 8)" } ?? count)" : "read"
    case "kmem" where words.dropFirst().first == "-v": return "vmallocinfo"
    default: return line
    }
  }

  /// Runs a line as a command of its own, in a process that an interrupt may end at any moment.
  /// Whatever happens, the shell goes on.
  private func execute(_ line: String, on terminal: Terminal) {
    var options = options
    var line = line
    var words = line.split(separator: " ").map(String.init)
    if words.first == "boot", let force = words.firstIndex(of: "--force") {
      options.isForced = true
      words.remove(at: force)
      line = words.joined(separator: " ")
    }
    terminal.takeInterrupts()
    defer { terminal.takeKeys() }
    let command = OneShot(options: options)
    let end = ChildLine.run(options.colour) { () throws(ProcessFailure) in
      try command.run(line: line)
    }
    switch end {
    case .exited(VMemScript.ExitCode.interrupted.rawValue), .signalled(SIGINT):
      Streams.complain("interrupted; what the line has printed is kept", options.colour)
    case .signalled(let number):
      Streams.complain("the line was ended by signal \(number)", options.colour)
    case .exited: break
    }
  }

  // MARK: Typing

  /// Lets the user type a line.
  private func edit(
    _ terminal: Terminal, _ history: [String], prompt: String, _ colour: Bool
  ) -> LineEditor.Event {
    var editor = LineEditor(history: history) { candidates($0) }
    while true {
      let columns = terminal.columns
      _ = Streams.print(editor.screen(prompt: prompt, columns: columns, colour: colour))
      guard let byte = terminal.read() else { return .ended }
      let event = editor.feed(byte)
      switch event {
      case .edited: continue
      case .cleared: _ = Streams.print("\u{1b}[H\u{1b}[2J")
      case .choices(let words): _ = Streams.print("\n" + Self.table(words, columns))
      case .cancelled:
        _ = Streams.print("^C\n")
        return event
      case .submitted, .ended:
        _ = Streams.print("\n")
        return event
      }
    }
  }

  private func candidates(_ words: [String]) -> [String] {
    let typed = words.last ?? ""
    if words.count == 1 {
      let verbs = VerbTable().verbs.map { "\($0.name)" }
      return (verbs + Self.own).filter { $0.hasPrefix(typed) }.sorted()
    }
    return (Completion(words: words).candidates + names.filter { $0.hasPrefix(typed) }).sorted()
  }

  /// Words that only the shell understands.
  private static let own = ["exit", "kmem -v", "quit", "rd", "vtop"]

  /// The names of the image's machine that stand for something.
  private var names: [String] {
    guard
      let machine = try? Session(options, path: options.imagePath)
        .open(isWriter: false, boots: false)
    else { return [] }
    return machine.liveNames
  }

  /// Words in columns.
  static func table(_ words: [String], _ columns: Int) -> String {
    let width = (words.map(\.unicodeScalars.count).max() ?? 0) + 2
    let perLine = max(1, columns / width)
    var text = ""
    for (index, word) in words.enumerated() {
      let isLast = index % perLine == perLine - 1 || index == words.count - 1
      text += word
      text += isLast ? "\n" : String(repeating: " ", count: width - word.unicodeScalars.count)
    }
    return text
  }
}
