/// A place in a source file.
package struct SourceLine: Equatable {
  package let file: [UInt8]
  package let line: UInt64

  /// `file:line`.
  package var text: [UInt8] { file + Array(":\(line)".utf8) }
}

/// Which line of which source file each instruction of an object comes from, by its `.debug_line`
/// (DWARF 2 to 5).
package struct LineTable {
  /// An instruction with which a line begins.
  struct Row {
    let address: UInt64
    /// Index into `files`; nil for one the table does not name.
    let file: Int?
    let line: UInt64
  }

  /// Instructions that follow each other, and the first that is not of them.
  private struct Sequence {
    let rows: Range<Int>
    let addresses: Range<UInt64>
  }

  private var rows: [Row] = []
  private var files: [[UInt8]] = []
  /// Each unit's files, by where its table begins in the section.
  private var units: [UInt64: (header: LineHeader, firstFile: Int)] = [:]
  private var sequences: [Sequence] = []

  /// An object compiled without debug information gives a table that knows no line.
  ///
  /// - Throws: `ObjectError` for a table that is damaged, compressed or of another version.
  package init(_ object: ObjectFile) throws(ObjectError) {
    for section in object.sections where section.name.starts(with: ".zdebug_line".utf8) {
      throw ObjectError(.compressed, section.size)
    }
    let file = ObjectBytes(object.bytes)
    func contents(_ name: String) throws(ObjectError) -> ObjectBytes? {
      guard let section = object.section(name) else { return nil }
      guard section.flags & 0x800 == 0 else { throw ObjectError(.compressed, section.flags) }
      return try file.part(section.offset, section.size)
    }
    guard var units = try contents(".debug_line") else { return }
    let strings = LineStrings(
      strings: try contents(".debug_str"), lineStrings: try contents(".debug_line_str"))
    let start = units.at
    while !units.isAtEnd {
      let offset = UInt64(units.at - start)
      let header = try LineHeader(&units, strings)
      let firstFile = files.count
      self.units[offset] = (header, firstFile)
      files += header.files
      var program = LineProgram(header, firstFile: firstFile)
      try program.run()
      append(program.rows, ends: program.ends)
    }
    sequences.sort { $0.addresses.lowerBound < $1.addresses.lowerBound }
  }

  private mutating func append(_ unit: [Row], ends: [LineProgram.End]) {
    let base = rows.count
    rows += unit
    var start = 0
    for end in ends {
      defer { start = end.rows }
      guard end.rows > start, unit[start].address < end.address else { continue }
      let isSorted = (start + 1..<end.rows).allSatisfy { unit[$0 - 1].address <= unit[$0].address }
      if !isSorted {
        // Only damaged tables go back.
        rows[base + start..<base + end.rows].sort { $0.address < $1.address }
      }
      let first = rows[base + start].address
      guard first < end.address else { continue }
      sequences.append(
        Sequence(rows: base + start..<base + end.rows, addresses: first..<end.address))
    }
  }

  /// The line of the instruction at an address, or around it; O(log n).
  ///
  /// - Parameters:
  ///   - start: where the function begins that the instruction is of.
  ///   - isPassedOver: files whose functions are only expanded into others; of an instruction of theirs it
  ///     is the line before it of the function that called them.
  package func line(
    at address: UInt64, from start: UInt64, passingOver isPassedOver: ([UInt8]) -> Bool
  ) -> SourceLine? {
    guard let (at, first) = row(at: address) else { return nil }
    let lowest = min(start, rows[at].address)
    for row in rows[first...at].reversed() {
      if row.address < lowest { return nil }
      if let place = place(row), !isPassedOver(place.file) { return place }
    }
    return nil
  }

  /// The line of the instruction at an address, or around it; O(log n).
  package func line(at address: UInt64) -> SourceLine? {
    row(at: address).flatMap { place(rows[$0.index]) }
  }

  /// The line of a call that was expanded.
  func place(of call: InlinedCalls.Call) -> SourceLine? {
    guard let unit = units[call.lines], let file = unit.header.file(call.file) else { return nil }
    return SourceLine(file: files[unit.firstFile + file], line: call.line)
  }

  /// The row of an address, and the first of its sequence.
  private func row(at address: UInt64) -> (index: Int, first: Int)? {
    let next = Self.firstIndex(0..<sequences.count) { sequences[$0].addresses.lowerBound > address }
    guard next > 0, sequences[next - 1].addresses.contains(address) else { return nil }
    let range = sequences[next - 1].rows
    return (Self.firstIndex(range) { rows[$0].address > address } - 1, range.lowerBound)
  }

  private func place(_ row: Row) -> SourceLine? {
    // Line 0 is code that no line stands for.
    guard let file = row.file, row.line > 0 else { return nil }
    return SourceLine(file: files[file], line: row.line)
  }

  private static func firstIndex(_ range: Range<Int>, where isBehind: (Int) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
