/// What is wrong with a line of a script; or would be, if the machine did not know a name.
struct Finding {
  let error: ScriptError
  /// The file and the line; no file for a command.
  let fileName: String?
  let line: Int
  /// The line as it is shown, with a mark below the word in question.
  let excerpt: String
  /// The word in question.
  let word: String
  /// The verb of the line, once it is known.
  let verb: StaticString?
  /// The name that the machine must know; empty when that would not help.
  var name: [UInt8] = []

  init(_ error: ScriptError, _ place: Place, _ fileName: String?, _ verb: StaticString?) {
    self.error = error
    self.fileName = fileName
    self.verb = verb
    line = place.line
    excerpt = place.excerpt(error.range)
    word = place.word(error.range)
  }
}
