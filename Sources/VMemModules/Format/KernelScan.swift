/// The kernel's scanf: what a format reads of a text, as the bytes for the place that each argument
/// points at.
///
/// The corresponding kernel function is `vsscanf`.
package struct KernelScan {
  /// What is to be written through the arguments, in their order; there may be more arguments.
  package private(set) var stores: [[UInt8]] = []
  /// How many conversions succeeded: what `sscanf` returns. `%n` does not count.
  package private(set) var count = 0

  private var text: FormatReader
  private var format: FormatReader

  package init(_ text: [UInt8], _ format: [UInt8]) {
    self.text = FormatReader(text)
    self.format = FormatReader(format)
    while !self.format.isAtEnd, step() {}
  }

  /// One conversion or byte of the format; false where it does not fit, which ends all.
  private mutating func step() -> Bool {
    if format.byte.isBlank {
      format.skipBlanks()
      text.skipBlanks()
    }
    guard format.byte == UInt8(ascii: "%") else {
      guard !format.isAtEnd else { return false }
      defer {
        format.skip()
        text.skip()
      }
      return !text.isAtEnd && format.byte == text.byte
    }
    format.skip()
    return format.byte == UInt8(ascii: "*") ? skipConversion() : conversion()
  }

  /// Both go on to the next blank.
  private mutating func skipConversion() -> Bool {
    guard !text.isAtEnd else { return false }
    while !format.isAtEnd, !format.byte.isBlank, format.byte != UInt8(ascii: "%") {
      if format.byte == UInt8(ascii: "[") { return false }
      format.skip()
    }
    while !text.isAtEnd, !text.byte.isBlank { text.skip() }
    return true
  }

  private mutating func conversion() -> Bool {
    let hasWidth = format.isAtDigit
    let width = hasWidth ? Int(format.number()) : nil
    if let width, width <= 0 { return false }
    let length = format.length()
    let letter = format.byte
    guard !format.isAtEnd else { return false }
    format.skip()
    if letter == UInt8(ascii: "n") {
      store(UInt64(text.at), .int)
      return true
    }
    guard !text.isAtEnd else { return false }
    switch letter {
    case UInt8(ascii: "c"): characters(width ?? 1)
    case UInt8(ascii: "s"): word(width ?? Int(Int16.max))
    case UInt8(ascii: "["): return set(width)
    case UInt8(ascii: "%"):
      defer { text.skip() }
      return text.byte == letter
    default: return number(letter, width ?? .max, length)
    }
    return true
  }

  // MARK: Texts

  private mutating func characters(_ width: Int) {
    stores.append(text.bytes(upTo: width) { _ in true })
    count += 1
  }

  private mutating func word(_ width: Int) {
    text.skipBlanks()
    stores.append(text.bytes(upTo: width) { !$0.isBlank } + [0])
    count += 1
  }

  /// Bytes that stand in brackets, or with `^` those that do not; the width has to be there.
  private mutating func set(_ width: Int?) -> Bool {
    guard let width else { return false }
    let isNegated = format.byte == UInt8(ascii: "^")
    if isNegated { format.skip() }
    let members = format.bytes(upTo: .max) { $0 != UInt8(ascii: "]") }
    guard !members.isEmpty, !format.isAtEnd else { return false }
    format.skip()
    let found = text.bytes(upTo: width) { members.contains($0) != isNegated }
    guard !found.isEmpty else { return false }
    stores.append(found + [0])
    count += 1
    return true
  }

  // MARK: Numbers

  private mutating func number(
    _ letter: UInt8, _ width: Int, _ length: FormatSpecification.Length
  ) -> Bool {
    let base: Int
    switch letter {
    case UInt8(ascii: "d"), UInt8(ascii: "u"): base = 10
    case UInt8(ascii: "i"): base = 0
    case UInt8(ascii: "o"): base = 8
    case UInt8(ascii: "x"), UInt8(ascii: "X"): base = 16
    default: return false
    }
    text.skipBlanks()
    let isSigned = letter == UInt8(ascii: "d") || letter == UInt8(ascii: "i")
    let isNegative = isSigned && text.byte == UInt8(ascii: "-")
    if isNegative {
      guard width > 1 else { return false }
      text.skip()
    }
    guard let value = text.magnitude(base, isNegative ? width - 1 : width) else { return false }
    store(isNegative ? 0 &- value : value, length)
    count += 1
    return true
  }

  private mutating func store(_ value: UInt64, _ length: FormatSpecification.Length) {
    stores.append((0..<length.rawValue / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
  }
}

extension FormatReader {
  mutating func skipBlanks() { while byte.isBlank { skip() } }

  /// The next bytes of a kind, at most `limit`.
  mutating func bytes(upTo limit: Int, where isWanted: (UInt8) -> Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < limit, !isAtEnd, isWanted(byte) {
      bytes.append(byte)
      skip()
    }
    return bytes
  }

  /// A number of at most `width` bytes; base 0 and 16 take a prefix. nil without a digit. What is
  /// above 64 bits is dropped.
  mutating func magnitude(_ base: Int, _ width: Int) -> UInt64? {
    var rest = width
    var base = UInt64(base)
    var digits = 0
    var value: UInt64 = 0
    if byte == UInt8(ascii: "0"), base == 0 || base == 16 {
      let hasX = rest > 2 && following(1) | 0x20 == UInt8(ascii: "x") && following(2).digit < 16
      if base == 0 { base = hasX ? 16 : 8 }
      if hasX {
        skip()
        skip()
        rest -= 2
      }
    }
    if base == 0 { base = 10 }
    while rest > 0, byte.digit < base {
      value = value &* base &+ byte.digit
      (digits, rest) = (digits + 1, rest - 1)
      skip()
    }
    return digits == 0 ? nil : value
  }
}

extension UInt8 {
  /// As the kernel's `isspace`: the blank of Latin-1 that does not break is one.
  var isBlank: Bool { self == 0x20 || self >= 9 && self <= 13 || self == 0xa0 }

  /// The value of a digit of bases up to 36; 255 for what is none.
  var digit: UInt64 {
    if isDigit { return UInt64(self - UInt8(ascii: "0")) }
    let letter = (self | 0x20) &- UInt8(ascii: "a")
    return letter < 26 ? UInt64(letter) + 10 : 255
  }
}
