extension Views {
  /// An address space as rows with bars: areas by kind and caller, address space that waits, holes. In
  /// JSON an object for the range, one for each kind, and one for each row.
  ///
  /// - Parameters:
  ///   - map: what is shown.
  ///   - source: what it is made from.
  ///   - output: where the rows go.
  package static func map<S: AddressSource & ~Copyable>(
    _ map: AddressSpace, of source: borrowing S, to output: inout ViewOutput
  ) {
    let rows = MapRows(map).rows
    let words = Self.words(rows, source)
    if output.isJSON { return json(map, zip(rows, words), to: &output) }
    output.writer.address(map.start, digits: map.digits)
    output.writer.write(byte: 0x2d)
    output.writer.address(map.last &+ 1, digits: map.digits)
    if rows.isEmpty {
      output.writer.write(" is empty")
      return output.endLine()
    }
    output.writer.write(", \(map.size)")
    output.endLine()
    for (kind, total) in zip(SegmentKind.allCases, map.totals(of: map.all.indices))
    where total.count > 0 {
      output.writer.write("  \(kind.mark) \(kind.name)")
      output.writer.spaces(11 - kind.name.utf8CodeUnitCount)
      output.writer.decimal(UInt64(total.count), width: 9)
      right(ByteSize(total.bytes), to: &output.writer)
      if total.count > 1 { output.writer.write(", largest \(ByteSize(total.largest))") }
      output.endLine()
    }
    for (row, words) in zip(rows, words) { text(map, row, words, to: &output) }
  }

  /// What the rows say of themselves.
  static func words<S: AddressSource & ~Copyable>(
    _ rows: [MapRow], _ source: borrowing S
  ) -> [MapWords] {
    var words: [MapWords] = []
    for (row, share) in zip(rows, source.mappedShares(of: rows)) {
      var one = MapWords(row, details: source.details(of: row.first))
      one.share = share
      words.append(one)
    }
    return words
  }

  /// Columns of the longest bar, of what is mapped, and of what stands behind it.
  private static let barWidth = 16
  private static let shareWidth = 4
  private static let labelWidth = 27

  private static func right(_ size: ByteSize, to writer: inout ByteWriter) {
    let text = size.description
    writer.spaces(12 - text.utf8.count)
    writer.write(text)
  }

  /// A row of at most 80 columns: where it begins, its size, a bar that grows with the logarithm of the
  /// size, how much of its areas is mapped, and what it is.
  private static func text(
    _ map: AddressSpace, _ row: MapRow, _ words: MapWords, to output: inout ViewOutput
  ) {
    output.writer.address(row.start, digits: map.digits)
    right(row.size, to: &output.writer)
    output.writer.write(byte: 0x20)
    let bar = barLength(row.size.bytes, map.size.bytes)
    for (kind, cells) in row.shares(of: bar) {
      output.writer.write(String(repeating: kind.mark, count: cells))
    }
    output.writer.spaces(barWidth - bar + 1)
    let share = words.share.map { "\($0.percent)%" } ?? ""
    output.writer.spaces(shareWidth - share.utf8.count)
    output.writer.write(share)
    output.writer.write(byte: 0x20)
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
    _ map: AddressSpace, _ rows: Zip2Sequence<[MapRow], [MapWords]>, to output: inout ViewOutput
  ) {
    output.beginObject()
    output.field("row", literal: "range")
    range(map.start, map.last, map.size, to: &output)
    output.endObject()
    for (kind, total) in zip(SegmentKind.allCases, map.totals(of: map.all.indices))
    where total.count > 0 {
      output.beginObject()
      output.field("row", literal: "total")
      output.field("kind", literal: kind.name)
      output.field("count", count: UInt64(total.count))
      output.field("size", count: total.bytes)
      output.field("largest", count: total.largest)
      output.endObject()
    }
    for (row, words) in rows { json(row, words, to: &output) }
  }

  private static func range(
    _ start: UInt64, _ last: UInt64, _ size: ByteSize, to output: inout ViewOutput
  ) {
    output.field("start", address: start)
    output.field("end", address: last &+ 1)
    output.field("size", count: size.bytes)
  }

  private static func json(_ row: MapRow, _ words: MapWords, to output: inout ViewOutput) {
    output.beginObject()
    output.field("row", literal: row.count == 1 ? "segment" : "run")
    range(row.start, row.last, row.size, to: &output)
    output.field("count", count: UInt64(row.count))
    if let kind = row.kind { output.field("kind", literal: kind.name) }
    if !words.name.isEmpty { output.field("name", text: words.name) }
    if !words.caller.isEmpty { output.field("caller", text: words.caller) }
    if let share = words.share { output.field("mapped", count: share.mapped) }
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
