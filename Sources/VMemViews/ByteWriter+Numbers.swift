extension ByteWriter {
  /// A cursor behind what there is, with room for `room` bytes (at most `capacity`). The writer is
  /// not used until `end` takes the cursor back.
  @inlinable @inline(__always)
  mutating func begin(upTo room: Int) -> ByteCursor {
    reserve(room)
    return unsafe ByteCursor(base + used)
  }

  @inlinable @inline(__always)
  mutating func end(_ cursor: ByteCursor) { used = unsafe cursor.at - base }

  /// The lower-case hexadecimal digits of `value`, without leading zeroes and without a prefix.
  @inlinable @inline(__always)
  package mutating func hex(_ value: UInt64) {
    var cursor = begin(upTo: 16)
    cursor.hex(value, max(1, (67 - value.leadingZeroBitCount) >> 2))
    end(cursor)
  }

  /// The lowest `digits` (1 to 16) hexadecimal digits of `value`, leading zeroes included.
  @inlinable @inline(__always)
  package mutating func hex(_ value: UInt64, digits: Int) {
    precondition((1...16).contains(digits))
    var cursor = begin(upTo: 16)
    cursor.hex(value, digits)
    end(cursor)
  }

  /// `0x` and sixteen digits.
  @inlinable @inline(__always)
  package mutating func address(_ value: UInt64) {
    var cursor = begin(upTo: 18)
    cursor.address(value)
    end(cursor)
  }

  package mutating func decimal(_ value: UInt64) { decimal(value, width: 1) }

  package mutating func decimal(_ value: Int) { decimal(Int64(value)) }

  package mutating func decimal(_ value: Int64) {
    if value < 0 { write(byte: 0x2d) }
    decimal(value.magnitude, width: 1)
  }

  /// `value` right aligned in `width` (at most 64) columns; longer numbers extend.
  @inlinable @inline(__always)
  package mutating func decimal(_ value: UInt64, width: Int) {
    precondition(width <= 64)
    var cursor = begin(upTo: 64)
    cursor.decimal(value, width: width)
    end(cursor)
  }
}
