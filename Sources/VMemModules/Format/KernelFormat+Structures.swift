internal import VMem
extension KernelFormat {
  // MARK: Resources

  /// `%pR`, and `%pr` with the flags as a number, of a `struct resource` (`resource_string`).
  func resource(
    at address: UInt64, _ letters: [UInt8], _ specification: FormatSpecification,
    _ output: inout FormatOutput
  ) throws(BadPointer) {
    let bytes = try memory.read(address, 32)
    let resource = ResourceText(
      start: UInt64(littleEndian: bytes[0..<8]), end: UInt64(littleEndian: bytes[8..<16]),
      flags: UInt64(littleEndian: bytes[24..<32]))
    output.text(resource.bytes(isDecoded: letters[0] == UInt8(ascii: "R")), specification)
  }

  // MARK: Bytes

  /// `%*ph`: up to 64 bytes, their number as the width (`hex_string`).
  func hexBytes(
    at address: UInt64, _ letters: [UInt8], _ specification: FormatSpecification,
    _ output: inout FormatOutput
  ) throws(BadPointer) {
    let count = specification.width < 0 ? 1 : min(specification.width, 64)
    let separator: UInt8? =
      switch letters.dropFirst().first {
      case UInt8(ascii: "C"): UInt8(ascii: ":")
      case UInt8(ascii: "D"): UInt8(ascii: "-")
      case UInt8(ascii: "N"): nil
      default: UInt8(ascii: " ")
      }
    Self.bytes(try memory.read(address, count), separator, &output)
  }

  private static func bytes(
    _ bytes: [UInt8], _ separator: UInt8?, _ output: inout FormatOutput
  ) {
    for (index, byte) in bytes.enumerated() {
      if index > 0, let separator { output.append(separator) }
      output.hexByte(byte)
    }
  }

  /// `%pM` (`mac_address_string`).
  func hardwareAddress(
    at address: UInt64, _ letters: [UInt8], _ specification: FormatSpecification,
    _ output: inout FormatOutput
  ) throws(BadPointer) {
    var bytes = try memory.read(address, 6)
    let second = letters.dropFirst().first
    if second == UInt8(ascii: "R") { bytes.reverse() }
    let separator = UInt8(ascii: second == UInt8(ascii: "F") ? "-" : ":")
    var text = FormatOutput()
    Self.bytes(bytes, letters[0] == UInt8(ascii: "M") ? separator : nil, &text)
    output.text(text.bytes, specification)
  }

  /// `%pU` (`uuid_string`).
  func uuid(
    at address: UInt64, _ letters: [UInt8], _ specification: FormatSpecification,
    _ output: inout FormatOutput
  ) throws(BadPointer) {
    let bytes = try memory.read(address, 16)
    let order = letters.dropFirst().first ?? UInt8(ascii: "b")
    let isSwapped = order | 0x20 == UInt8(ascii: "l")
    let isSmall = order != UInt8(ascii: "L") && order != UInt8(ascii: "B")
    let swapped = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    var text = FormatOutput()
    for index in 0..<16 {
      if [4, 6, 8, 10].contains(index) { text.append("-") }
      text.hexByte(bytes[isSwapped ? swapped[index] : index], isSmall: isSmall)
    }
    output.text(text.bytes, specification)
  }

  // MARK: Bitmaps

  /// `%*pb` and `%*pbl`: as many bits as the width says (`bitmap_string`, `bitmap_list_string`).
  func bitmap(
    at address: UInt64, _ letters: [UInt8], _ specification: FormatSpecification,
    _ output: inout FormatOutput
  ) throws(BadPointer) {
    let count = max(0, specification.width)
    let words = (count + 63) / 64
    guard words > 0 else { return }
    let bytes = try memory.read(address, words * 8)
    if letters.dropFirst().first == UInt8(ascii: "l") {
      Self.ranges(count, bytes, &output)
    } else {
      Self.chunks(count, bytes, &output)
    }
  }

  private static func ranges(_ count: Int, _ bytes: [UInt8], _ output: inout FormatOutput) {
    func isSet(_ bit: Int) -> Bool { bytes[bit / 8] >> (bit % 8) & 1 == 1 }
    var bit = 0
    var isFirst = true
    while bit < count {
      guard isSet(bit) else {
        bit += 1
        continue
      }
      let start = bit
      while bit < count, isSet(bit) { bit += 1 }
      if !isFirst { output.append(",") }
      isFirst = false
      output.append(String(start))
      if bit - start > 1 { output.append("-" + String(bit - 1)) }
    }
  }

  /// 32 bits each, the highest first and as short as it is.
  private static func chunks(_ count: Int, _ bytes: [UInt8], _ output: inout FormatOutput) {
    var chunk = (count - 1) / 32
    var bits = count - chunk * 32
    while chunk >= 0 {
      let value = UInt64(littleEndian: bytes[chunk * 4..<chunk * 4 + 4])
      let shown = value & (1 << UInt64(bits) - 1)
      output.number(shown, .hexadecimal([.small, .zeroPad], width: (bits + 3) / 4))
      if chunk > 0 { output.append(",") }
      chunk -= 1
      bits = 32
    }
  }

  // MARK: Flags

  /// `%pGp`, `%pGg` and `%pGv` (`flags_string`).
  func flagNames(
    at address: UInt64, _ letters: [UInt8], _ specification: FormatSpecification,
    _ output: inout FormatOutput
  ) throws(BadPointer) {
    switch letters.dropFirst().first {
    case UInt8(ascii: "p"):
      FlagNames.appendPage(try memory.word(at: address), pageFlags, &output)
    case UInt8(ascii: "v"):
      output.append(FlagNames.area.text(try memory.word(at: address)))
    case UInt8(ascii: "g"):
      let flags = UInt64(littleEndian: try memory.read(address, 4)[...])
      output.append(gfpFlags.text(flags))
    default:
      Self.complain("(%pG?)", specification, &output)
    }
  }
}
