extension KernelFormat {
  /// `%pI4`, `%pI6`, `%pI6c` and with a small i the forms of fixed width (`ip_addr_string`).
  func internetAddress(
    at address: UInt64, _ letters: [UInt8], _ specification: FormatSpecification,
    _ output: inout FormatOutput
  ) throws(BadPointer) {
    let isFixed = letters[0] == UInt8(ascii: "i")
    switch letters.dropFirst().first {
    case UInt8(ascii: "4"):
      var bytes = try memory.read(address, 4)
      let order = letters.dropFirst(2).first
      if order == UInt8(ascii: "h") || order == UInt8(ascii: "l") { bytes.reverse() }
      output.text(InternetAddress.fourBytes(bytes[...], isFixed: isFixed), specification)
    case UInt8(ascii: "6"):
      let bytes = try memory.read(address, 16)
      let isCompressed = !isFixed && letters.dropFirst(2).first == UInt8(ascii: "c")
      output.text(
        isCompressed
          ? InternetAddress.compressed(bytes)
          : InternetAddress.eightWords(bytes, hasColons: !isFixed), specification)
    default:
      Self.complain(isFixed ? "(%pi?)" : "(%pI?)", specification, &output)
    }
  }
}

/// Texts of internet addresses whose bytes are in network order.
enum InternetAddress {
  static func fourBytes(_ bytes: ArraySlice<UInt8>, isFixed: Bool) -> [UInt8] {
    var text = FormatOutput()
    var specification = FormatSpecification()
    if isFixed { specification.precision = 3 }
    for (index, byte) in bytes.enumerated() {
      if index > 0 { text.append(".") }
      text.number(UInt64(byte), specification)
    }
    return text.bytes
  }

  static func eightWords(_ bytes: [UInt8], hasColons: Bool) -> [UInt8] {
    var text = FormatOutput()
    for (index, byte) in bytes.enumerated() {
      if hasColons && index > 0 && index % 2 == 0 { text.append(":") }
      text.hexByte(byte)
    }
    return text.bytes
  }

  /// As RFC 5952 writes it: the longest run of two or more zero words, the first of equal ones, as
  /// two colons, and the end in decimal when an IPv4 address is mapped.
  static func compressed(_ bytes: [UInt8]) -> [UInt8] {
    let words = (0..<8).map { UInt64(bytes[2 * $0]) << 8 | UInt64(bytes[2 * $0 + 1]) }
    let isMapped = words[..<5].allSatisfy { $0 == 0 } && words[5] == 0xffff
    let count = isMapped ? 6 : 8
    let zeroes = longestZeroes(words[..<count])
    var text = FormatOutput()
    var index = 0
    var needsColon = false
    while index < count {
      if let zeroes, index == zeroes.lowerBound {
        text.append("::")
        index = zeroes.upperBound
        needsColon = false
        continue
      }
      if needsColon { text.append(":") }
      text.number(words[index], .hexadecimal(.small))
      needsColon = true
      index += 1
    }
    if isMapped {
      if needsColon { text.append(":") }
      text.append(fourBytes(bytes[12...], isFixed: false))
    }
    return text.bytes
  }

  private static func longestZeroes(_ words: ArraySlice<UInt64>) -> Range<Int>? {
    var best: Range<Int>?
    var start = 0
    for index in 0...words.count where index == words.count || words[index] != 0 {
      if index - start > max(1, best?.count ?? 0) { best = start..<index }
      start = index + 1
    }
    return best
  }
}
