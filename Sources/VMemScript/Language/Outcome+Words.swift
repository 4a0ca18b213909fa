internal import VMem
internal import VMemViews

extension Refusal.Outcome {
  /// The word that announces it: `expect ENOMEM`.
  var name: String {
    switch self {
    case .errno(let errno): errno.name
    case .null: "NULL"
    case .fault: "fault"
    case .signal(let signal): signal.name
    case .bug: "bug"
    case .blocked: "blocked"
    }
  }

  /// The result line.
  var answer: String { (errno == nil ? "" : "-") + "\(answerWord)" }

  /// Its word: an error number has a minus sign in front of it.
  private var answerWord: StaticString {
    switch self {
    case .errno(let errno): errno.word
    case .null: "NULL"
    case .fault: "EFAULT"
    case .signal(.SIGBUS): "SIGBUS"
    case .signal(.SIGSEGV): "SIGSEGV"
    case .bug: "BUG"
    case .blocked: "BLOCKED"
    }
  }

  /// Writes the result line.
  func write(to writer: inout ByteWriter) {
    if errno != nil { writer.write(byte: 0x2d) }
    writer.write(answerWord)
  }

  /// The type that JSON names.
  var type: StaticString {
    switch self {
    case .errno: "errno"
    case .null: "null"
    case .fault, .signal: "fault"
    case .bug: "bug"
    case .blocked: "blocked"
    }
  }

  /// The error number that a program would see.
  var errno: Errno? {
    switch self {
    case .errno(let errno): errno
    case .fault: .EFAULT
    case .null, .signal, .bug, .blocked: nil
    }
  }

  /// What a run ends with when nothing announced it.
  var exitCode: ExitCode {
    switch self {
    case .errno, .null, .blocked: .unexpectedError
    case .fault, .signal, .bug: .unexpectedWarning
    }
  }

  /// Those that are no error numbers, by their words.
  static let named: KeyValuePairs<StaticString, Refusal.Outcome> = [
    "NULL": .null, "fault": .fault, "SIGBUS": .signal(.SIGBUS), "SIGSEGV": .signal(.SIGSEGV),
    "bug": .bug, "blocked": .blocked,
  ]

  /// The one that a word announces, if any but an error number.
  static func named(_ word: Text) -> Refusal.Outcome? {
    guard word.byte(0).isLetter else { return nil }
    return named.first { word == $0.key }?.value
  }
}

extension Errno {
  /// The one of that name.
  static func named(_ word: Text) -> Errno? { allCases.first { word == $0.word } }
}
