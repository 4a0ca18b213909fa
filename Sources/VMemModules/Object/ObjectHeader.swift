/// The 64 bytes at the start of an object (`Elf64_Ehdr`).
struct ObjectHeader {
  /// A table of the file: where it lies, and its entries.
  struct Table {
    let offset: UInt64
    let count: UInt64
  }

  let segments: Table
  let sections: Table
  /// The section with the names of sections.
  let names: UInt64

  init(_ bytes: [UInt8]) throws(ObjectError) {
    guard bytes.count >= 64 else { throw ObjectError(.tooShort, UInt64(bytes.count)) }
    guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
      throw ObjectError(.notELF, UInt64(littleEndian: bytes[0..<4]))
    }
    guard bytes[4] == 2 else { throw ObjectError(.notSixtyFourBits, UInt64(bytes[4])) }
    guard bytes[5] == 1 else { throw ObjectError(.notLittleEndian, UInt64(bytes[5])) }
    func number(_ at: Int, _ size: Int) -> UInt64 { UInt64(littleEndian: bytes[at..<at + size]) }
    guard number(16, 2) == 3 else { throw ObjectError(.notShared, number(16, 2)) }
    guard number(18, 2) == 62 else { throw ObjectError(.notX86, number(18, 2)) }
    segments = Table(offset: number(32, 8), count: number(56, 2))
    sections = Table(offset: number(40, 8), count: number(60, 2))
    names = number(62, 2)
    try Self.check(entrySize: number(54, 2), 56, segments)
    try Self.check(entrySize: number(58, 2), 64, sections)
    guard segments.count <= ObjectFile.maximumSegments else {
      throw ObjectError(.tooManySegments, segments.count, limit: ObjectFile.maximumSegments)
    }
  }

  private static func check(
    entrySize: UInt64, _ expected: UInt64, _ table: Table
  ) throws(ObjectError) {
    guard table.count == 0 || entrySize == expected else {
      throw ObjectError(.entrySize, entrySize, limit: expected)
    }
  }
}
