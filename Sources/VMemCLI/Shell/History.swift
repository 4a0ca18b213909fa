internal import Glibc
internal import VMemViews

/// The lines that were typed before: $XDG_STATE_HOME/vmemctl/history, else ~/.local/state/….
struct History {
  /// Lines that are kept.
  static let limit = 1000

  private(set) var lines: [String] = []
  private let path: String?

  init() {
    // Safe: nothing in this process changes the environment.
    func variable(_ name: String) -> String? {
      guard let value = unsafe getenv(name), unsafe value.pointee != 0 else { return nil }
      return unsafe String(cString: value)
    }
    let state = variable("XDG_STATE_HOME") ?? variable("HOME").map { $0 + "/.local/state" }
    path = state.map { $0 + "/vmemctl/history" }
    guard let path, let file = unsafe fopen(path, "re") else { return }
    defer { unsafe fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var room = 0
    while unsafe getline(&line, &room, file) > 0, let start = unsafe line {
      let text = unsafe String(cString: start)
      let typed = text.hasSuffix("\n") ? String(text.dropLast()) : text
      // What steers the terminal was never typed.
      if typed == typed.printable { lines.append(typed) }
    }
    unsafe free(line)
    if lines.count > Self.limit { lines.removeFirst(lines.count - Self.limit) }
  }

  /// Keeps a line, unless it is the last one again.
  mutating func append(_ line: String) {
    guard !line.isEmpty, line != lines.last else { return }
    lines.append(line)
    guard let path else { return }
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += "/" + part
      unsafe mkdir(folder, 0o700)
    }
    guard let file = unsafe fopen(path, "ae") else { return }
    unsafe fputs(line + "\n", file)
    unsafe fclose(file)
  }
}
