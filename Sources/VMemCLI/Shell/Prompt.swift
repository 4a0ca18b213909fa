internal import Glibc
internal import VMemScript

/// Lines of the language as they are typed: at a prompt on a terminal, or one by one from a pipe.
struct Prompt {
  enum Answer {
    case line(String)
    /// Ctrl-C.
    case cancelled
    /// Ctrl-D, or the end of the input.
    case ended
  }

  /// nil for a pipe or a file, where nothing is prompted for.
  let terminal: Terminal?
  private let colour: Bool
  private var history = History()

  init(_ colour: Colour) {
    terminal = Terminal()
    self.colour = colour.isOn()
  }

  /// Reads a line. One that opens a `{` goes on until it is closed.
  ///
  /// - Parameters:
  ///   - name: what stands before `> `.
  ///   - complete: words that may stand for the last one of those up to the cursor.
  mutating func read(
    _ name: String, complete: @escaping ([String]) -> [String]
  ) -> Answer {
    terminal?.takeKeys()
    // While a line runs, Ctrl-C is an interrupt.
    defer { terminal?.takeInterrupts() }
    var text = ""
    var prompt = name + "> "
    while true {
      let answer = readOne(prompt, complete)
      guard case .line(let line) = answer else {
        // What was begun is not run.
        if case .ended = answer, !text.isEmpty { return .cancelled }
        return answer
      }
      if terminal != nil { history.append(line) }
      text += text.isEmpty ? line : "\n" + line
      guard Parser.hasOpenBlock(text) else { return .line(text) }
      prompt = String(repeating: ".", count: max(3, name.unicodeScalars.count)) + "> "
    }
  }

  private func readOne(
    _ prompt: String, _ complete: @escaping ([String]) -> [String]
  ) -> Answer {
    guard let terminal else { return Self.pipedLine.map { .line($0) } ?? .ended }
    var editor = LineEditor(history: history.lines, complete: complete)
    while true {
      let columns = terminal.columns
      Streams.show(editor.screen(prompt: prompt, columns: columns, colour: colour))
      guard let byte = Terminal.read() else { return .ended }
      switch editor.feed(byte) {
      case .edited: continue
      case .cleared: Streams.show("\u{1b}[H\u{1b}[2J")
      case .choices(let words): Streams.show("\n" + Self.table(words, columns))
      case .cancelled:
        Streams.show("^C\n")
        return .cancelled
      case .submitted(let line):
        Streams.show("\n")
        return .line(line)
      case .ended:
        Streams.show("\n")
        return .ended
      }
    }
  }

  /// The next line of a pipe; nil at its end. Byte by byte: what follows is not for this process alone.
  private static var pipedLine: String? {
    var bytes: [UInt8] = []
    while let byte = Terminal.read() {
      if byte == 0x0a { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// Words in columns.
  static func table(_ words: [String], _ columns: Int) -> String {
    let width = (words.map(\.unicodeScalars.count).max() ?? 0) + 2
    let perLine = max(1, columns / width)
    var text = ""
    for (index, word) in words.enumerated() {
      let isLast = index % perLine == perLine - 1 || index == words.count - 1
      text += word
      text += isLast ? "\n" : String(repeating: " ", count: width - word.unicodeScalars.count)
    }
    return text
  }
}
