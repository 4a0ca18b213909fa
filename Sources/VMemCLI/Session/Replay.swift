/// The lines that made a machine, as a script that makes it again.
enum Replay {
  /// What follows a line that failed although nothing announced it.
  static let failure = Array("# the line above failed\n".utf8)
  /// What stands for lines that nobody has kept.
  static let unknown = Array("# lines before a snapshot are not known".utf8)
  private static let unwritable = Array("# not replayed, for its line break: ".utf8)

  /// A line as the script has it, with its newline.
  static func line(_ text: [UInt8]) -> [UInt8] {
    let newline = UInt8(ascii: "\n")
    guard text.contains(newline) else { return text + [newline] }
    return unwritable + text.map { $0 == newline ? UInt8(ascii: " ") : $0 } + [newline]
  }

  /// The script, whose first line says what to know before it is run.
  static func script(_ lines: [UInt8]) -> [UInt8] {
    var notes: [String] = []
    if has(unknown, lines) { notes.append("lines before a snapshot are not known") }
    if has(unwritable, lines) { notes.append("a line with a line break is left out") }
    if has(failure, lines) { notes.append("a line failed: run --keep-going goes on after it") }
    if has(Array(" @".utf8), lines) || has(Array(" --lists ".utf8), lines)
      || has(Array(" --rows ".utf8), lines)
    {
      notes.append("files are read as they are then")
    }
    return notes.isEmpty ? lines : Array("# \(notes.joined(separator: "; "))\n".utf8) + lines
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
