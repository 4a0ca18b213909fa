internal import CHost
internal import Glibc
internal import VMemViews

/// What a line prints, held back until it is known whether it fits on the screen.
struct PagedOutput {
  private let pager: String
  private let file: Int32

  /// nil where no pager is wanted, or where the host has no room for the output.
  init?() {
    guard isatty(STDOUT_FILENO) == 1, let pager = Self.program else { return nil }
    self.pager = pager
    file = chost_open_memory()
    guard file >= 0 else { return nil }
  }

  /// `$PAGER`; none where that is empty, as git has it. Else `less` where it is installed and the terminal
  /// does what it asks for.
  private static var program: String? {
    if let pager = variable("PAGER") { return pager.isEmpty || pager == "cat" ? nil : pager }
    guard let terminal = variable("TERM"), terminal != "dumb", !terminal.isEmpty else { return nil }
    let folders = (variable("PATH") ?? "").split(separator: ":")
    let isThere = folders.contains { unsafe access("\($0)/less", X_OK) == 0 }
    return isThere ? "less -FRX" : nil
  }

  private static func variable(_ name: String) -> String? {
    // Safe: nothing in this process changes the environment.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// Runs `body`, and shows what it prints: by the pager, which takes the place of this process, where
  /// the screen has no room for it.
  static func show(
    _ body: () throws(ProcessFailure) -> Int32
  ) throws(ProcessFailure) -> Int32 {
    guard let page = PagedOutput() else { return try body() }
    let screen = dup(STDOUT_FILENO)
    guard screen >= 0 else { return try body() }
    page.take()
    let code: Int32
    do throws(ProcessFailure) {
      code = try body()
    } catch {
      dup2(screen, STDOUT_FILENO)
      throw error
    }
    dup2(screen, STDOUT_FILENO)
    if code == 0, page.isLonger(than: Terminal.rows - 1) { page.becomePager() }
    page.copy()
    return code
  }

  /// In the process of the line: what it prints goes here.
  func take() { dup2(file, STDOUT_FILENO) }

  /// Shows it: at once when the screen has room for it, else by the pager.
  func show(on terminal: Terminal, _ colour: Colour) {
    defer { close(file) }
    guard isLonger(than: Terminal.rows - 1) else { return copy() }
    terminal.giveBack()
    _ = ChildLine.run(colour) { () throws(ProcessFailure) in
      becomePager()
      return 127
    }
  }

  /// Puts the pager in the place of this process; returns when there is none.
  private func becomePager() {
    lseek(file, 0, SEEK_SET)
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
