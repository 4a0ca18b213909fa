internal import Glibc
internal import VMem
internal import VMemScript

/// A line of the language as the process's arguments: it runs on the session's machine, and what it
/// changes is committed before its result is printed.
struct OneShot {
  let options: LineOptions
  /// Whether it is typed at a prompt, where the machine of a question is kept.
  var isTyped = false
  /// Takes further lines as long as modules are loaded; nil where they are unloaded at the line's end.
  var modulePrompt: ModulePrompt?
  /// Whether the process ends with the line: the host takes memory back faster than it is given back.
  var endsProcess = false

  func run(words: [String]) throws(ProcessFailure) -> Int32 {
    guard words.first == "help", !options.isJSON else {
      return try run(ScriptSource(arguments: words))
    }
    var line = self
    line.endsProcess = false
    return try PagedOutput.show { () throws(ProcessFailure) in
      try line.run(ScriptSource(arguments: words))
    }
  }

  /// Runs a line that is still to be taken apart.
  func run(line: String) throws(ProcessFailure) -> Int32 { try run(ScriptSource(line: line)) }

  /// Whether a line does nothing but show something, which ends by itself. No file it names is read.
  static func isView(_ line: String) -> Bool {
    let words = line.split(separator: " ").map(String.init)
    guard !line.contains("\n"), let verb = VerbTable().verb(of: words) else { return false }
    return verb.isReader && !verb.facts.contains(.brief)
  }

  private func run(_ source: consuming ScriptSource) throws(ProcessFailure) -> Int32 {
    let table = VerbTable(isBrief: true)
    let session = Session(options, path: options.imagePath)
    var parser = Parser(table, images: session)
    let program = parser.parse(source)
    if isTyped || options.image != nil { program.keepsMachine() }
    if options.isForced, !program.facts.contains(.replaces), !program.boots {
      throw ProcessFailure(
        message: "--force belongs to `boot`, `import_vmallocinfo` and `quiz`, which replace the "
          + "image's machine, and to snapshot, memory, kcore, vmcore and vmlinux, "
          + "which replace another's",
        exitCode: EX_USAGE)
    }
    let machine = try session.machine(for: program, isNamed: options.isImageNamed, stops: true)
    var interpreter = Interpreter(
      machine: machine, options: options.settings, table: table,
      committer: program.commits ? session : nil, images: session)
    _ = interpreter.run(program)
    var leaves = false
    if let modulePrompt { leaves = modulePrompt.talk(&interpreter) }
    let code = session.leave(after: interpreter.finish(), wasLong: false).rawValue
    if endsProcess { _exit(code) }
    return leaves ? ModulePrompt.leaves : code
  }
}
