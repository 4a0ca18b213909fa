internal import CHost
internal import Glibc
internal import VMemViews

/// What a line prints, held back until it is known whether it fits on the screen.
struct PagedOutput {
  private let pager: String
  private let file: Int32

  /// nil without `$PAGER`, or where the host has no room for it.
  init?() {
    // Safe: nothing in this process changes the environment.
    guard let value = unsafe getenv("PAGER"), unsafe value.pointee != 0,
      isatty(STDOUT_FILENO) == 1
    else { return nil }
    pager = unsafe String(cString: value)
    file = chost_open_memory()
    guard file >= 0 else { return nil }
  }

  /// In the process of the line: what it prints goes here.
  func take() { dup2(file, STDOUT_FILENO) }

  /// Shows it: at once when the screen has room for it, else by the pager.
  func show(on terminal: Terminal, _ colour: Colour) {
    defer { close(file) }
    guard isLonger(than: terminal.rows - 1) else { return copy() }
    lseek(file, 0, SEEK_SET)
    terminal.giveBack()
    _ = ChildLine.run(colour) { () throws(ProcessFailure) in
      dup2(file, STDIN_FILENO)
      signal(SIGPIPE, SIG_DFL)
      // Safe: the words live until the program takes this process over.
      unsafe pager.withCString { command in
        unsafe "/bin/sh".withCString { shell in
          unsafe "-c".withCString { option in
            var words = unsafe [
              UnsafeMutablePointer(mutating: shell), UnsafeMutablePointer(mutating: option),
              UnsafeMutablePointer(mutating: command), nil,
            ]
            unsafe execv(shell, &words)
          }
        }
      }
      return 127
    }
  }

  private func isLonger(than rows: Int) -> Bool {
    var lines = 0
    forEachPart { part in
      for byte in part where byte == 0x0a { lines += 1 }
      return lines <= rows
    }
    return lines > rows
  }

  private func copy() {
    var writer = ByteWriter(descriptor: STDOUT_FILENO)
    var at = 0
    while let part = OpenFile.read(file, 1 << 16, at: at), !part.isEmpty {
      writer.write(part.span)
      at += part.count
    }
    writer.flush()
  }

  /// Calls `body` with the output, part by part, until it returns false.
  private func forEachPart(_ body: ([UInt8]) -> Bool) {
    var at = 0
    while let part = OpenFile.read(file, 1 << 16, at: at), !part.isEmpty, body(part) {
      at += part.count
    }
  }
}
