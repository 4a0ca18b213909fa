package import VMem

extension Views {
  /// The vmalloc space, or a range, as rows with bars: areas by kind and caller, address space that
  /// waits, holes. In JSON an object for the range, one for each kind, and one for each row.
  ///
  /// - Parameters:
  ///   - machine: what is shown.
  ///   - range: addresses, where an end of 0 is the top; the whole vmalloc space when nil.
  ///   - output: where the rows go.
  package static func map(
    _ machine: borrowing Machine, range: (start: UInt64, end: UInt64)?,
    to output: inout ViewOutput
  ) {
    let map = MapSegments(machine, in: range)
    let rows = MapRows(map).rows
    if output.isJSON { return json(machine, map, rows, to: &output) }
    output.writer.address(map.start)
    output.writer.write(byte: 0x2d)
    output.writer.address(map.last &+ 1)
    if rows.isEmpty {
      output.writer.write(" is empty")
      return output.endLine()
    }
    output.writer.write(", \(map.size)")
    output.endLine()
    for (kind, total) in zip(MapKind.allCases, map.totals(of: map.all.indices))
    where total.count > 0 {
      output.writer.write("  \(kind.mark) \(kind.name)")
      output.writer.spaces(11 - kind.name.utf8CodeUnitCount)
      output.writer.decimal(UInt64(total.count), width: 9)
      right(ByteSize(total.bytes), to: &output.writer)
      if total.count > 1 { output.writer.write(", largest \(ByteSize(total.largest))") }
      output.endLine()
    }
    for row in rows { text(machine, row, widest: map.size.bytes, to: &output) }
  }

  /// Columns of the longest bar, and of what stands behind it.
  private static let barWidth = 16
  private static let labelWidth = 32

  private static func right(_ size: ByteSize, to writer: inout ByteWriter) {
    let text = size.description
    writer.spaces(12 - text.utf8.count)
    writer.write(text)
  }

  /// A row of at most 80 columns. The bar grows with the logarithm of the size.
  private static func text(
    _ machine: borrowing Machine, _ row: MapRow, widest: UInt64, to output: inout ViewOutput
  ) {
    output.writer.address(row.start)
    right(row.size, to: &output.writer)
    output.writer.write(byte: 0x20)
    let bar = barLength(row.size.bytes, widest)
    for (kind, cells) in row.shares(of: bar) {
      output.writer.write(String(repeating: kind.mark, count: cells))
    }
    output.writer.spaces(barWidth - bar + 1)
    let words = MapWords(machine, row)
    output.writer.write(words.line.cut(toColumns: labelWidth))
    output.endLine()
  }

  /// 1 for a page, all columns for the whole map.
  private static func barLength(_ bytes: UInt64, _ widest: UInt64) -> Int {
    let bits = { (bytes: UInt64) in 63 - max(bytes >> 12, 1).leadingZeroBitCount }
    return 1 + bits(bytes) * (barWidth - 1) / max(1, bits(widest))
  }

  // MARK: JSON

  private static func json(
    _ machine: borrowing Machine, _ map: MapSegments, _ rows: [MapRow],
    to output: inout ViewOutput
  ) {
    output.beginObject()
    output.field("row", literal: "range")
    range(map.start, map.last, to: &output)
    output.endObject()
    for (kind, total) in zip(MapKind.allCases, map.totals(of: map.all.indices))
    where total.count > 0 {
      output.beginObject()
      output.field("row", literal: "total")
      output.field("kind", literal: kind.name)
      output.field("count", count: UInt64(total.count))
      output.field("size", count: total.bytes)
      output.field("largest", count: total.largest)
      output.endObject()
    }
    for row in rows { json(machine, row, to: &output) }
  }

  private static func range(_ start: UInt64, _ last: UInt64, to output: inout ViewOutput) {
    output.field("start", address: start)
    output.field("end", address: last &+ 1)
    output.field("size", count: ByteSize(from: start, through: last).bytes)
  }

  private static func json(
    _ machine: borrowing Machine, _ row: MapRow, to output: inout ViewOutput
  ) {
    let words = MapWords(machine, row)
    output.beginObject()
    output.field("row", literal: row.count == 1 ? "segment" : "run")
    range(row.start, row.last, to: &output)
    output.field("count", count: UInt64(row.count))
    if let kind = row.kind { output.field("kind", literal: kind.name) }
    if !words.name.isEmpty { output.field("name", text: words.name) }
    if !words.caller.isEmpty { output.field("caller", text: words.caller) }
    if row.count > 1 {
      output.beginObject("counts")
      for part in row.parts { output.field(part.kind.name, count: UInt64(part.count)) }
      output.endInnerObject()
      output.beginObject("sizes")
      for part in row.parts { output.field(part.kind.name, count: part.bytes) }
      output.endInnerObject()
    }
    output.endObject()
  }
}
