internal import Glibc
internal import VMem
internal import VMemScript

/// A line of the language as the process's arguments.
///
/// It runs on a fresh machine that is gone afterwards. Only verbs that read make sense there.
struct OneShot {
  let options: LineOptions
  let words: [String]

  func run() throws(ProcessFailure) -> Int32 {
    var settings = Options()
    settings.json = options.isJSON
    settings.colour = options.colour.isOn
    var interpreter = Interpreter(machine: try Machine.booted(), options: settings)
    if let verb = interpreter.table.verb(of: words), !Self.answersAlone(verb) {
      throw ProcessFailure(
        message:
          "\(verb.name) would change a machine that is gone afterwards; "
          + "write a script: vmemctl run -",
        exitCode: EX_USAGE)
    }
    _ = interpreter.run(ScriptSource(arguments: words))
    return interpreter.finish().rawValue
  }

  /// Readers do, and `assert`, which the language counts among its own words.
  private static func answersAlone(_ verb: Verb) -> Bool {
    verb.isReader || "\(verb.name)" == "assert"
  }
}
