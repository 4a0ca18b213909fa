internal import VMem

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
  var answer: String {
    switch self {
    case .errno(let errno): "-\(errno.name)"
    case .null: "NULL"
    case .fault: "-EFAULT"
    case .signal(let signal): signal.name
    case .bug: "BUG"
    case .blocked: "BLOCKED"
    }
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
}
