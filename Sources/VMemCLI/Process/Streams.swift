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

  /// Writes what is left for standard output, and says what was lost.
  static func end(_ writer: inout ByteWriter) -> VMemScript.ExitCode {
    writer.flush()
    if case .errno(let number) = writer.failure {
      var messages = ByteWriter(descriptor: STDERR_FILENO)
      messages.write("vmemctl: standard output: \(Self.text(ofErrno: number))\n")
      messages.flush()
    }
    switch writer.failure {
    case nil: return .success
    case .pipeClosed: return .pipeClosed
    case .errno: return .inputOutput
    }
  }

  /// Writes a message to standard error: `vmemctl: TEXT`, and lines that follow it.
  static func complain(_ text: String, _ colour: Colour, details: String = "") {
    var writer = ByteWriter(descriptor: STDERR_FILENO)
    writer.write(colour.isOn ? "\u{1b}[1mvmemctl:\u{1b}[0m " : "vmemctl: ")
    writer.printable(text)
    writer.write("\n")
    if !details.isEmpty { writer.write(details + "\n") }
    writer.flush()
  }

  /// The host's words for an error number.
  static func text(ofErrno number: Int32) -> String {
    // Safe: strerror answers a C string for every number; no other thread calls it.
    unsafe String(cString: strerror(number))
  }
}
