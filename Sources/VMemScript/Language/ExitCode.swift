internal import VMem
package import VMemViews

/// Exit codes of the process.
package enum ExitCode: Int32, Sendable, CaseIterable {
  case success = 0
  /// An emulated call returned an errno or NULL that nothing announced.
  case unexpectedError = 1
  /// An expectation or an assertion failed.
  case failedExpectation = 2
  /// An emulated WARN, BUG, oops or fault that nothing announced.
  case unexpectedWarning = 3
  /// The image is corrupt, or an invariant of the emulator is broken.
  case corrupt = 4
  case usage = 64
  /// A script, import or image that is not of its format.
  case badScript = 65
  case noInput = 66
  case cannotCreate = 73
  case inputOutput = 74
  case locked = 75
  case interrupted = 130
  case pipeClosed = 141

  /// What the process exits with when both happened: 4 before everything, then what ended the
  /// script, then 3, 2, 1.
  package func combined(with other: ExitCode) -> ExitCode { rank < other.rank ? other : self }

  private var rank: Int32 { self == .corrupt ? .max : rawValue }

  /// One line for help.
  package var meaning: StaticString {
    switch self {
    case .success: "all as expected"
    case .unexpectedError:
      "a call returned an errno or NULL, or slept, and no `expect` announced it"
    case .failedExpectation: "an expectation or assertion failed"
    case .unexpectedWarning:
      "a WARN, BUG, oops, fault, signal or stale access that no `expect` announced"
    case .corrupt: "the image is corrupt, or an invariant of the emulator is broken"
    case .usage: "wrong options of the process"
    case .badScript: "a script, import or image that is not of its format"
    case .noInput: "an input file is missing"
    case .cannotCreate: "a file cannot be created"
    case .inputOutput: "reading or writing failed"
    case .locked: "another process holds the image"
    case .interrupted: "interrupted"
    case .pipeClosed: "the reader of the output is gone"
    }
  }
}

extension ExitCode {
  /// What a file ends with that the host does not open: 74 where it has run out of what every file
  /// takes, whatever the file is for.
  package init(_ number: Int32, or usual: ExitCode) {
    self = isExhausted(number) ? .inputOutput : usual
  }

  /// What lost output ends with: 141 as the shell reports SIGPIPE, or 74.
  package init(_ failure: ByteWriter.Failure) {
    self = failure == .pipeClosed ? .pipeClosed : .inputOutput
  }
}

extension ByteWriter.Failure {
  /// What is to be said of it; nil for a reader that is gone, which knows.
  package var text: String? {
    guard case .errno(let number) = self else { return nil }
    return "standard output: \(systemMessage(number))"
  }
}
