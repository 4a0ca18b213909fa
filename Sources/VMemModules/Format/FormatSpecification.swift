/// What stands between a `%` and the letter of its conversion (`struct printf_spec`).
struct FormatSpecification {
  struct Flags: OptionSet {
    let rawValue: UInt8
    static let left = Flags(rawValue: 1)
    static let plus = Flags(rawValue: 2)
    static let space = Flags(rawValue: 4)
    static let special = Flags(rawValue: 8)
    static let zeroPad = Flags(rawValue: 16)
    static let signed = Flags(rawValue: 32)
    /// Lower-case hexadecimal digits.
    static let small = Flags(rawValue: 64)
  }

  /// How much of the argument counts.
  enum Length: Int {
    case char = 8
    case short = 16
    case int = 32
    case long = 64
  }

  /// Limits of the kernel: what is above counts as the limit.
  static let maximumWidth = 1 << 23 - 1
  static let maximumPrecision = 1 << 15 - 1

  var flags: Flags = []
  /// Columns; -1 for none.
  var width = -1
  /// Digits or bytes; -1 for none.
  var precision = -1
  var base: UInt64 = 10
  var length = Length.int

  /// A width that came as an argument: a negative one aligns to the left.
  mutating func setWidth(_ value: Int32) {
    if value < 0 { flags.insert(.left) }
    width = min(Int(value.magnitude), Self.maximumWidth)
  }

  mutating func setPrecision(_ value: Int32) {
    precision = min(max(0, Int(value)), Self.maximumPrecision)
  }

  /// `%#x` in lower-case.
  static var flagWord: FormatSpecification { hexadecimal([.special, .small]) }

  static func hexadecimal(_ flags: Flags, width: Int = -1) -> FormatSpecification {
    FormatSpecification(flags: flags, width: width, base: 16)
  }

  /// The argument as the number that the length and the sign make of it.
  func value(_ argument: UInt64) -> UInt64 {
    let unused = UInt64(64 - length.rawValue)
    guard flags.contains(.signed) else { return (argument << unused) >> unused }
    return UInt64(bitPattern: Int64(bitPattern: argument << unused) >> Int64(unused))
  }
}

/// Reads a format byte by byte; behind its end there are zeroes, as in C.
struct FormatReader {
  private let bytes: [UInt8]
  private(set) var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { at >= bytes.count }
  var byte: UInt8 { at < bytes.count ? bytes[at] : 0 }

  mutating func skip() { at += 1 }

  /// A byte behind the next one.
  func following(_ count: Int) -> UInt8 { at + count < bytes.count ? bytes[at + count] : 0 }

  /// The bytes up to the next `%` or the end.
  mutating func literal() -> ArraySlice<UInt8> {
    let start = at
    at = bytes[start...].firstIndex(of: UInt8(ascii: "%")) ?? bytes.count
    return bytes[start..<at]
  }

  mutating func flags() -> FormatSpecification.Flags {
    var flags: FormatSpecification.Flags = []
    while true {
      switch byte {
      case UInt8(ascii: "-"): flags.insert(.left)
      case UInt8(ascii: "+"): flags.insert(.plus)
      case UInt8(ascii: " "): flags.insert(.space)
      case UInt8(ascii: "#"): flags.insert(.special)
      case UInt8(ascii: "0"): flags.insert(.zeroPad)
      default: return flags
      }
      skip()
    }
  }

  var isAtDigit: Bool { byte.isDigit }

  /// A decimal number, at most that of `Int32`.
  mutating func number() -> Int32 {
    var value: Int32 = 0
    while isAtDigit {
      let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOver) = product.addingReportingOverflow(Int32(byte - UInt8(ascii: "0")))
      value = isTooLarge || isOver ? .max : sum
      skip()
    }
    return value
  }

  mutating func length() -> FormatSpecification.Length {
    let first = byte
    switch first {
    case UInt8(ascii: "h"), UInt8(ascii: "l"):
      skip()
      guard byte == first else { return first == UInt8(ascii: "h") ? .short : .long }
      skip()
      return first == UInt8(ascii: "h") ? .char : .long
    case UInt8(ascii: "L"), UInt8(ascii: "z"), UInt8(ascii: "t"), UInt8(ascii: "j"):
      skip()
      return .long
    default:
      return .int
    }
  }

  /// The letters and digits that follow, which say what a `%p` shows.
  mutating func extensionLetters() -> [UInt8] {
    let start = at
    while byte.isLetterOrDigit { skip() }
    return Array(bytes[start..<at])
  }
}

extension UInt8 {
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  var isLetterOrDigit: Bool { isDigit || (self | 0x20) &- UInt8(ascii: "a") < 26 }
  /// Printable ASCII.
  var isPrintable: Bool { self >= 0x20 && self < 0x7f }
}
