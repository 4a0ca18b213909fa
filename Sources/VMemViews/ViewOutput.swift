/// Where a view goes, and in which form.
public struct ViewOutput: ~Copyable {
  public enum Format: Sendable {
    /// As the kernel's file shows it.
    case text
    /// One JSON object a row.
    case json
  }

  public var writer: ByteWriter
  public let format: Format
  /// Whether a text that came from elsewhere goes out byte for byte: not to a terminal, which control
  /// bytes would steer.
  package var isRaw = false
  /// Rows written since the last `takeRows()`.
  private var rows: UInt64 = 0
  private var isFirstField = true

  /// - Parameters:
  ///   - descriptor: where the bytes go; nil keeps them in memory.
  ///   - format: text, or JSON.
  public init(descriptor: Int32?, format: Format) {
    writer = ByteWriter(descriptor: descriptor)
    self.format = format
  }

  public var isJSON: Bool { format == .json }

  /// Rows since the last call: the `rows` of a verb's JSON object.
  package mutating func takeRows() -> UInt64 {
    defer { rows = 0 }
    return rows
  }

  // MARK: Text rows

  /// Ends a row of text.
  @inline(__always)
  package mutating func endLine() {
    writer.write(byte: 0x0a)
    rows += 1
  }

  /// Ends a row of text that a cursor has written all of; it has room for one more byte.
  @inline(__always)
  mutating func end(row cursor: ByteCursor) {
    var cursor = cursor
    cursor.write(byte: 0x0a)
    writer.end(cursor)
    rows += 1
  }

  // MARK: JSON rows

  /// Opens a row's object.
  package mutating func beginObject() {
    writer.write(byte: 0x7b)
    isFirstField = true
  }

  /// Opens an object inside a row's.
  package mutating func beginObject(_ name: StaticString) {
    key(name)
    beginObject()
  }

  /// Ends an object inside a row's.
  package mutating func endInnerObject() {
    writer.write(byte: 0x7d)
    isFirstField = false
  }

  package mutating func beginArray(_ name: StaticString) {
    key(name)
    writer.write(byte: 0x5b)
    isFirstField = true
  }

  package mutating func endArray() {
    writer.write(byte: 0x5d)
    isFirstField = false
  }

  /// An array's next element. `text` needs no escaping.
  package mutating func element(_ text: StaticString) {
    separate()
    quoted(text)
  }

  package mutating func element(_ count: UInt64) {
    separate()
    number(count)
  }

  package mutating func element(address: UInt64) {
    separate()
    writer.write(byte: 0x22)
    writer.address(address)
    writer.write(byte: 0x22)
  }

  /// Ends a row's object.
  package mutating func endObject() {
    writer.write(byte: 0x7d)
    endLine()
  }

  /// A field's name, with whatever has to stand around it.
  package mutating func key(_ name: StaticString) {
    separate()
    quoted(name)
    writer.write(byte: 0x3a)
  }

  private mutating func separate() {
    if !isFirstField { writer.write(byte: 0x2c) }
    isFirstField = false
  }

  private mutating func quoted(_ text: StaticString) {
    writer.write(byte: 0x22)
    writer.write(text)
    writer.write(byte: 0x22)
  }

  private mutating func number(_ count: UInt64) {
    let isExact = count < 1 << 53
    if !isExact { writer.write(byte: 0x22) }
    writer.decimal(count)
    if !isExact { writer.write(byte: 0x22) }
  }

  /// A field with an address or another 64-bit value: a string of `0x` and sixteen digits.
  package mutating func field(_ name: StaticString, address: UInt64) {
    key(name)
    writer.write(byte: 0x22)
    writer.address(address)
    writer.write(byte: 0x22)
  }

  /// A field with a count. Counts past 2^53 become strings, which no JSON reader rounds.
  package mutating func field(_ name: StaticString, count: UInt64) {
    key(name)
    number(count)
  }

  /// A field with a fixed text that needs no escaping.
  package mutating func field(_ name: StaticString, literal: StaticString) {
    key(name)
    quoted(literal)
  }

  package mutating func field(_ name: StaticString, text: String) {
    key(name)
    writer.jsonString(text)
  }

  package mutating func field(_ name: StaticString, text: Span<UInt8>) {
    key(name)
    writer.jsonString(text)
  }

  package mutating func field(_ name: StaticString, flag: Bool) {
    key(name)
    writer.write(flag ? "true" : "false")
  }
}
