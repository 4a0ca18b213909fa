extension Views {
  /// Totals as a table of each window, or an object a row.
  package static func totals(_ totals: AddressTotals, to output: inout ViewOutput) {
    for (at, part) in totals.parts.enumerated() {
      if output.isJSON {
        json(part, totals.key, to: &output)
      } else {
        let isNamed = at > 0 || part.name == "modules"
        text(part, totals.key, isNamed: isNamed, to: &output)
      }
    }
  }

  private static func json(
    _ part: AddressTotals.Part, _ key: AddressTotals.Key, to output: inout ViewOutput
  ) {
    for row in part.rows {
      output.beginObject()
      output.key(key.name)
      output.writer.jsonString(row.name)
      output.field("count", count: UInt64(row.count))
      output.field("bytes", count: row.bytes)
      output.field("pages", count: row.pages)
      output.key("share")
      if part.window > 0 {
        output.writer.write("\(Double(row.bytes) / Double(part.window))")
      } else {
        output.writer.write("null")
      }
      output.field("window", text: part.name)
      output.endObject()
    }
  }

  private static func text(
    _ part: AddressTotals.Part, _ key: AddressTotals.Key, isNamed: Bool, to output: inout ViewOutput
  ) {
    output.writer.write("   count          bytes      pages        share  \(key.name)")
    if isNamed { output.writer.write(", \(part.name)") }
    output.endLine()
    for row in part.rows {
      output.writer.decimal(UInt64(row.count), width: 8)
      output.writer.decimal(row.bytes, width: 15)
      output.writer.decimal(row.pages, width: 11)
      let share = part.share(row.bytes)
      output.writer.spaces(max(1, 13 - share.utf8.count))
      output.writer.write("\(share)  \(row.name.isEmpty ? "-" : row.name)")
      output.endLine()
    }
    if part.rows.isEmpty {
      output.writer.write("nothing is there")
      output.endLine()
    }
  }
}

extension AddressTotals.Part {
  /// A part of the window as a percentage of two digits, cut off: `12%`, `0.00031%`.
  func share(_ bytes: UInt64) -> String {
    guard window > 0 else { return "-" }
    // In parts of 10^-17: what a page of a space of 2^57 bytes is, is 3 of them.
    var parts = UInt128(bytes) * 100_000_000_000_000_000 / UInt128(window)
    guard parts > 0 else { return "0%" }
    // Percents have 15 digits behind the point; of those the first two that are not zero stay.
    var cut: UInt128 = 1
    while parts / cut >= 100, cut < 1_000_000_000_000_000 { cut *= 10 }
    parts = parts / cut * cut
    let unit: UInt128 = 1_000_000_000_000_000
    let rest = String(parts % unit)
    var text = String(repeating: "0", count: 15 - rest.utf8.count) + rest
    while text.utf8.last == UInt8(ascii: "0") { text.removeLast() }
    return text.isEmpty ? "\(parts / unit)%" : "\(parts / unit).\(text)%"
  }
}
