/// The sections that names of files may lie in.
struct LineStrings {
  let strings: ObjectBytes?
  let lineStrings: ObjectBytes?

  static func text(_ offset: UInt64, _ section: ObjectBytes?) throws(ObjectError) -> [UInt8] {
    guard let section else { throw ObjectError(.beyondFile, offset) }
    return try section.name(at: offset)
  }
}

/// The header of one unit's line table, and the program behind it.
struct LineHeader {
  let minimumInstruction: UInt64
  let lineBase: Int64
  let lineRange: UInt64
  let opcodeBase: UInt64
  /// How many operands each standard opcode has, from 1 on.
  let operandCounts: [UInt64]
  /// Paths of files; a directory that is the compiler's own is left out.
  let files: [[UInt8]]
  /// The number of the first of them.
  let firstFileNumber: UInt64
  let program: ObjectBytes

  /// Reads the next unit.
  init(_ units: inout ObjectBytes, _ strings: LineStrings) throws(ObjectError) {
    var length = try units.number(4)
    let isLong = length == 0xffff_ffff
    if isLong { length = try units.number(8) }
    var unit = try units.take(length)
    let offsetSize = isLong ? 8 : 4
    let version = try unit.number(2)
    guard (2...5).contains(version) else { throw ObjectError(.lineVersion, version) }
    if version >= 5 {
      let size = try unit.number(2)
      guard size == 8 else { throw ObjectError(.lineHeader, size) }
    }
    let headerLength = try unit.number(offsetSize)
    var header = try unit.take(headerLength)
    program = unit
    minimumInstruction = try header.number(1)
    // Instructions do not come in bundles, and whether a row begins a statement does not matter.
    try header.skip(version >= 4 ? 2 : 1)
    lineBase = Int64(Int8(truncatingIfNeeded: try header.number(1)))
    lineRange = try header.number(1)
    guard lineRange > 0 else { throw ObjectError(.lineHeader, lineRange) }
    opcodeBase = try header.number(1)
    guard opcodeBase > 0 else { throw ObjectError(.lineHeader, opcodeBase) }
    var counts: [UInt64] = []
    for _ in 1..<opcodeBase { counts.append(try header.number(1)) }
    operandCounts = counts
    firstFileNumber = version >= 5 ? 0 : 1
    var names = LineNames(header, strings, offsetSize: offsetSize)
    files = version >= 5 ? try names.files() : try names.oldFiles()
  }

  /// The index of a file by the number that the program uses; nil for one the header does not name.
  func file(_ number: UInt64) -> Int? {
    let (index, isBelow) = number.subtractingReportingOverflow(firstFileNumber)
    return !isBelow && index < UInt64(files.count) ? Int(index) : nil
  }
}

/// The tables of directories and files in a header.
struct LineNames {
  private var bytes: ObjectBytes
  private let strings: LineStrings
  private let offsetSize: Int

  init(_ bytes: ObjectBytes, _ strings: LineStrings, offsetSize: Int) {
    self.bytes = bytes
    self.strings = strings
    self.offsetSize = offsetSize
  }

  // MARK: Before version 5

  mutating func oldFiles() throws(ObjectError) -> [[UInt8]] {
    var directories: [[UInt8]] = [[]]
    while case let name = try bytes.text(), !name.isEmpty { directories.append(name) }
    var files: [[UInt8]] = []
    while case let name = try bytes.text(), !name.isEmpty {
      let directory = try bytes.unsigned()
      _ = try bytes.unsigned()
      _ = try bytes.unsigned()
      files.append(Self.path(name, directory, directories))
    }
    return files
  }

  private static func path(
    _ name: [UInt8], _ directory: UInt64, _ directories: [[UInt8]]
  ) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    guard name.first != slash, directory > 0, directory < UInt64(directories.count) else {
      return name
    }
    return directories[Int(directory)] + [slash] + name
  }

  // MARK: Version 5

  mutating func files() throws(ObjectError) -> [[UInt8]] {
    let directories = try entries().map { $0.path }
    return try entries().map { Self.path($0.path, $0.directory, directories) }
  }

  private struct Entry {
    var path: [UInt8] = []
    var directory: UInt64 = 0
  }

  /// A table that says first of which fields its entries are.
  private mutating func entries() throws(ObjectError) -> [Entry] {
    var fields: [(content: UInt64, form: UInt64)] = []
    for _ in 0..<(try bytes.number(1)) {
      fields.append((try bytes.unsigned(), try bytes.unsigned()))
    }
    let count = try bytes.unsigned()
    // Each entry has a byte at least.
    guard count <= UInt64(bytes.count), count == 0 || !fields.isEmpty else {
      throw ObjectError(.lineHeader, count)
    }
    var entries: [Entry] = []
    for _ in 0..<count {
      var entry = Entry()
      for (content, form) in fields {
        switch content {
        case 1: entry.path = try text(form)
        case 2: entry.directory = try number(form)
        default: try skip(form)
        }
      }
      entries.append(entry)
    }
    return entries
  }

  private mutating func text(_ form: UInt64) throws(ObjectError) -> [UInt8] {
    switch form {
    case 0x08: return try bytes.text()
    case 0x0e: return try LineStrings.text(try bytes.number(offsetSize), strings.strings)
    case 0x1f: return try LineStrings.text(try bytes.number(offsetSize), strings.lineStrings)
    default: throw ObjectError(.lineForm, form)
    }
  }

  private mutating func number(_ form: UInt64) throws(ObjectError) -> UInt64 {
    switch form {
    case 0x0b: return try bytes.number(1)
    case 0x05: return try bytes.number(2)
    case 0x06: return try bytes.number(4)
    case 0x07: return try bytes.number(8)
    case 0x0f: return try bytes.unsigned()
    default: throw ObjectError(.lineForm, form)
    }
  }

  private mutating func skip(_ form: UInt64) throws(ObjectError) {
    switch form {
    case 0x1e: try bytes.skip(16)
    case 0x09: try bytes.skip(try bytes.unsigned())
    case 0x08: _ = try bytes.text()
    case 0x0e, 0x1f: try bytes.skip(UInt64(offsetSize))
    default: _ = try number(form)
    }
  }
}
