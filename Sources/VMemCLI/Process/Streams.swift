internal import Glibc
internal import VMemScript
internal import VMemViews

/// The process's own words, outside of scripts.
enum Streams {
  /// Writes to standard output and returns the exit code: 0, 141 or 74.
  static func print(_ text: String) -> Int32 {
    var writer = ByteWriter(descriptor: STDOUT_FILENO)
    writer.write(text)
    return end(&writer).rawValue
  }

  /// Writes to standard error, where a person looks who has sent standard output elsewhere.
  static func show(_ text: String) {
    var writer = ByteWriter(descriptor: STDERR_FILENO)
    writer.write(text)
    writer.flush()
  }

  /// Writes what is left for standard output, and says what was lost.
  static func end(_ writer: inout ByteWriter) -> ExitCode {
    writer.flush()
    guard let failure = writer.failure else { return .success }
    if let text = failure.text { complain(text, .auto) }
    return ExitCode(failure)
  }

  /// Writes a message to standard error: `vmemctl: TEXT`, and lines that follow it.
  static func complain(_ text: String, _ colour: Colour, details: String = "") {
    var writer = ByteWriter(descriptor: STDERR_FILENO)
    writer.write(colour.isOn() ? "\u{1b}[1mvmemctl:\u{1b}[0m " : "vmemctl: ")
    writer.printable(text)
    writer.write("\n")
    if !details.isEmpty { writer.write(details + "\n") }
    writer.flush()
  }
}
