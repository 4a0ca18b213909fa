internal import VMemViews

/// The history of the machine: what its lines were.
extension Interpreter {
  /// The line that runs, as a script has it, with its newline.
  var lineText: [UInt8] { Self.text(call.tokens) }

  private static func text(_ tokens: borrowing TokenList) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<tokens.count {
      if index > 0 { bytes.append(UInt8(ascii: " ")) }
      tokens[index].write(to: &bytes)
    }
    let isText = isText(bytes)
    if !isText { bytes = unwritable + Array(String(hostBytes: bytes).printable.utf8) }
    bytes.append(0x0a)
    return bytes
  }

  /// Whether a script can have the bytes: UTF-8, and nothing in it steers a terminal.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7f || $0 == 0x09 }) { return true }
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    let words = text.split(separator: "\t")
    return words.allSatisfy { String($0).printable == String($0) }
  }

  /// What stands before a line that no script can have, for what steers terminals or is no text.
  package static let unwritable = Array("# not replayed, for what a script cannot hold: ".utf8)

  // MARK: Loops

  /// Begins to record a loop whose body begins at `at`.
  mutating func record(_ times: UInt64, _ at: Int, _ program: Program) {
    var word: [UInt8] = []
    call.tokens[1].write(to: &word)
    var at = at
    recorder.begin(body(&at, program, indent: "  "), word: word, times: times)
  }

  /// Bytes of results that wait in a loop for the end of an iteration before they are committed all the
  /// same.
  private static let patience = 16 << 20

  /// Takes note of the end of an iteration. Commits fall between iterations of the outermost loop, so
  /// that the history has it as a loop.
  mutating func endIteration(_ isOver: Bool) {
    let isOutermost = recorder.depth == 1
    recorder.endIteration()
    if isOver { recorder.endLoop() }
    // The end of an echoed statement is the end of its loops.
    if echo != nil { return }
    let most = isOutermost ? ByteWriter.capacity / 2 : Self.patience
    if call.output.writer.pendingBytes > most || messages.pendingBytes > (isOutermost ? 0 : most) {
      checkAtEnd()
      flush()
    }
  }

  /// The lines from `at` to the `}` of their body that change the machine, those of included files
  /// too; `at` moves behind them.
  private func body(_ at: inout Int, _ program: Program, indent: String) -> [UInt8] {
    let text = program.source.text
    var bytes: [UInt8] = []
    var tokens = TokenList()
    var unquoted = UnquotedText()
    while at < program.code.count {
      let line = CodeLine(program.code, at: at)
      tokens.removeAll()
      unquoted.removeAll()
      for index in 0..<line.tokenCount {
        let code = line.token(index, program.code, at: at)
        tokens.append(Token(code: code, text, from: line.start, &unquoted))
      }
      at = line.next(at)
      switch line.kind {
      case .close: return bytes
      case .call where table[Int(line.head.verb)].facts.contains(.changes):
        bytes += Array(indent.utf8) + Self.text(tokens)
      case .call: break
      case .include:
        var start = 0
        bytes += body(&start, program.includes[line.target], indent: indent)
      case .open:
        var word: [UInt8] = []
        tokens[1].write(to: &word)
        let inner = body(&at, program, indent: indent + "  ")
        if inner.isEmpty { continue }
        bytes += Array("\(indent)repeat ".utf8) + word + Array(" {\n".utf8) + inner
        bytes += Array("\(indent)}\n".utf8)
      }
    }
    return bytes
  }
}

extension Token {
  /// Writes the word so that a script that has it says the same.
  func write(to bytes: inout [UInt8]) {
    if text.hasPrefix("text:"), (0..<text.count).contains(where: { text[$0] < 0x20 }) {
      return writeDigits(to: &bytes)
    }
    var isPlain = text.count > 0 && text[0] != UInt8(ascii: "#") && !(isQuoted && text.count == 1)
    for at in 0..<text.count {
      isPlain =
        isPlain && text[at] > 0x20 && text[at] != UInt8(ascii: "\"")
        && text[at] != UInt8(ascii: "'") && text[at] != UInt8(ascii: "\\")
    }
    if !isPlain { bytes.append(UInt8(ascii: "'")) }
    for at in 0..<text.count {
      // sh's way: the quote ends, one with a backslash follows, and another begins.
      if text[at] == UInt8(ascii: "'") { bytes += Array("'\\'".utf8) }
      bytes.append(text[at])
    }
    if !isPlain { bytes.append(UInt8(ascii: "'")) }
  }

  /// Writes the bytes of a `text:` as digits: a line of a script holds no control characters.
  private func writeDigits(to bytes: inout [UInt8]) {
    for at in 5..<text.count {
      for digit in [text[at] >> 4, text[at] & 15] {
        bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
      }
    }
  }
}
