/// A place in a buffer with room enough behind it, where bytes are put one after the other.
///
/// It is one pointer, which stays in a register while a row is written; a `ByteWriter` in memory
/// would be read and stored again around every number.
///
/// Safe: whoever makes one has reserved the room, and says for how much.
@safe @usableFromInline
struct ByteCursor {
  @usableFromInline var at: UnsafeMutableRawPointer

  @inlinable @inline(__always)
  init(_ at: UnsafeMutableRawPointer) { unsafe self.at = at }

  @inlinable @inline(__always)
  mutating func write(byte: UInt8) {
    unsafe at.storeBytes(of: byte, as: UInt8.self)
    unsafe at += 1
  }

  @inlinable @inline(__always)
  mutating func write(_ text: StaticString) {
    unsafe at.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    unsafe at += text.utf8CodeUnitCount
  }

  /// The first `count` bytes of `text`, at most all of them. Needs room for `count` and for 32.
  @inlinable @inline(__always)
  mutating func write(first count: Int, of text: Span<UInt8>) {
    let count = min(max(0, count), text.count)
    unsafe text.withUnsafeBytes {
      if count <= 32 && text.count >= 32 {
        // What is written past `count` is overwritten later.
        let head = unsafe $0.loadUnaligned(as: SIMD32<UInt8>.self)
        unsafe at.storeBytes(of: head, as: SIMD32<UInt8>.self)
      } else if let start = $0.baseAddress {
        unsafe at.copyMemory(from: start, byteCount: count)
      }
    }
    unsafe at += count
  }

  /// The first `count` bytes of `text` with control characters as `\x1b`. Needs room for four times
  /// `count`, and for 32.
  @inlinable @inline(__always)
  mutating func printable(first count: Int, of text: Span<UInt8>) {
    let count = min(max(0, count), text.count)
    write(first: count, of: text)
    if !Self.isPlain(first: count, of: text) {
      // What was written is overwritten.
      unsafe at -= count
      escape(text.extracting(0..<count))
    }
  }

  /// Whether the first `count` bytes are printable ASCII.
  @inlinable @inline(__always)
  static func isPlain(first count: Int, of text: Span<UInt8>) -> Bool {
    guard (count + 7) & ~7 <= text.count else {
      return text.indices.prefix(count).allSatisfy { text[$0] &- 0x20 < 0x5f }
    }
    return unsafe text.withUnsafeBytes { bytes in
      var (bad, at) = (0 as UInt64, 0)
      while at < count {
        // Safe: the text has that many bytes.
        var word = unsafe bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
        // Bytes behind the end become blanks.
        let behind = ~UInt64(0) << UInt64(8 * min(8, count - at))
        word = word & ~behind | 0x2020_2020_2020_2020 & behind
        let delete = word ^ 0x7f7f_7f7f_7f7f_7f7f
        bad |= word | (word &- 0x2020_2020_2020_2020) & ~word
        bad |= (delete &- 0x0101_0101_0101_0101) & ~delete
        at += 8
      }
      return bad & 0x8080_8080_8080_8080 == 0
    }
  }

  @usableFromInline @inline(never)
  mutating func escape(_ text: Span<UInt8>) {
    var writer = ByteWriter(descriptor: nil)
    writer.printable(text)
    for byte in writer.takeBytes() { write(byte: byte) }
  }

  // MARK: Hexadecimal

  /// `0x` and sixteen digits. Needs room for 18.
  @inlinable @inline(__always)
  mutating func address(_ value: UInt64) {
    unsafe at.storeBytes(of: UInt16(0x7830).littleEndian, as: UInt16.self)
    unsafe at += 2
    hex(value, 16)
  }

  /// The lowest `digits` (1 to 16) digits. Needs room for 16.
  @inlinable @inline(__always)
  mutating func hex(_ value: UInt64, _ digits: Int) {
    // The digits wanted are moved to the top; what is written behind them is overwritten later.
    let top = value << UInt64(64 - 4 * digits)
    unsafe at.storeBytes(of: Self.eightHexDigits(top >> 32), as: UInt64.self)
    unsafe at.storeBytes(
      of: Self.eightHexDigits(top & 0xffff_ffff), toByteOffset: 8, as: UInt64.self)
    unsafe at += digits
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

  /// `value` right aligned in `width` columns; longer numbers extend. Needs room for 20 and `width`.
  @inlinable @inline(__always)
  mutating func decimal(_ value: UInt64, width: Int) {
    if value < 10 && width <= 1 {
      write(byte: 0x30 | UInt8(truncatingIfNeeded: value))
    } else if value < 100_000_000 && width <= 8 {
      shortDecimal(value, max(1, width))
    } else {
      unsafe at = Self.longDecimal(at, value, width)
    }
  }

  @inlinable @inline(__always)
  mutating func shortDecimal(_ value: UInt64, _ width: Int) {
    let digits = Self.eightDecimalDigits(value)
    let leading = min(7, digits.trailingZeroBitCount >> 3)
    let blank = (1 as UInt64) << UInt64(8 * leading) &- 1
    let text = 0x2020_2020_2020_2020 & blank | (digits | 0x3030_3030_3030_3030) & ~blank
    let dropped = min(leading, 8 - width)
    unsafe at.storeBytes(of: (text >> UInt64(8 * dropped)).littleEndian, as: UInt64.self)
    unsafe at += 8 - dropped
  }

  @usableFromInline @inline(never)
  static func longDecimal(
    _ start: UnsafeMutableRawPointer, _ value: UInt64, _ width: Int
  ) -> UnsafeMutableRawPointer {
    var cursor = unsafe ByteCursor(start)
    let (upper, lower) = value.quotientAndRemainder(dividingBy: 100_000_000)
    if upper == 0 {
      for _ in 0..<max(0, width - 8) { cursor.write(byte: 0x20) }
      cursor.shortDecimal(value, min(8, width))
    } else {
      unsafe cursor.at = longDecimal(cursor.at, upper, width - 8)
      let digits = eightDecimalDigits(lower) | 0x3030_3030_3030_3030
      unsafe cursor.at.storeBytes(of: digits.littleEndian, as: UInt64.self)
      unsafe cursor.at += 8
    }
    return unsafe cursor.at
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
