/// Numbers of the language: `["-"] (decimal | 0xHEX) [K|M|G|T|p]`, 64 bits.
enum Number {
  enum Defect: Error {
    case notANumber
    case tooLarge
  }

  /// The number at `at`, which moves behind it. What follows is the caller's business.
  @inline(__always)
  static func parse(_ text: Text, _ at: inout Int) throws(Defect) -> UInt64 {
    let isNegative = text.byte(at) == UInt8(ascii: "-")
    var index = isNegative ? at + 1 : at
    var value: UInt64 = 0
    var overflow = false
    let start = index
    if text.byte(index) == UInt8(ascii: "0"), text.byte(index + 1) | 0x20 == UInt8(ascii: "x") {
      index += 2
      let first = index
      while let digit = text.byte(index).hexDigit {
        if value >> 60 != 0 { overflow = true }
        value = value << 4 | digit
        index += 1
      }
      guard index > first else { throw .notANumber }
    } else {
      // That many digits fit.
      while index - start < 19, text.byte(index).isDigit {
        value = value &* 10 &+ UInt64(text.byte(index) &- 0x30)
        index += 1
      }
      while text.byte(index).isDigit {
        let product = value.multipliedReportingOverflow(by: 10)
        let sum = product.partialValue.addingReportingOverflow(
          UInt64(text.byte(index) &- 0x30))
        if product.overflow || sum.overflow { overflow = true }
        value = sum.partialValue
        index += 1
      }
      guard index > start else { throw .notANumber }
    }
    if let shift = suffix(text.byte(index)) {
      if value >> (64 - shift) != 0 { overflow = true }
      value <<= shift
      index += 1
    }
    // The least negative number of 64 bits is -2^63.
    if overflow || isNegative && value > 1 << 63 { throw .tooLarge }
    at = index
    return isNegative ? 0 &- value : value
  }

  @inline(__always)
  private static func suffix(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "K"): 10
    case UInt8(ascii: "M"): 20
    case UInt8(ascii: "G"): 30
    case UInt8(ascii: "T"): 40
    case UInt8(ascii: "p"): 12
    default: nil
    }
  }
}
