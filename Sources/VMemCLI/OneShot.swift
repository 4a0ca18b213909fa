internal import Glibc
internal import VMem
internal import VMemScript

/// A line of the language as the process's arguments: it runs on the session's machine, and what it
/// changes is committed before its result is printed.
struct OneShot {
  let options: LineOptions
  let words: [String]

  func run() throws(ProcessFailure) -> Int32 {
    var settings = Options()
    settings.json = options.isJSON
    settings.colour = options.colour.isOn
    let verb = VerbTable().verb(of: words)
    let name = verb.map { "\($0.name)" }
    let session = Session(options, path: options.imagePath)
    let isWriter = verb.map { $0.changesTheMachine || Self.writers.contains("\($0.name)") } ?? false
    let machine =
      verb == nil
      ? try Machine.booted() : try session.open(isWriter: isWriter, boots: name == "boot")
    var interpreter = Interpreter(machine: machine, options: settings)
    if isWriter { interpreter.committer = session }
    interpreter.images = session
    _ = interpreter.run(ScriptSource(arguments: words))
    return session.leave(after: interpreter.finish(), wasLong: false).rawValue
  }

  /// Words of the language that may change the machine besides the verbs that say so.
  private static let writers: Set<String> = ["boot", "include", "undo"]
}
