/// The bytes of a file or a part of it, every read of which is checked.
struct ObjectBytes {
  private let bytes: [UInt8]
  /// Where the part lies in the file.
  let range: Range<Int>
  /// Where the next read begins.
  private(set) var at: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    range = 0..<bytes.count
    at = 0
  }

  private init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    self.range = range
    at = range.lowerBound
  }

  var isAtEnd: Bool { at >= range.upperBound }
  var count: Int { range.count }

  /// `count` bytes from `offset` of this part on, as a part.
  func part(_ offset: UInt64, _ count: UInt64) throws(ObjectError) -> ObjectBytes {
    let (end, isOver) = offset.addingReportingOverflow(count)
    guard !isOver, end <= UInt64(range.count) else {
      throw ObjectError(.beyondFile, isOver ? .max : end, limit: UInt64(range.count))
    }
    let start = range.lowerBound + Int(offset)
    return ObjectBytes(bytes, start..<start + Int(count))
  }

  /// The bytes themselves.
  var contents: ArraySlice<UInt8> { bytes[range] }

  /// The name at an offset of a table of names; at most `longestName` bytes with the zero byte.
  func name(at offset: UInt64) throws(ObjectError) -> [UInt8] {
    guard offset <= UInt64(count) else {
      throw ObjectError(.beyondFile, offset, limit: UInt64(count))
    }
    var text = try part(offset, min(UInt64(count) - offset, Self.longestName))
    guard text.contents.contains(0) else { throw ObjectError(.unterminatedName, offset) }
    return try text.text()
  }

  /// More than any path or symbol has.
  private static let longestName: UInt64 = 4096

  // MARK: One after the other

  mutating func skip(_ count: UInt64) throws(ObjectError) {
    guard count <= UInt64(range.upperBound - at) else { throw end(count) }
    at += Int(count)
  }

  mutating func number(_ size: Int) throws(ObjectError) -> UInt64 {
    guard size <= range.upperBound - at else { throw end(UInt64(size)) }
    defer { at += size }
    return UInt64(littleEndian: bytes[at..<at + size])
  }

  /// The next bytes as a part.
  mutating func take(_ count: UInt64) throws(ObjectError) -> ObjectBytes {
    let start = at
    try skip(count)
    return ObjectBytes(bytes, start..<at)
  }

  /// The next bytes up to a zero byte, which is skipped.
  mutating func text() throws(ObjectError) -> [UInt8] {
    guard let zero = bytes[at..<range.upperBound].firstIndex(of: 0) else {
      throw ObjectError(.unterminatedName, UInt64(at - range.lowerBound))
    }
    defer { at = zero + 1 }
    return Array(bytes[at..<zero])
  }

  /// A number of seven bits a byte, the lowest first (LEB128); bits above 64 are dropped.
  mutating func unsigned() throws(ObjectError) -> UInt64 {
    try sevenBits().value
  }

  mutating func signed() throws(ObjectError) -> Int64 {
    let (value, bits, last) = try sevenBits()
    guard last & 0x40 != 0, bits < 64 else { return Int64(bitPattern: value) }
    return Int64(bitPattern: value | ~0 << UInt64(bits))
  }

  private mutating func sevenBits() throws(ObjectError) -> (value: UInt64, bits: Int, last: UInt8) {
    var value: UInt64 = 0
    var bits = 0
    while true {
      let byte = UInt8(try number(1))
      if bits < 64 { value |= UInt64(byte & 0x7f) << UInt64(bits) }
      bits += 7
      if byte < 0x80 { return (value, bits, byte) }
    }
  }

  private func end(_ count: UInt64) -> ObjectError {
    ObjectError(
      .beyondFile, UInt64(at - range.lowerBound) &+ count, limit: UInt64(range.count))
  }
}
