/// The bytes that a format makes: as many of them as there is room for, and how many there would
/// have been.
package struct FormatOutput {
  package private(set) var bytes: [UInt8] = []
  /// What `vsnprintf` returns.
  package private(set) var count = 0
  /// The letter of a conversion that the kernel does not have, where the format ended: the kernel
  /// WARNs "Please remove unsupported %n in format string".
  package internal(set) var refused: UInt8?
  private let limit: Int

  /// - Parameter limit: bytes kept; without one as many as no buffer of a module has.
  package init(limit: Int = 1 << 24) { self.limit = limit }

  mutating func append(_ byte: UInt8) {
    if bytes.count < limit { bytes.append(byte) }
    count += 1
  }

  mutating func append(_ text: some Collection<UInt8>) {
    bytes += text.prefix(limit - bytes.count)
    count += text.count
  }

  mutating func append(_ text: String) { append(Array(text.utf8)) }

  mutating func fill(_ byte: UInt8, _ count: Int) {
    guard count > 0 else { return }
    bytes += repeatElement(byte, count: min(count, limit - bytes.count))
    self.count += count
  }

  /// A text in its columns, at most `precision` bytes of it (`string_nocheck`).
  mutating func text(_ text: some Collection<UInt8>, _ specification: FormatSpecification) {
    let precision = specification.precision
    let shown = text.prefix(precision < 0 ? text.count : precision)
    let room = specification.width - shown.count
    let isLeft = specification.flags.contains(.left)
    if !isLeft { fill(UInt8(ascii: " "), room) }
    append(shown)
    if isLeft { fill(UInt8(ascii: " "), room) }
  }

  mutating func text(_ text: String, _ specification: FormatSpecification) {
    self.text(Array(text.utf8), specification)
  }

  /// A number in the specification's base. As the kernel's `number`: zero has a digit whatever the
  /// precision, a hexadecimal zero has its prefix, and the flag 0 counts beside a precision.
  mutating func number(_ value: UInt64, _ specification: FormatSpecification) {
    let flags = specification.flags
    let isNegative = flags.contains(.signed) && Int64(bitPattern: value) < 0
    let digits = Self.digits(isNegative ? 0 &- value : value, specification)
    let start = Self.sign(isNegative, flags) + Self.prefix(value, specification)
    let precision = max(digits.count, specification.precision)
    let room = specification.width - precision - start.count
    let isLeft = flags.contains(.left)
    let isZeroPadded = flags.contains(.zeroPad) && !isLeft
    if !isLeft && !isZeroPadded { fill(UInt8(ascii: " "), room) }
    append(start)
    if isZeroPadded { fill(UInt8(ascii: "0"), room) }
    fill(UInt8(ascii: "0"), precision - digits.count)
    append(digits)
    if isLeft { fill(UInt8(ascii: " "), room) }
  }

  private static func sign(_ isNegative: Bool, _ flags: FormatSpecification.Flags) -> [UInt8] {
    guard flags.contains(.signed) else { return [] }
    if isNegative { return [UInt8(ascii: "-")] }
    if flags.contains(.plus) { return [UInt8(ascii: "+")] }
    return flags.contains(.space) ? [UInt8(ascii: " ")] : []
  }

  private static func prefix(_ value: UInt64, _ specification: FormatSpecification) -> [UInt8] {
    guard specification.flags.contains(.special) else { return [] }
    switch specification.base {
    case 16: return [UInt8(ascii: "0"), specification.flags.contains(.small) ? 0x78 : 0x58]
    case 8: return value == 0 ? [] : [UInt8(ascii: "0")]
    default: return []
    }
  }

  private static func digits(_ value: UInt64, _ specification: FormatSpecification) -> [UInt8] {
    var digits: [UInt8] = []
    var rest = value
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: specification.base)
      digits.append(UInt8.digit(UInt8(digit), isSmall: specification.flags.contains(.small)))
      rest = quotient
    } while rest != 0
    digits.reverse()
    return digits
  }

  /// The two digits of a byte.
  mutating func hexByte(_ byte: UInt8, isSmall: Bool = true) {
    append(UInt8.digit(byte >> 4, isSmall: isSmall))
    append(UInt8.digit(byte & 15, isSmall: isSmall))
  }
}

extension UInt8 {
  /// The character of a digit below 16.
  static func digit(_ value: UInt8, isSmall: Bool) -> UInt8 {
    let letters = UInt8(ascii: isSmall ? "a" : "A") - 10
    return value < 10 ? UInt8(ascii: "0") + value : letters + value
  }
}
