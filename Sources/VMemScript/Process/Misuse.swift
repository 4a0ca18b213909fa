internal import VMem

/// Why the words of a command of the process mean nothing. The process exits with 64.
package struct Misuse: Error, Equatable {
  package let message: String
  /// Lines that follow the message.
  package var details = ""

  package init(_ message: String, details: String = "") {
    (self.message, self.details) = (message, details)
  }

  /// A word that is no option of `command`, but perhaps one of `known` mistyped.
  package init(unknown word: String, of command: String, known: [String], details: String = "") {
    let name = String(word.prefix { $0 != "=" })
    let near = nearest(to: name, of: known).map { "; did you mean \($0)?" } ?? ""
    self.init("\(command) has no option `\(word)`\(near)", details: details)
  }
}
