/// Hexadecimal digits in a text.
package enum HexadecimalDigits {
  /// The value of eight digits, the first one in the lowest byte; nil where one of the bytes is none. All
  /// at once: which of them are letters, no processor foresees.
  @inlinable @inline(__always)
  package static func value(ofEight word: UInt64) -> UInt64? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let values = (word & (ones &* 0x0f)) &+ (word >> 6 & ones) &* 9
    let letters = (values &+ ones &* 6) >> 4 & ones
    // What is a digit is what its value is written as.
    guard word | letters << 5 == ones &* 0x30 &+ values &+ letters &* 0x27,
      values & (ones &* 0xf0) == 0
    else { return nil }
    var value = values.byteSwapped
    value = (value | value >> 4) & 0x00ff_00ff_00ff_00ff
    value = (value | value >> 8) & 0x0000_ffff_0000_ffff
    return (value | value >> 16) & 0xffff_ffff
  }
}
