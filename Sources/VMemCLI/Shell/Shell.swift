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
        message: "--force belongs to a line: type boot --force", exitCode: EX_USAGE)
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
    var prompt = Prompt(options.colour)
    defer { terminal.giveBack() }
    Streams.show(greeting(name))
    while true {
      switch prompt.read(name, complete: { Self.candidates($0, names: names) }) {
      case .line(let line):
        let words = line.split(separator: " ")
        if words == ["exit"] || words == ["quit"] { return 0 }
        if !words.isEmpty, execute(Self.translated(line), on: terminal, name) { return 0 }
      case .ended: return 0
      case .cancelled: continue
      }
    }
  }

  /// What somebody who sits down has to know: which program, which machine, how to leave.
  private func greeting(_ name: String) -> String {
    let session = Session(options, path: options.imagePath)
    // What is wrong with an image is said by the first line.
    guard let machine = try? session.open(isWriter: false, boots: false) else { return "" }
    let configuration = machine.configuration
    let size =
      configuration.memory % (1 << 30) == 0
      ? "\(configuration.memory >> 30) GiB" : "\(configuration.memory >> 20) MiB"
    let place = session.exists ? "in \(name)" : "in \(name) as soon as a line changes it"
    return "vmemctl \(VmemctlCommand.version), kernel \(configuration.kernel.text), \(size) of RAM "
      + "\(place); help explains, Ctrl-D leaves\n"
  }

  /// Words that users of crash know, as the language says them.
  static func translated(_ line: String) -> String {
    if line.contains("\n") { return line }
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
  /// Whatever happens, the shell goes on. Where the line has loaded a module, that process takes the next
  /// lines, until the last module is unloaded. Returns whether one of them leaves the shell.
  private func execute(_ line: String, on terminal: Terminal, _ name: String) -> Bool {
    var options = options
    var line = line
    var words = line.split(separator: " ").map(String.init)
    let verb = words.first ?? ""
    if verb == "quiz" || VerbTable().find(verb)?.facts.contains(.boots) == true,
      let force = words.firstIndex(of: "--force")
    {
      options.isForced = true
      words.remove(at: force)
      line = words.joined(separator: " ")
    }
    var command = OneShot(options: options, isTyped: true)
    command.modulePrompt = ModulePrompt(name: name, colour: options.colour)
    // Other lines are seen while they run.
    let page = OneShot.isView(line) ? PagedOutput() : nil
    let end = ChildLine.run(options.colour) { () throws(ProcessFailure) in
      page?.take()
      return try command.run(line: line)
    }
    page?.show(on: terminal, options.colour)
    switch end {
    case .exited(ModulePrompt.leaves): return true
    case .exited(ExitCode.interrupted.rawValue), .signalled(SIGINT):
      let what =
        verb == "insmod" ? "nothing since insmod is kept" : "what the line has printed is kept"
      Streams.complain("interrupted; \(what)", options.colour)
    case .signalled(let number):
      Streams.complain("the line was ended by signal \(number)", options.colour)
    case .exited: break
    }
    return false
  }

  // MARK: Completion

  /// Words that may stand for the last of `words`.
  static func candidates(_ words: [String], names: [String]) -> [String] {
    let typed = words.last ?? ""
    if words.count == 1 {
      let verbs = VerbTable().verbNames
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
    return machine.names.liveNames
  }
}
