public import VMem

extension Views {
  /// `/proc/iomem`: RAM with what boot reserved in it, and the device space around it, as the
  /// machine's single host bridge decodes it. Both ends of a row belong to it.
  ///
  /// The corresponding kernel function is `r_show`.
  public static func iomem(_ machine: borrowing Machine, to output: inout ViewOutput) {
    var rows: [IomemRow] = []
    var at: UInt64 = 0
    for range in machine.ramRanges {
      if at < range.lowerBound { rows.append(IomemRow(at..<range.lowerBound, .device)) }
      rows.append(IomemRow(range, .ram))
      for reserved in machine.reservedRanges where range.overlaps(reserved) {
        rows.append(IomemRow(reserved.clamped(to: range), .reserved))
      }
      at = range.upperBound
    }
    rows.append(IomemRow(at..<1 << Mappings.physicalBits, .device))
    for row in rows { row.write(to: &output) }
  }
}

/// A row of `/proc/iomem`.
private struct IomemRow {
  enum Kind {
    case ram
    case reserved
    case device

    var name: StaticString {
      switch self {
      case .ram: "System RAM"
      case .reserved: "Reserved"
      case .device: "PCI Bus 0000:00"
      }
    }
  }

  let range: Range<UInt64>
  let kind: Kind

  init(_ range: Range<UInt64>, _ kind: Kind) {
    self.range = range
    self.kind = kind
  }

  func write(to output: inout ViewOutput) {
    let last = range.upperBound - 1
    if output.isJSON {
      output.beginObject()
      output.field("start", address: range.lowerBound)
      output.field("end", address: last)
      output.field("name", literal: kind.name)
      return output.endObject()
    }
    if kind == .reserved { output.writer.write("  ") }
    output.writer.hex(range.lowerBound, digits: max(8, digits(range.lowerBound)))
    output.writer.write(byte: 0x2d)
    output.writer.hex(last, digits: max(8, digits(last)))
    output.writer.write(" : ")
    output.writer.write(kind.name)
    output.endLine()
  }

  private func digits(_ value: UInt64) -> Int { (67 - value.leadingZeroBitCount) >> 2 }
}
