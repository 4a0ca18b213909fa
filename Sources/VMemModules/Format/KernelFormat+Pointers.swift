internal import VMemViews

extension KernelFormat {
  /// `%p` and what the letters behind it say (`pointer`).
  func pointer(
    _ address: UInt64, _ letters: [UInt8], _ specification: FormatSpecification,
    _ output: inout FormatOutput
  ) throws(BadPointer) {
    switch letters.first {
    case UInt8(ascii: "S"), UInt8(ascii: "s"), UInt8(ascii: "B"), UInt8(ascii: "F"),
      UInt8(ascii: "f"):
      symbol(address, letters[0], specification, &output)
    case UInt8(ascii: "x"):
      plain(memory.unfolded(address), specification, &output)
    case UInt8(ascii: "e"):
      errorName(address, specification, &output)
    case UInt8(ascii: "V"):
      try nested(at: address, specification, &output)
    case let letter? where Self.followed.contains(letter):
      try followed(address, letters, specification, &output)
    default:
      hashed(address, specification, &output)
    }
  }

  /// Letters whose pointers are read.
  private static var followed: [UInt8] { Array("RrhMmIiUabGdDt".utf8) }

  private func followed(
    _ address: UInt64, _ letters: [UInt8], _ specification: FormatSpecification,
    _ output: inout FormatOutput
  ) throws(BadPointer) {
    if letters[0] == UInt8(ascii: "h") && specification.width == 0 { return }
    guard Self.isReadable(address, specification, &output) else { return }
    switch letters[0] {
    case UInt8(ascii: "R"), UInt8(ascii: "r"):
      try resource(at: address, letters, specification, &output)
    case UInt8(ascii: "h"): try hexBytes(at: address, letters, specification, &output)
    case UInt8(ascii: "M"), UInt8(ascii: "m"):
      try hardwareAddress(at: address, letters, specification, &output)
    case UInt8(ascii: "I"), UInt8(ascii: "i"):
      try internetAddress(at: address, letters, specification, &output)
    case UInt8(ascii: "U"): try uuid(at: address, letters, specification, &output)
    case UInt8(ascii: "a"):
      output.number(
        try memory.word(at: address), .hexadecimal([.special, .small, .zeroPad], width: 18))
    case UInt8(ascii: "b"): try bitmap(at: address, letters, specification, &output)
    case UInt8(ascii: "G"): try flagNames(at: address, letters, specification, &output)
    default:
      // Files, directory entries and times of the kernel's own, which a module cannot have.
      let text = "(%p" + String(UnicodeScalar(letters[0])) + "?)"
      Self.complain(text, specification, &output)
    }
  }

  // MARK: Addresses

  /// `%p`: NULL and error pointers as they are, all others by their hash (`ptr_to_id`).
  func hashed(
    _ address: UInt64, _ specification: FormatSpecification, _ output: inout FormatOutput
  ) {
    let isShown = address == 0 || Self.isErrorPointer(address)
    plain(isShown ? address : hash(memory.unfolded(address)), specification, &output)
  }

  /// Sixteen digits, or as many columns as the width says (`pointer_string`).
  private func plain(
    _ value: UInt64, _ specification: FormatSpecification, _ output: inout FormatOutput
  ) {
    var specification = specification
    specification.base = 16
    specification.flags.remove(.signed)
    specification.flags.insert(.small)
    if specification.width == -1 {
      specification.width = 16
      specification.flags.insert(.zeroPad)
    }
    output.number(value, specification)
  }

  /// The function or variable, with the offset in it unless the letter is small (`symbol_string`).
  /// With B the address is where a call returns to, which may lie behind the caller.
  private func symbol(
    _ address: UInt64, _ letter: UInt8, _ specification: FormatSpecification,
    _ output: inout FormatOutput
  ) {
    let back: UInt64 = letter == UInt8(ascii: "B") ? 1 : 0
    var text = FormatOutput()
    if let place = memory.symbol(at: address &- back) {
      text.append(place.name)
      if letter != UInt8(ascii: "s") && letter != UInt8(ascii: "f") {
        text.append("+")
        text.number(place.offset + back, .flagWord)
        text.append("/")
        text.number(place.size, .flagWord)
      }
      if let module = place.module {
        text.append(" [")
        text.append(module)
        text.append("]")
      }
    } else {
      text.append("0x")
      text.number(memory.unfolded(address), .hexadecimal(.small))
    }
    output.text(text.bytes, specification)
  }

  /// `%pe`: the name of an error pointer, its number where it has none; any other is hashed.
  private func errorName(
    _ address: UInt64, _ specification: FormatSpecification, _ output: inout FormatOutput
  ) {
    guard Self.isErrorPointer(address) else { return hashed(address, specification, &output) }
    if let name = ErrorNames.name(Int(0 &- address)) {
      output.text("-" + name, specification)
    } else {
      var specification = specification
      specification.flags.insert(.signed)
      output.number(address, specification)
    }
  }

  // MARK: Formats in formats

  /// `%pV`: the format and the arguments of a `struct va_format`.
  private func nested(
    at address: UInt64, _ specification: FormatSpecification, _ output: inout FormatOutput
  ) throws(BadPointer) {
    guard Self.isReadable(address, specification, &output) else { return }
    // A format that contains itself would overflow the kernel's stack.
    guard depth < 8 else { throw BadPointer(address) }
    let format = try memory.string(at: try memory.word(at: address), limit: .max)
    var arguments = try VariableArguments(at: try memory.word(at: address &+ 8), memory)
    var inner = self
    inner.depth += 1
    try inner.append(format, &arguments, to: &output)
  }
}
