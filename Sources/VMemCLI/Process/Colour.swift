internal import Glibc

/// When messages and answers are coloured.
enum Colour: String, CaseIterable {
  /// On a terminal, unless NO_COLOR is set to anything.
  case auto
  case always
  case never

  /// All of them, as help writes them.
  static let words = "auto|always|never"

  /// Whether what goes to a stream gets colour: messages go to standard error, answers to standard
  /// output.
  func isOn(_ descriptor: Int32 = STDERR_FILENO) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto:
      guard isatty(descriptor) == 1 else { return false }
      // Safe: nothing in this process changes the environment.
      guard let value = unsafe getenv("NO_COLOR") else { return true }
      return unsafe value.pointee == 0
    }
  }
}
