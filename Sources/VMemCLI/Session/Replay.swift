internal import VMemScript

/// The lines that made a machine, as a script that makes it again.
enum Replay {
  /// What stands for lines that nobody has kept.
  static let unknown = Array("# lines before a snapshot are not known".utf8)
  /// What stands where lines were kept and are gone.
  static let lost = Array("# lines are missing here: the history was cut off".utf8)
  static let newline = [UInt8(ascii: "\n")]

  /// A line as text, with its newline.
  private static func line(_ text: [UInt8]) -> [UInt8] {
    guard text.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) || isText(text) else {
      return Interpreter.unwritable + escaped(text) + newline
    }
    return text + newline
  }

  /// The script, whose first line says what to know before it is run. Whatever the lines hold, it is
  /// text.
  static func script(_ lines: [UInt8]) -> [UInt8] {
    let lines = readable(lines)
    var notes: [String] = []
    if has(unknown, lines) { notes.append("lines before a snapshot are not known") }
    if has(lost, lines) { notes.append("lines are missing where the history was cut off") }
    if has(Interpreter.unwritable, lines) {
      notes.append("a line that a script cannot hold is left out")
    }
    if has(Recorder.failure, lines) {
      notes.append("a line failed: run --keep-going goes on after it")
    }
    let readers = [" @", " --lists ", " --rows ", "import_vmallocinfo ", "import-vmallocinfo "]
    if readers.contains(where: { has(Array($0.utf8), lines) }) {
      notes.append("files are read as they are then")
    }
    return notes.isEmpty ? lines : Array("# \(notes.joined(separator: "; "))\n".utf8) + lines
  }

  /// Lines, without those that are no text.
  static func readable(_ lines: [UInt8]) -> [UInt8] {
    if lines.allSatisfy({ $0 >= 0x20 && $0 < 0x7f || $0 == newline[0] }) { return lines }
    var result: [UInt8] = []
    result.reserveCapacity(lines.count)
    var rest = lines[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: newline[0]) ?? rest.endIndex
      result += line(Array(rest[..<end]))
      rest = rest[end...].dropFirst()
    }
    return result
  }

  // MARK: Text

  /// Whether bytes are UTF-8 and nothing in them steers a terminal.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    return text.unicodeScalars.allSatisfy { !isControl($0) }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 && scalar != "\t" || (0x7f..<0xa0).contains(scalar.value)
  }

  /// Bytes with those that are no text as `\x1b`.
  private static func escaped(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte in
      guard byte < 0x20 || byte >= 0x7f else { return [byte] }
      let digits = String(byte, radix: 16)
      return Array(((byte < 16 ? "\\x0" : "\\x") + digits).utf8)
    }
  }

  private static func has(_ part: [UInt8], _ text: [UInt8]) -> Bool {
    var at = 0
    while let start = text[at...].firstIndex(of: part[0]) {
      if text[start...].starts(with: part) { return true }
      at = start + 1
    }
    return false
  }
}
