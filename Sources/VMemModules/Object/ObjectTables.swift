/// Program headers, section headers and what sections hold.
struct ObjectTables {
  static let symbolTable: UInt64 = 2
  static let dynamicSymbolTable: UInt64 = 11
  private static let relocationTable: UInt64 = 4
  private static let dynamicTable: UInt64 = 6
  private static let packedTable: UInt64 = 19
  /// `SHT_NOBITS`: nothing in the file.
  private static let empty: UInt64 = 8

  private let file: ObjectBytes
  let segments: [ObjectSegment]
  let sections: [ObjectSection]
  /// Whether there is a segment of thread-local variables.
  let isThreadLocal: Bool

  init(_ bytes: [UInt8], _ header: ObjectHeader) throws(ObjectError) {
    file = ObjectBytes(bytes)
    (segments, isThreadLocal) = try Self.segments(file, header.segments)
    sections = try Self.sections(file, header)
  }

  // MARK: Segments

  private static func segments(
    _ file: ObjectBytes, _ table: ObjectHeader.Table
  ) throws(ObjectError) -> ([ObjectSegment], isThreadLocal: Bool) {
    var entries = try file.part(table.offset, table.count * 56)
    var segments: [ObjectSegment] = []
    var isThreadLocal = false
    for _ in 0..<table.count {
      let type = try entries.number(4)
      let segment = try segment(&entries)
      if type == 7 { isThreadLocal = true }
      guard type == 1 else { continue }
      try check(segment, file, after: segments.last)
      segments.append(
        ObjectSegment(
          offset: Int(segment.offset), fileSize: Int(segment.fileSize), address: segment.address,
          memorySize: segment.memorySize, isReadable: segment.flags & 4 != 0,
          isWritable: segment.flags & 2 != 0, isExecutable: segment.flags & 1 != 0))
    }
    guard !segments.isEmpty else { throw ObjectError(.noSegments, 0) }
    return (segments, isThreadLocal)
  }

  /// What a program header says behind its type.
  private struct RawSegment {
    let flags: UInt64
    let offset: UInt64
    let address: UInt64
    let fileSize: UInt64
    let memorySize: UInt64
  }

  private static func segment(_ entries: inout ObjectBytes) throws(ObjectError) -> RawSegment {
    let flags = try entries.number(4)
    let offset = try entries.number(8)
    let address = try entries.number(8)
    try entries.skip(8)
    let fileSize = try entries.number(8)
    let memorySize = try entries.number(8)
    try entries.skip(8)
    return RawSegment(
      flags: flags, offset: offset, address: address, fileSize: fileSize, memorySize: memorySize)
  }

  private static func check(
    _ segment: RawSegment, _ file: ObjectBytes, after last: ObjectSegment?
  ) throws(ObjectError) {
    _ = try file.part(segment.offset, segment.fileSize)
    guard segment.fileSize <= segment.memorySize else {
      throw ObjectError(.segmentSize, segment.fileSize, limit: segment.memorySize)
    }
    for number in [segment.address, segment.memorySize] where number >= ObjectFile.addressLimit {
      throw ObjectError(.addressTooLarge, number, limit: ObjectFile.addressLimit)
    }
    if let last, segment.address < last.addresses.upperBound {
      throw ObjectError(.segmentOrder, segment.address, limit: last.addresses.upperBound)
    }
  }

  // MARK: Sections

  private static func sections(
    _ file: ObjectBytes, _ header: ObjectHeader
  ) throws(ObjectError) -> [ObjectSection] {
    let table = try file.part(header.sections.offset, header.sections.count * 64)
    guard header.sections.count > 0 else { return [] }
    guard header.names < header.sections.count else {
      throw ObjectError(.sectionLink, header.names, limit: header.sections.count)
    }
    var place = try table.part(header.names * 64 + 24, 16)
    let names = try file.part(try place.number(8), try place.number(8))
    var entries = table
    var sections: [ObjectSection] = []
    for _ in 0..<header.sections.count {
      sections.append(try section(&entries, names))
    }
    return sections
  }

