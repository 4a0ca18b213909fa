internal import VMemViews

/// Writes bytes as two digits each with one blank between them; more than eight equal ones in a row
/// as `xx*N`.
struct ByteRuns {
  private var byte: UInt8 = 0
  private var count = 0
  private var isFirst = true

  mutating func append(_ chunk: Span<UInt8>, to writer: inout ByteWriter) {
    for at in chunk.indices {
      if chunk[at] != byte { finish(&writer) }
      byte = chunk[at]
      count += 1
    }
  }

  mutating func append(zeroes number: UInt64, to writer: inout ByteWriter) {
    if byte != 0 { finish(&writer) }
    byte = 0
    count += Int(number)
  }

  /// Writes the run that the last bytes belong to.
  mutating func finish(_ writer: inout ByteWriter) {
    let repeats = count > 8 ? 1 : count
    for _ in 0..<repeats {
      if !isFirst { writer.write(byte: 0x20) }
      isFirst = false
      writer.hex(UInt64(byte), digits: 2)
    }
    if count > 8 {
      writer.write(byte: UInt8(ascii: "*"))
      writer.decimal(count)
    }
    count = 0
  }
}
