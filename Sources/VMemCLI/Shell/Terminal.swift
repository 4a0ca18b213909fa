internal import Glibc

/// The terminal that the shell reads keys from.
struct Terminal {
  private let before: termios

  /// nil when standard input is no terminal.
  init?() {
    var settings = termios()
    guard isatty(STDIN_FILENO) == 1, unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else {
      return nil
    }
    before = settings
  }

  /// Keys arrive one by one, unseen and without effect of their own.
  func takeKeys() {
    var settings = before
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    settings.c_iflag &= ~tcflag_t(IXON | ICRNL)
    unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
  }

  /// Ctrl-C is an interrupt, and other keys wait.
  func takeInterrupts() {
    var settings = before
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
    settings.c_lflag |= tcflag_t(ISIG | NOFLSH)
    settings.c_iflag &= ~tcflag_t(IXON | ICRNL)
    unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
  }

  /// As it was before.
  func giveBack() {
    var settings = before
    unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
  }

  /// The next byte of standard input; nil when there is none any more.
  static func read() -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = unsafe Glibc.read(STDIN_FILENO, &byte, 1)
      if count == 1 { return byte }
      if count < 0, errno == EINTR { continue }
      return nil
    }
  }

  /// Columns of the screen.
  var columns: Int { Int(Self.size?.ws_col ?? 80) }

  /// Lines of the screen.
  static var rows: Int { Int(size?.ws_row ?? 24) }

  private static var size: winsize? {
    var size = winsize()
    let isKnown = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return isKnown && size.ws_col > 0 && size.ws_row > 0 ? size : nil
  }
}
