/// A range of memory, ports or numbers as the kernel shows it.
struct ResourceText {
  let start: UInt64
  let end: UInt64
  /// Bits of `IORESOURCE_*`.
  let flags: UInt64

  /// What a kind is called, and how its numbers look.
  private struct Kind {
    let bit: UInt64
    let name: String
    let specification: FormatSpecification
  }

  private static let kinds = [
    Kind(bit: 0x100, name: "io  ", specification: padded(6)),
    Kind(bit: 0x200, name: "mem ", specification: padded(10)),
    Kind(bit: 0x400, name: "irq ", specification: FormatSpecification()),
    Kind(bit: 0x800, name: "dma ", specification: FormatSpecification()),
    Kind(
      bit: 0x1000, name: "bus ",
      specification: .hexadecimal([.small, .zeroPad], width: 2)),
  ]

  private static let remarks: [(bit: UInt64, text: String)] = [
    (0x10_0000, " 64bit"), (0x2000, " pref"), (0x20_0000, " window"), (0x1000_0000, " disabled"),
  ]

  private static let unset: UInt64 = 0x2000_0000

  private static func padded(_ width: Int) -> FormatSpecification {
    .hexadecimal([.special, .small, .zeroPad], width: width)
  }

  func bytes(isDecoded: Bool) -> [UInt8] {
    let kind = Self.kinds.first { flags & $0.bit != 0 }
    let isDecoded = isDecoded && kind != nil
    let specification = kind?.specification ?? Self.padded(10)
    var text = FormatOutput()
    text.append("[" + (kind?.name ?? "??? "))
    if isDecoded && flags & Self.unset != 0 {
      text.append("size ")
      text.number(end &- start &+ 1, specification)
    } else {
      text.number(start, specification)
      if start != end {
        text.append("-")
        text.number(end, specification)
      }
    }
    if isDecoded {
      for remark in Self.remarks where flags & remark.bit != 0 { text.append(remark.text) }
    } else {
      text.append(" flags ")
      text.number(flags, .flagWord)
    }
    text.append("]")
    return text.bytes
  }
}
