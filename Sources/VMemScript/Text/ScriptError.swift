/// Why a script cannot be run further: a line that is not of the language, or a file that is not
/// there.
struct ScriptError: Error {
  var message: String
  /// What to write instead.
  var hint: String?
  /// The word in question, as a range of bytes of the source; empty when it is the whole line.
  var range: Range<Int>
  var exit: ExitCode

  init(
    _ message: String, hint: String? = nil, at range: Range<Int> = 0..<0,
    exit: ExitCode = .badScript
  ) {
    self.message = message
    self.hint = hint
    self.range = range
    self.exit = exit
  }

  init(_ message: String, hint: String? = nil, _ token: Token) {
    self.init(message, hint: hint, at: token.offset..<token.offset + token.length)
  }
}
