extension ByteWriter {
  // MARK: Hexadecimal

  /// The lower-case hexadecimal digits of `value`, without leading zeroes and without a prefix.
  @inlinable @inline(__always)
  public mutating func hex(_ value: UInt64) {
    hexDigits(value, max(1, (67 - value.leadingZeroBitCount) >> 2))
  }

  /// The lowest `digits` (1 to 16) hexadecimal digits of `value`, leading zeroes included.
  @inlinable @inline(__always)
  public mutating func hex(_ value: UInt64, digits: Int) {
    precondition((1...16).contains(digits))
    hexDigits(value, digits)
  }

  /// `0x` and sixteen digits.
  @inlinable @inline(__always)
  public mutating func address(_ value: UInt64) {
    reserve(18)
    // Safe: the room was made.
    unsafe base.storeBytes(of: UInt16(0x7830).littleEndian, toByteOffset: used, as: UInt16.self)
    used += 2
    hexDigits(value, 16)
  }

  @inlinable @inline(__always)
  mutating func hexDigits(_ value: UInt64, _ digits: Int) {
    reserve(16)
    // The digits wanted are moved to the top; what is written behind them is overwritten later.
    let top = value << UInt64(64 - 4 * digits)
    let (high, low) = (Self.eightHexDigits(top >> 32), Self.eightHexDigits(top & 0xffff_ffff))
    // Safe: the room was made.
    unsafe base.storeBytes(of: high, toByteOffset: used, as: UInt64.self)
    unsafe base.storeBytes(of: low, toByteOffset: used + 8, as: UInt64.self)
    used += digits
  }

  /// The eight digits of a 32-bit value as the bytes of a word in memory order.
  @inlinable @inline(__always)
  static func eightHexDigits(_ value: UInt64) -> UInt64 {
    var x = (value | value << 16) & 0x0000_ffff_0000_ffff
    x = (x | x << 8) & 0x00ff_00ff_00ff_00ff
    x = (x | x << 4) & 0x0f0f_0f0f_0f0f_0f0f
    // Bytes of ten and more become letters: 'a' is 39 behind '0' + 10.
    let letters = (x &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return (x &+ 0x3030_3030_3030_3030 &+ letters &* 39).bigEndian
  }

  // MARK: Decimal

  public mutating func decimal(_ value: UInt64) { decimal(value, width: 1) }

  public mutating func decimal(_ value: Int) { decimal(Int64(value)) }

  public mutating func decimal(_ value: Int64) {
    if value < 0 { write(byte: 0x2d) }
    decimal(value.magnitude, width: 1)
  }

  /// `value` right aligned in `width` columns; longer numbers extend.
  @inlinable @inline(__always)
  public mutating func decimal(_ value: UInt64, width: Int) {
    if value < 100_000_000 && width <= 8 {
      shortDecimal(value, max(1, width))
    } else {
      longDecimal(value, width)
    }
  }

  @inlinable @inline(__always)
  mutating func shortDecimal(_ value: UInt64, _ width: Int) {
    reserve(8)
    let digits = Self.eightDecimalDigits(value)
    let leading = min(7, digits.trailingZeroBitCount >> 3)
    let blank = (1 as UInt64) << UInt64(8 * leading) &- 1
    let text = 0x2020_2020_2020_2020 & blank | (digits | 0x3030_3030_3030_3030) & ~blank
    let dropped = min(leading, 8 - width)
    // Safe: the room was made.
    unsafe base.storeBytes(
      of: (text >> UInt64(8 * dropped)).littleEndian, toByteOffset: used, as: UInt64.self)
    used += 8 - dropped
  }

  @usableFromInline @inline(never)
  mutating func longDecimal(_ value: UInt64, _ width: Int) {
    let (upper, lower) = value.quotientAndRemainder(dividingBy: 100_000_000)
    guard upper > 0 else {
      spaces(width - 8)
      return shortDecimal(value, min(8, width))
    }
    decimal(upper, width: width - 8)
    reserve(8)
    let digits = Self.eightDecimalDigits(lower) | 0x3030_3030_3030_3030
    // Safe: the room was made.
    unsafe base.storeBytes(of: digits.littleEndian, toByteOffset: used, as: UInt64.self)
    used += 8
  }

  /// The eight decimal digits (0–9, not yet characters) of a value below 10^8, the most significant
  /// in the lowest byte. Each step splits every lane in two by a multiplication with a reciprocal.
  @inlinable @inline(__always)
  static func eightDecimalDigits(_ value: UInt64) -> UInt64 {
    let upper = value / 10_000
    var x = upper | (value &- upper &* 10_000) << 32
    let hundreds = (x &* 10_486) >> 20 & 0x0000_007f_0000_007f
    x = hundreds | (x &- hundreds &* 100) << 16
    let tens = (x &* 103) >> 10 & 0x000f_000f_000f_000f
    return tens | (x &- tens &* 10) << 8
  }
}
