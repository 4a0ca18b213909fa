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
    var interpreter = Interpreter(machine: try Machine.booted(), options: settings)
    if let verb = verb(interpreter.table), !Self.answersAlone(verb) {
      throw ProcessFailure(
        message:
          "\(verb.name) would change a machine that is gone afterwards; "
          + "write a script: vmemctl run -",
        exitCode: EX_USAGE)
    }
    _ = interpreter.run(ScriptSource(arguments: words))
    return interpreter.finish().rawValue
  }

  /// The verb of the line, past `@`, `NAME =` and `expect OUTCOME`; nil when there is none, which
  /// the interpreter explains.
  private func verb(_ table: VerbTable) -> Verb? {
    var rest = words[...]
    if rest.first == "@" { rest.removeFirst() }
    if rest.dropFirst().first == "=" { rest = rest.dropFirst(2) }
    if rest.first == "expect" { rest = rest.dropFirst(2) }
    guard let word = rest.first else { return nil }
    return table.find(word.hasPrefix("@") ? String(word.dropFirst()) : word)
  }

  /// Readers do, and `assert`, which the language counts among its own words.
  private static func answersAlone(_ verb: Verb) -> Bool {
    verb.isReader || "\(verb.name)" == "assert"
  }
}
