internal import ArgumentParser
internal import Glibc

/// When messages are coloured.
enum Colour: String, CaseIterable, ExpressibleByArgument {
  /// On a terminal, unless NO_COLOR is set to anything.
  case auto
  case always
  case never

  /// Whether messages to standard error get colour.
  var isOn: Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto:
      guard isatty(STDERR_FILENO) == 1 else { return false }
      // Safe: nothing in this process changes the environment.
      guard let value = unsafe getenv("NO_COLOR") else { return true }
      return unsafe value.pointee == 0
    }
  }
}