  private static func section(
    _ entries: inout ObjectBytes, _ names: ObjectBytes
  ) throws(ObjectError) -> ObjectSection {
    let name = try names.name(at: try entries.number(4))
    let type = try entries.number(4)
    let flags = try entries.number(8)
    let address = try entries.number(8)
    let offset = try entries.number(8)
    let size = try entries.number(8)
    let link = try entries.number(4)
    try entries.skip(12)
    return ObjectSection(
      name: name, type: type, flags: flags, address: address, offset: offset, size: size,
      link: link, entrySize: try entries.number(8))
  }

  /// The bytes of a section; none for one that has nothing in the file.
  func contents(_ section: ObjectSection) throws(ObjectError) -> ObjectBytes {
    section.type == Self.empty
      ? try file.part(0, 0) : try file.part(section.offset, section.size)
  }

  /// The entries of a section as a part, and how many there are.
  private func entries(
    _ section: ObjectSection, of size: UInt64
  ) throws(ObjectError) -> (ObjectBytes, count: UInt64) {
    guard section.entrySize == size, section.size % size == 0 else {
      throw ObjectError(.entrySize, section.entrySize, limit: size)
    }
    let contents = try contents(section)
    return (contents, UInt64(contents.count) / size)
  }

  // MARK: Symbols

  /// The symbols of the first section of a type; none without one.
  func symbols(ofType type: UInt64) throws(ObjectError) -> [ObjectSymbol] {
    guard let section = sections.first(where: { $0.type == type }) else { return [] }
    guard section.link < UInt64(sections.count) else {
      throw ObjectError(.sectionLink, section.link, limit: UInt64(sections.count))
    }
    let names = try contents(sections[Int(section.link)])
    var (entries, count) = try entries(section, of: 24)
    var symbols: [ObjectSymbol] = []
    symbols.reserveCapacity(Int(count))
    for _ in 0..<count {
      let name = try names.name(at: try entries.number(4))
      let information = try entries.number(1)
      try entries.skip(1)
      let sectionNumber = try entries.number(2)
      let value = try entries.number(8)
      symbols.append(
        ObjectSymbol(
          name: name, value: value, size: try entries.number(8), isUndefined: sectionNumber == 0,
          isWeak: information >> 4 == 2, isFunction: information & 15 == 2,
          isObject: information & 15 == 1))
    }
    return symbols
  }

  // MARK: Relocations

  func relocations(symbolCount: Int) throws(ObjectError) -> [ObjectRelocation] {
    var relocations: [ObjectRelocation] = []
    // Others than those of the loaded part are the linker's.
    for section in sections where section.flags & 2 != 0 {
      if section.type == Self.packedTable && section.size > 0 {
        throw ObjectError(.packedRelocations, section.size)
      }
      guard section.type == Self.relocationTable else { continue }
      var (entries, count) = try entries(section, of: 24)
      for _ in 0..<count {
        relocations.append(try relocation(&entries, symbolCount))
      }
    }
    return relocations
  }

  private func relocation(
    _ entries: inout ObjectBytes, _ symbolCount: Int
  ) throws(ObjectError) -> ObjectRelocation {
    let address = try entries.number(8)
    let type = try entries.number(4)
    let symbol = try entries.number(4)
    let addend = try entries.number(8)
    guard segments.contains(where: { $0.isWritable && $0.holds(address, 8) }) else {
      throw ObjectError(.relocationPlace, address)
    }
    switch type {
    case 8:
      return ObjectRelocation(address: address, kind: .relative, addend: addend)
    case 1, 6, 7:
      guard symbol > 0, symbol < UInt64(symbolCount) else {
        throw ObjectError(.relocationSymbol, symbol, limit: UInt64(symbolCount))
      }
      // The last two have no addend.
      return ObjectRelocation(
        address: address, kind: .symbol(Int(symbol)), addend: type == 1 ? addend : 0)
    default:
      throw ObjectError(.relocationType, type)
    }
  }

  /// Whether the dynamic table names a library (`DT_NEEDED`).
  func needsLibrary() throws(ObjectError) -> Bool {
    guard let section = sections.first(where: { $0.type == Self.dynamicTable }) else {
      return false
    }
    var (entries, count) = try entries(section, of: 16)
    for _ in 0..<count {
      let tag = try entries.number(8)
      try entries.skip(8)
      if tag == 0 { break }
      if tag == 1 { return true }
    }
    return false
  }
}
