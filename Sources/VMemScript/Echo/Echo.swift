package import VMemViews

/// A run whose script and answers are one text.
package struct Echo: ~Copyable {
  package enum Mode: Sendable {
    /// The script is printed with its answers.
    case print
    /// Answers that stand in the script are compared.
    case verify
    /// The script is to be replaced by its echo.
    case rewrite
    /// Answers are kept, for whoever compares them with those of another run.
    case collect
  }

  let mode: Mode
  /// Whether differences are objects, one a line.
  let isJSON: Bool
  /// Version of the program, for the header.
  let version: String
  /// What is printed; in memory for `rewrite`.
  package var writer: ByteWriter
  /// Answers that stand in the script, and those of them that differed.
  var compared = 0
  var different = 0
  /// What each statement came to.
  var answers: [StatementAnswer] = []
  /// Whether the script ran to its end.
  package var isWhole = false

  /// - Parameter descriptor: where to print; nil keeps everything in memory.
  package init(_ mode: Mode, version: String, descriptor: Int32?, json: Bool = false) {
    self.mode = mode
    isJSON = json
    self.version = version
    writer = ByteWriter(descriptor: descriptor)
  }
}
