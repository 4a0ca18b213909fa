internal import Glibc
internal import VMem
internal import VMemScript

/// A line of the language as the process's arguments: it runs on the session's machine, and what it
/// changes is committed before its result is printed.
struct OneShot {
  let options: LineOptions
  let words: [String]
  /// Asked in long lines whether to stop; nil where an interrupt ends the process.
  var interruption: (() -> Bool)?

  func run() throws(ProcessFailure) -> Int32 {
    try run(ScriptSource(arguments: words), verb: VerbTable().verb(of: words))
  }

  /// Runs a line that is still to be taken apart.
  func run(line: String) throws(ProcessFailure) -> Int32 {
    let words = line.split(separator: " ").map(String.init)
    return try run(ScriptSource(line: line), verb: VerbTable().verb(of: words))
  }

  private func run(
    _ source: consuming ScriptSource, verb: Verb?
  ) throws(ProcessFailure) -> Int32 {
    var settings = Options()
    settings.json = options.isJSON
    settings.colour = options.colour.isOn
    let name = verb.map { "\($0.name)" }
    if options.isForced, !Self.replacers.contains(name ?? "") {
      throw ProcessFailure(
        message: "--force belongs to `boot`, which replaces the image's machine, and to snapshot, "
          + "memory, kcore and vmcore, which replace another's", exitCode: EX_USAGE)
    }
    let session = Session(options, path: options.imagePath)
    session.interruption = interruption
    let isWriter = verb.map { $0.changesTheMachine || Self.writers.contains("\($0.name)") } ?? false
    // A line that is not of the language makes no image.
    let isLost =
      verb == nil || isWriter && name != "boot" && !session.exists && Self.isMalformed(source)
    let machine =
      isLost
      ? try Machine.booted() : try session.open(isWriter: isWriter, boots: name == "boot")
    var interpreter = Interpreter(machine: machine, options: settings)
    if isWriter, !isLost { interpreter.committer = session }
    interpreter.images = session
    interpreter.interruption = interruption
    _ = interpreter.run(source)
    return session.leave(after: interpreter.finish(), wasLong: false).rawValue
  }

  /// Whether the interpreter does not understand the line, tried on a machine that is gone afterwards.
  private static func isMalformed(_ source: borrowing ScriptSource) -> Bool {
    guard let machine = try? Machine.booted() else { return false }
    var interpreter = Interpreter(
      machine: machine, options: Options(), output: nil, messages: nil)
    // What takes long is understood.
    interpreter.interruption = { true }
    return interpreter.run(source) == .badScript
  }

  /// Verbs that replace a machine only with --force.
  private static let replacers: Set<String> = ["boot", "snapshot", "memory", "kcore", "vmcore"]

  /// Words of the language that may change the machine besides the verbs that say so.
  private static let writers: Set<String> = ["boot", "include", "repeat", "undo"]
}
