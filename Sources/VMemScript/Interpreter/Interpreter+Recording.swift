extension Interpreter {
  /// The line that runs, as a script has it.
  var lineText: [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<call.tokens.count {
      if index > 0 { bytes.append(UInt8(ascii: " ")) }
      call.tokens[index].write(to: &bytes)
    }
    return bytes
  }
}

extension Token {
  /// Writes the word so that a script that has it says the same.
  func write(to bytes: inout [UInt8]) {
    if text.hasPrefix("text:"), (0..<text.count).contains(where: { text[$0] == 0x0a }) {
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

  /// Writes the bytes of a `text:` as digits: a line of a script cannot hold a line break.
  private func writeDigits(to bytes: inout [UInt8]) {
    for at in 5..<text.count {
      for digit in [text[at] >> 4, text[at] & 15] {
        bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
      }
    }
  }
}
