internal import VMem

/// debugfs `page_tables/kernel`: walks the tables and prints a row for every run of entries of one
/// level, one set of attribute bits and one effective protection.
///
/// The corresponding kernel functions are `ptdump_walk_pgd` and `note_page`.
struct TableDump {
  private let levels: Int
  private var tables: TableWalk
  /// What the entries above allow together, by the depth of the last of them.
  private var inherited = InlineArray<7, UInt64>(repeating: 0)
  private let markers: [AddressMarker]
  private var marker: Int
  private var nextMarker: UInt64
  // The row that is open.
  private var level: Level?
  private var start: UInt64 = 0
  private var flags: UInt64 = 0
  private var effective: UInt64 = 0

  /// - Parameters:
  ///   - top: frame of the top-level table.
  ///   - first: address the walk begins at, which decides the first header.
  ///   - window: the windows of kmap, and slots of kmap_local on all CPUs.
  init(
    ram: RAM, map: AddressMap, top: UInt64, from first: UInt64,
    window: (geometry: KmapWindow, localSlots: Int)? = nil
  ) {
    levels = map.levels
    tables = TableWalk(ram, levels: levels, top: top)
    markers = AddressMarker.list(map, window)
    marker = (markers.firstIndex { $0.start > first } ?? markers.count) - 1
    nextMarker = 0
    nextMarker = startOfNextMarker
  }

  private var startOfNextMarker: UInt64 {
    marker + 1 < markers.count ? markers[marker + 1].start : .max
  }

  // MARK: Walking

  /// Walks one canonical range. Ranges come in ascending order.
  mutating func walk(_ range: ClosedRange<UInt64>, to output: inout ViewOutput) {
    var tables = tables
    tables.forEachEntry(in: range, holes: true) { take($0, to: &output) }
    self.tables = tables
  }

  private mutating func take(_ step: TableStep, to output: inout ViewOutput) -> TableWalk.Next {
    let (depth, entry) = (step.depth, step.entry.withoutNote)
    let level = Level(depth: depth, levels: levels)
    if depth > 1 && entry.isNone {
      note(step.part.lowerBound, level, 0, 0, to: &output)
      return .behind
    }
    let flags = entry.attributes
    let protection = depth == levels ? flags : Self.effective(inherited[depth + 1], flags)
    if depth == 1 || step.mapsMemory {
      note(step.part.lowerBound, level, entry.bits, protection, to: &output)
    }
    inherited[depth] = protection
    return .below
  }

  /// Protection after another level: writable and user need every level, one level forbids
  /// execution. The corresponding kernel function is `effective_prot`.
  private static func effective(_ above: UInt64, _ flags: UInt64) -> UInt64 {
    above & flags & (Entry.user | Entry.writable) | (above | flags) & Entry.noExecute
  }

  // MARK: Rows

  private mutating func note(
    _ address: UInt64, _ level: Level, _ bits: UInt64, _ protection: UInt64,
    to output: inout ViewOutput
  ) {
    let flags = Entry(bits: bits).attributes
    let effective = bits == 0 ? 0 : protection
    if self.level == nil {
      header(to: &output)
    } else {
      let isAtMarker = address >= nextMarker
      guard
        isAtMarker || flags != self.flags || effective != self.effective || level != self.level
      else { return }
      row(to: address, to: &output)
      // One header a row, even when several markers lie behind: the next comes a row late.
      if isAtMarker {
        marker += 1
        nextMarker = startOfNextMarker
        header(to: &output)
      }
    }
    self.level = level
    self.flags = flags
    self.effective = effective
    start = address
  }

  /// Prints the row that is open. The kernel's last call has address 0, and so has the last row.
  mutating func finish(at end: UInt64, to output: inout ViewOutput) {
    if level != nil { row(to: end, to: &output) }
  }

  private func header(to output: inout ViewOutput) {
    guard !output.isJSON else { return }
    output.writer.write("---[ ")
    output.writer.write(markers[marker].name)
    output.writer.write(" ]---\n")
  }

  private func row(to end: UInt64, to output: inout ViewOutput) {
    guard !output.isJSON else { return json(to: end, to: &output) }
    output.writer.address(start)
    output.writer.write(byte: 0x2d)
    output.writer.address(end)
    output.writer.write("   ")
    let (number, unit) = Self.scaled(end &- start)
    output.writer.decimal(number, width: 9)
    output.writer.write(byte: unit)
    output.writer.write(byte: 0x20)
    attributes(to: &output.writer)
    output.writer.write(levelName)
    if key != 0 { output.writer.write(" pkey=\(key)") }
    output.endLine()
  }

  private var levelName: StaticString { (level ?? .pte).name }

  /// A size in the largest unit that divides it.
  static func scaled(_ bytes: UInt64) -> (number: UInt64, unit: UInt8) {
    let units: StaticString = "BKMGTPE"
    var (number, at) = (bytes, 0)
    while number & 1023 == 0, at + 1 < units.utf8CodeUnitCount {
      number >>= 10
      at += 1
    }
    return (number, unsafe units.utf8Start[at])
  }

  private func attributes(to writer: inout ByteWriter) {
    guard Entry(bits: flags).isPresent else { return writer.spaces(30) }
    Entry(bits: flags).forEachColumn(at: level ?? .pte) { writer.write($0) }
  }

  /// Behind the row what no kernel prints, since none has protection keys of its own pages.
  private var key: UInt64 { Entry(bits: flags).key }

  private func json(to end: UInt64, to output: inout ViewOutput) {
    output.beginObject()
    output.field("start", address: start)
    output.field("end", address: end)
    output.field("size", count: end &- start)
    output.field("area", literal: markers[marker].name)
    output.field("level", literal: levelName)
    output.field("present", flag: Entry(bits: flags).isPresent)
    output.field("flags", address: flags)
    if key != 0 { output.field("pkey", count: key) }
    output.endObject()
  }
}
