internal import VMem

/// Why a line was not carried out.
enum LineFailure: Error {
  /// The line is not of the language.
  case script(ScriptError)
  /// Nobody reads what the line writes any more.
  case pipeClosed
  /// The emulated kernel refused.
  case refusal(Refusal)
  /// An assertion does not hold; the text says what the two sides are.
  case assertion(String)
  /// The machine is no longer sound: a bug of the emulator, or the script wrote over its structures.
  case unsound([Violation])

  static func script(_ message: String, hint: String? = nil, _ token: Token) -> LineFailure {
    .script(ScriptError(message, hint: hint, token))
  }
}
