internal import VMem

/// The tables below a range, and the present entries in them, one line each; pages of a table that
/// follow each other with equal flags are one line. In words a line names the frame of its table or
/// leaf, and says what flags mean.
struct TableTree {
  private let ram: RAM
  private let levels: Int
  private let top: UInt64
  private let format: PageTablesFormat
  private var showsEntries: Bool { format != .count }
  /// By depth, 1 for `pte`: tables below the top one, and entries that map memory.
  private var tables = InlineArray<6, UInt64>(repeating: 0)
  private var leaves = InlineArray<6, UInt64>(repeating: 0)

  /// - Parameter top: frame of the top-level table.
  init(ram: RAM, levels: Int, top: UInt64, format: PageTablesFormat) {
    self.ram = ram
    self.levels = levels
    self.top = top
    self.format = format
  }

  // MARK: Walking

  mutating func walk(_ range: ClosedRange<UInt64>, to output: inout ViewOutput) {
    if showsEntries && !output.isJSON { output.writer.write("tables and present entries:\n") }
    let half = Level.size(depth: levels) << 8
    var walk = TableWalk(ram, levels: levels, top: top)
    for canonical in [0...(half - 1), (0 &- half)...UInt64.max] where canonical.overlaps(range) {
      walk.forEachEntry(in: canonical.clamped(to: range)) { take($0, to: &output) }
    }
  }

  /// Files an entry above the pages; those of pages are filed with their table.
  private mutating func take(_ step: TableStep, to output: inout ViewOutput) -> TableWalk.Next {
    guard step.mapsMemory || step.leadsToTable else { return .behind }
    if step.mapsMemory { leaves[step.depth] += 1 } else { tables[step.depth - 1] += 1 }
    // Sound tables are visited once each.
    guard tables[1] <= UInt64(ram.frameCount) else { return .end }
    if showsEntries {
      line(Level(depth: step.depth, levels: levels), step.first, step.entry, to: &output)
    }
    guard step.leadsToTable, step.depth == 2 else { return .below }
    pages(step.entry.pfn, step.part, to: &output)
    return .behind
  }

  private mutating func pages(
    _ table: UInt64, _ range: ClosedRange<UInt64>, to output: inout ViewOutput
  ) {
    let first = Level.index(of: range.lowerBound, depth: 1)
    let last = Level.index(of: range.upperBound, depth: 1)
    var run: (from: Int, flags: UInt64, entry: Entry)?
    for index in first...last {
      let entry = ram[table: table, index]
      // A user's page that nobody may use is there to the kernel.
      let isKept = range.lowerBound >> 63 == 0 && entry.isWithoutRights
      let flags = entry.isPresent || isKept ? Self.shownFlags(entry) : nil
      if flags != nil { leaves[1] += 1 }
      guard showsEntries, flags != run?.flags else { continue }
      if let run { line(table: range.lowerBound, run.from, index, run.entry, to: &output) }
      run = flags.map { (index, $0, entry.withoutNote) }
    }
    if let run { line(table: range.lowerBound, run.from, last + 1, run.entry, to: &output) }
  }

  /// Attribute bits without accessed and dirty, which say nothing about how an entry was made.
  private static func shownFlags(_ entry: Entry) -> UInt64 {
    entry.withoutNote.attributes & ~(Entry.accessed | Entry.dirty)
  }

  // MARK: Lines

  private func name(_ level: Level, to output: inout ViewOutput) {
    let indentation = level == .pgd ? 0 : level == .p4d ? 1 : 8 - 2 * level.depth(levels: levels)
    output.writer.spaces(indentation)
    output.writer.write(level.name)
    output.writer.write(byte: 0x20)
  }

