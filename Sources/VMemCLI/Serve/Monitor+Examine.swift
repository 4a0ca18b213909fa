internal import VMem
internal import VMemScript
internal import VMemViews

extension Monitor {
  /// Most bytes of one answer.
  private static let mostBytes = 1 << 20

  private struct Format {
    var count = 1
    var letter: Character = "x"
    var size = 4

    /// `/COUNT FORMAT SIZE` without blanks, in any order of its letters.
    init?(_ text: Substring) {
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      if !digits.isEmpty {
        guard let count = Int(digits) else { return nil }
        self.count = count
      }
      for letter in text.dropFirst(digits.count) {
        switch letter {
        case "x", "d", "u", "o", "c": self.letter = letter
        case "b": size = 1
        case "h": size = 2
        case "w": size = 4
        case "g": size = 8
        default: return nil
        }
      }
      guard count >= 0, count <= Monitor.mostBytes / size else { return nil }
    }

    /// A value as the format has it.
    func text(_ value: UInt64) -> String {
      let bits = UInt64(size * 8)
      switch letter {
      case "d":
        return "\(Int64(bitPattern: value << (64 - bits)) >> Int64(64 - bits))"
      case "u": return "\(value)"
      case "o": return "0" + String(value, radix: 8)
      case "c":
        let byte = UInt8(truncatingIfNeeded: value)
        return (0x20..<0x7f).contains(byte)
          ? "'\(Character(UnicodeScalar(byte)))'" : "'\\x\(Hex.number(UInt64(byte), digits: 2))'"
      default: return "0x" + Hex.number(value, digits: size * 2)
      }
    }
  }

  /// `x` and `xp`: `/FMT ADDRESS`.
  func examine(
    _ text: String, isPhysical: Bool, _ target: LiveTarget, _ interpreter: borrowing Interpreter
  ) -> String {
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
    let hasFormat = words.first?.first == "/"
    guard words.count == (hasFormat ? 2 : 1),
      let format = Format(hasFormat ? words[0].dropFirst() : ""),
      let address = Self.number(String(words[words.count - 1]))
    else { return "expected /FMT ADDRESS: a count, one of x d u o c, one of b h w g\n" }
    let memory = target.memory(interpreter.machine)
    let size = format.count * format.size
    let bytes =
      isPhysical
      ? memory.read(physical: address, size, interpreter.machine)
      : memory.read(address, size, cpu: cpu, interpreter.machine)
    return table(bytes, format, address)
  }

  private func table(_ bytes: [UInt8], _ format: Format, _ address: UInt64) -> String {
    let perLine = format.size == 1 ? 8 : 16 / format.size
    var text = ""
    for index in 0..<format.count {
      let at = index * format.size
      if index % perLine == 0 {
        text += (index == 0 ? "" : "\n") + Hex.number(address &+ UInt64(at), digits: 16) + ":"
      }
      guard at + format.size <= bytes.count else {
        return text + " Cannot access memory\n"
      }
      var value: UInt64 = 0
      for byte in bytes[at..<at + format.size].reversed() { value = value << 8 | UInt64(byte) }
      text += " " + format.text(value)
    }
    return text + "\n"
  }
}
