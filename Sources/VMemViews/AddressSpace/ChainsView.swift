extension Views {
  /// What the holes of a file without real addresses are at least.
  package static func holes(_ chains: AddressChains, to output: inout ViewOutput) {
    if output.isJSON {
      output.beginObject()
      output.field("row", literal: "at_least")
      output.field("count", count: UInt64(chains.leastHoles))
      if let window = chains.window { output.field("window", count: window) }
      if let free = chains.leastFree { output.field("size", count: free) }
      if let largest = chains.leastLargest { output.field("largest", count: largest) }
      output.field("addresses", literal: chains.addresses.name)
      return output.endObject()
    }
    let count = chains.leastHoles
    output.writer.write("at least \(count) hole\(count == 1 ? "" : "s")")
    if let free = chains.leastFree, let largest = chains.leastLargest {
      output.writer.write(" with \(free) bytes, the largest at least \(largest) bytes, ")
      output.writer.write("in the vmalloc window of x86-64, 32 TiB")
    }
    output.endLine()
    explain(chains, to: &output)
  }

  /// The chains of a file with hashed addresses, the largest first.
  package static func map(
    _ chains: AddressChains, of file: VmallocinfoFile, to output: inout ViewOutput
  ) {
    let shown = chains.chains.prefix(MapRows.limit)
    if !output.isJSON {
      output.writer.write(
        "\(chains.chains.count) blocks of \(chains.rowCount) areas, \(ByteSize(chains.bytes))")
      output.endLine()
    }
    for chain in shown {
      let (first, last) = (caller(chain.first, file), caller(chain.last, file))
      if output.isJSON {
        output.beginObject()
        output.field("row", literal: "chain")
        output.field("count", count: UInt64(chain.rows))
        output.field("size", count: chain.bytes)
        output.field("first", text: first)
        output.field("last", text: last)
        output.endObject()
        continue
      }
      let size = ByteSize(chain.bytes).description
      output.writer.spaces(12 - size.utf8.count)
      output.writer.write("\(size) ")
      output.writer.decimal(UInt64(chain.rows), width: 5)
      output.writer.write(chain.rows == 1 ? " area   \(first)" : " areas  \(first) … \(last)")
      output.endLine()
    }
    let rest = chains.chains.dropFirst(MapRows.limit)
    if !rest.isEmpty {
      let bytes = rest.reduce(UInt64(0)) { $0 &+ $1.bytes }
      if output.isJSON {
        output.beginObject()
        output.field("row", literal: "more")
        output.field("count", count: UInt64(rest.count))
        output.field("size", count: bytes)
        output.endObject()
      } else {
        output.writer.write("\(rest.count) more, \(bytes) bytes")
        output.endLine()
      }
    }
    if !output.isJSON { explain(chains, to: &output) }
  }

  /// Whether an area fits, as far as that can be said.
  package static func fit(
    _ extent: Extent, _ chains: AddressChains, to output: inout ViewOutput
  ) {
    let answer = chains.hasRoom(for: extent) == true
    if output.isJSON {
      output.beginObject()
      output.field("row", literal: "at_least")
      output.key("fits")
      output.writer.write(answer ? "true" : "null")
      if let largest = chains.leastLargest { output.field("largest", count: largest) }
      output.field("addresses", literal: chains.addresses.name)
      return output.endObject()
    }
    output.writer.write(answer ? "it fits" : "whether it fits is not known")
    if let largest = chains.leastLargest {
      output.writer.write(": the largest hole has at least \(largest) bytes, ")
      output.writer.write("in the vmalloc window of x86-64, 32 TiB")
    }
    output.endLine()
    explain(chains, to: &output)
  }

  /// Why nothing fits in what is known of a window that may go on.
  package static func fitUnknown(_ report: FitReport, to output: inout ViewOutput) {
    if output.isJSON {
      output.beginObject()
      output.field("row", literal: "at_least")
      output.key("fits")
      output.writer.write("null")
      output.field("largest", count: report.largest)
      output.field("addresses", literal: VmallocinfoFile.Addresses.real.name)
      return output.endObject()
    }
    output.writer.write(
      "whether it fits is not known: where the vmalloc window ends is not in the file")
    output.endLine()
    for line in report.lines {
      output.writer.write(line)
      output.endLine()
    }
  }

  /// The same as metrics, each of which is a least value.
  package static func holeMetrics(_ chains: AddressChains) -> [UInt8] {
    leastMetrics(
      [],
      HoleSummary(
        count: chains.leastHoles, bytes: chains.leastFree ?? 0, largest: chains.leastLargest ?? 0))
  }

  private static func explain(_ chains: AddressChains, to output: inout ViewOutput) {
    output.writer.write("the addresses are \(chains.addresses.words): ")
    output.writer.write("real ones come with `sysctl kernel.kptr_restrict=1`, read as root, ")
    output.writer.write("or from a trace")
    output.endLine()
  }

  private static func caller(_ row: Int, _ file: VmallocinfoFile) -> String {
    let row = file.rows[row]
    if !row.caller.isEmpty { return file.text(row.caller).printable }
    return "\(SegmentKind(row, in: file).name)"
  }
}