  /// A table, by the entry that leads to it, or memory that an entry maps at once.
  private func line(
    _ level: Level, _ address: UInt64, _ entry: Entry, to output: inout ViewOutput
  ) {
    let entry = entry.withoutNote
    let isLeaf = entry.mapsMemory(at: level)
    let frame = entry.pfn & ~(isLeaf ? Level.size(depth: level.depth(levels: levels)) >> 12 - 1 : 0)
    let bits = EntryBits(entry, at: level, ofUser: address >> 63 == 0)
    if output.isJSON {
      output.beginObject()
      output.field("level", literal: level.name)
      output.field("start", address: address)
      output.field("table", flag: !isLeaf)
      output.field("frame", count: frame)
      if isLeaf { json(entry, bits, &output) }
      return output.endObject()
    }
    name(level, to: &output)
    output.writer.address(address)
    output.writer.write(isLeaf ? " LEAF" : " table")
    if format == .words {
      output.writer.write(isLeaf ? " of frame 0x" : " in frame 0x")
      output.writer.hex(frame)
      if isLeaf { output.writer.write(": \(bits.text)") }
    } else if isLeaf {
      write(flagsOf: entry, to: &output.writer)
    }
    output.endLine()
  }

  private func json(_ entry: Entry, _ bits: EntryBits, _ output: inout ViewOutput) {
    output.field("flags", address: Self.shownFlags(entry))
    output.beginArray("bits")
    bits.forEach { name, _ in
      if !EntryBits.leftByAccesses("\(name)") { output.element(name) }
    }
    output.endArray()
  }

  /// A run of pages: entries `from ..< to` of the table that translates `address`.
  private func line(
    table address: UInt64, _ from: Int, _ to: Int, _ entry: Entry, to output: inout ViewOutput
  ) {
    let bits = EntryBits(entry, at: .pte, ofUser: address >> 63 == 0)
    let size = Level.size(depth: 2)
    let base = address / size * size
    let (start, end) = (base &+ UInt64(from) << 12, base &+ UInt64(to) << 12)
    if output.isJSON {
      output.beginObject()
      output.field("level", literal: "pte")
      output.field("start", address: start)
      output.field("end", address: end)
      output.field("pages", count: UInt64(to - from))
      json(entry, bits, &output)
      return output.endObject()
    }
    name(.pte, to: &output)
    output.writer.address(start)
    output.writer.write(byte: 0x2d)
    output.writer.address(end)
    output.writer.write(byte: 0x20)
    output.writer.decimal(to - from)
    if format == .words {
      output.writer.write(to - from == 1 ? " page: " : " pages: ")
      output.writer.write(bits.text)
    } else {
      output.writer.write(" page(s)")
      write(flagsOf: entry, to: &output.writer)
    }
    output.endLine()
  }

  private func write(flagsOf entry: Entry, to writer: inout ByteWriter) {
    writer.write(" flags=0x")
    writer.hex(Self.shownFlags(entry))
  }

  /// How many tables and leaves the walk met. With 5 levels `p4d tables` come first.
  func totals(to output: inout ViewOutput) {
    if output.isJSON {
      output.beginObject()
      output.beginObject("tables")
      for depth in stride(from: levels - 1, through: 1, by: -1) {
        output.field(Self.names[depth], count: tables[depth])
      }
      output.endInnerObject()
      output.beginObject("leaves")
      for depth in stride(from: 3, through: 1, by: -1) {
        output.field(Self.names[depth], count: leaves[depth])
      }
      output.endInnerObject()
      return output.endObject()
    }
    if levels == 5 {
      output.writer.write("p4d tables=")
      output.writer.decimal(tables[4])
      output.writer.write("; ")
    }
    output.writer.write("tables:")
    counts(tables, to: &output.writer)
    output.writer.write("  leaves:")
    counts(leaves, to: &output.writer)
    output.endLine()
  }

  private static let names: [StaticString] = ["", "pte", "pmd", "pud", "p4d"]

  private func counts(_ counts: InlineArray<6, UInt64>, to writer: inout ByteWriter) {
    for depth in stride(from: 3, through: 1, by: -1) {
      writer.write(byte: 0x20)
      writer.write(Self.names[depth])
      writer.write(byte: 0x3d)
      writer.decimal(counts[depth])
    }
  }
}
