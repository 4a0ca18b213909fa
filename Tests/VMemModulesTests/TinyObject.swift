/// A shared object made by hand, every number of which a test may set wrong.
struct TinyObject {
  struct Section {
    var name: String
    var type: UInt64
    var flags: UInt64 = 0
    var address: UInt64 = 0
    var link: UInt64 = 0
    var entrySize: UInt64 = 0
    var bytes: [UInt8] = []
    /// nil for what `bytes` say.
    var size: UInt64?
  }

  struct Segment {
    var type: UInt64 = 1
    var flags: UInt64 = 6
    var offset: UInt64 = 0
    var address: UInt64
    var fileSize: UInt64
    var memorySize: UInt64
  }

  var fileType: UInt64 = 3
  var machine: UInt64 = 62
  var segmentEntrySize: UInt64 = 56
  var sectionEntrySize: UInt64 = 64
  /// nil for how many there are.
  var segmentCount: UInt64?
  var namesSection: UInt64?
  var segments: [Segment]
  /// Behind the first, which is empty, and before that of the names.
  var sections: [Section]

  /// Two functions at 0x1000 and 0x1020, a variable at 0x1800, a symbol of others, one relocation of
  /// each kind and two records at 0x1900.
  static var plain: TinyObject {
    let names: [UInt8] = Array("\0first\0second\0counter\0vk_printk\0".utf8)
    let symbols =
      symbol(0, 0, 0, 0, 0) + symbol(1, 0x02, 1, 0x1000, 0x18) + symbol(7, 0x12, 1, 0x1020, 0x40)
      + symbol(14, 0x11, 1, 0x1800, 8) + symbol(22, 0x12, 0, 0, 0)
    let relocations =
      relocation(0x1808, 8, 0, 0x1000) + relocation(0x1810, 6, 3, 5) + relocation(0x1818, 7, 4, 5)
      + relocation(0x1820, 1, 3, 4)
    return TinyObject(
      segments: [Segment(address: 0x1000, fileSize: 0x100, memorySize: 0x1000)],
      sections: [
        Section(name: ".dynstr", type: 3, bytes: names),
        Section(name: ".dynsym", type: 11, flags: 2, link: 1, entrySize: 24, bytes: symbols),
        Section(name: ".symtab", type: 2, link: 1, entrySize: 24, bytes: symbols),
        Section(name: ".rela.dyn", type: 4, flags: 2, link: 2, entrySize: 24, bytes: relocations),
        Section(name: ".vmem.records", type: 1, flags: 3, address: 0x1900, bytes: zeroes(96)),
      ])
  }

  static func zeroes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  /// The lowest `size` bytes of a number.
  static func number(_ value: UInt64, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  static func symbol(
    _ name: UInt64, _ information: UInt64, _ section: UInt64, _ value: UInt64, _ size: UInt64
  ) -> [UInt8] {
    number(name, 4) + number(information, 2) + number(section, 2) + number(value, 8)
      + number(size, 8)
  }

  static func relocation(
    _ address: UInt64, _ type: UInt64, _ symbol: UInt64, _ addend: UInt64
  ) -> [UInt8] {
    number(address, 8) + number(type, 4) + number(symbol, 4) + number(addend, 8)
  }

  subscript(name: String) -> Section {
    get { sections.first { $0.name == name }! }
    set { sections[sections.firstIndex { $0.name == name }!] = newValue }
  }

  var bytes: [UInt8] {
    var names: [UInt8] = [0]
    var table = Self.zeroes(64)
    var contents: [UInt8] = []
    let start = UInt64(64 + 56 * segments.count)
    let shown = sections + [Section(name: ".shstrtab", type: 3)]
    for section in shown {
      let bytes = section.name == ".shstrtab" ? names + Array(".shstrtab\0".utf8) : section.bytes
      let place = [
        section.flags, section.address, start + UInt64(contents.count),
        section.size ?? UInt64(bytes.count),
      ]
      table += Self.number(UInt64(names.count), 4) + Self.number(section.type, 4)
      table += place.flatMap { Self.number($0, 8) }
      table += Self.number(section.link, 4) + Self.zeroes(12) + Self.number(section.entrySize, 8)
      names += Array(section.name.utf8) + [0]
      contents += bytes
    }
    let end = start + UInt64(contents.count)
    return header(sectionsAt: end, count: UInt64(shown.count + 1)) + segmentBytes + contents + table
  }

  private func header(sectionsAt offset: UInt64, count: UInt64) -> [UInt8] {
    var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] + Self.zeroes(8)
    bytes += Self.number(fileType, 2) + Self.number(machine, 2) + Self.number(1, 4)
    bytes += Self.number(0, 8) + Self.number(64, 8) + Self.number(offset, 8) + Self.zeroes(4)
    bytes += Self.number(64, 2) + Self.number(segmentEntrySize, 2)
    bytes += Self.number(segmentCount ?? UInt64(segments.count), 2)
    bytes += Self.number(sectionEntrySize, 2) + Self.number(count, 2)
    return bytes + Self.number(namesSection ?? count - 1, 2)
  }

  private var segmentBytes: [UInt8] {
    segments.flatMap {
      Self.number($0.type, 4) + Self.number($0.flags, 4)
        + [$0.offset, $0.address, $0.address, $0.fileSize, $0.memorySize, 0x1000].flatMap {
          Self.number($0, 8)
        }
    }
  }
}
