internal import Glibc
internal import VMemScript

/// A line of the language as the process's arguments.
///
/// It runs on a fresh machine that is gone afterwards. Only verbs that read make sense there.
struct OneShot {
  let options: LineOptions
  let words: [String]

  func run() -> Int32 {
    if let verb, !Self.answersAlone(verb) {
      Streams.complain(
        "\(verb.name) would change a machine that is gone afterwards; write a script: vmemctl run -"
      )
      return EX_USAGE
    }
    var settings = Options()
    settings.json = options.isJSON
    return Interpretation.run(ScriptSource(arguments: words), settings).rawValue
  }

  /// The verb of the line, past `@`, `NAME =` and `expect OUTCOME`; nil when there is none, which
  /// the interpreter explains.
  private var verb: Verb? {
    var rest = words[...]
    if rest.first == "@" { rest.removeFirst() }
    if rest.dropFirst().first == "=" { rest = rest.dropFirst(2) }
    if rest.first == "expect" { rest = rest.dropFirst(2) }
    guard let word = rest.first else { return nil }
    return VerbTable().find(word.hasPrefix("@") ? String(word.dropFirst()) : word)
  }

  /// Readers do, and `assert`, which the language counts among its own words.
  private static func answersAlone(_ verb: Verb) -> Bool {
    verb.isReader || "\(verb.name)" == "assert"
  }
}
