/// The kernel's image as an ELF file with symbols and debug information, for readers of dumps. Its
/// sections hold what is the same in every machine; all else is in the dump.
struct VmlinuxFile {
  private struct Section {
    let name: String
    /// `sh_type`, `sh_flags`, `sh_link`, `sh_info`, `sh_addralign`, `sh_entsize`.
    var type: UInt32
    var flags: UInt64 = 0
    var link: UInt32 = 0
    var info: UInt32 = 0
    var alignment: UInt64 = 1
    var entry: UInt64 = 0
    var address: UInt64 = 0
    var bytes: [UInt8] = []
    /// Bytes in memory.
    var size: UInt64 = 0
    var offset: UInt64 = 0
  }

  private let image: KernelImage
  private var sections: [Section] = [Section(name: "", type: 0)]

  init(_ image: KernelImage) {
    self.image = image
    addMemory()
    let debug = DebugInformation(image)
    add(".debug_info", debug.info)
    add(".debug_abbrev", debug.abbreviations)
    add(".debug_aranges", debug.ranges, alignment: 16)
    addSymbols()
    let names = sections.map(\.name) + [".shstrtab"]
    add(".shstrtab", names.flatMap { Array($0.utf8) + [0] })
    sections[sections.count - 1].type = 3
    place()
  }

  private mutating func addMemory() {
    // Functions are empty: nop.
    add(.text, ".text", flags: 6) { [UInt8](repeating: 0x90, count: $0) }
    add(.initText, ".init.text", flags: 6) { [UInt8](repeating: 0x90, count: $0) }
    let banner = Array(image.banner.utf8)
    let start = image.sections[.readOnly]!.lowerBound
    let constants = [
      (image["linux_banner"], banner), (image.kallsyms.start, image.kallsyms.bytes),
    ]
    add(.readOnly, ".rodata", flags: 2) { count in
      var all = [UInt8](repeating: 0, count: count)
      for (address, bytes) in constants {
        let from = Int(address - start)
        all.replaceSubrange(from..<from + bytes.count, with: bytes)
      }
      return all
    }
    let data = image.sections[.data]!
    sections.append(
      Section(
        name: ".bss", type: 8, flags: 3, alignment: 4096, address: data.lowerBound,
        size: data.upperBound - data.lowerBound))
    sections.append(
      Section(
        name: ".notes", type: 7, flags: 0, alignment: 4, bytes: Self.note(image), size: 0))
  }

  private mutating func add(
    _ part: KernelSymbol.Section, _ name: String, flags: UInt64, _ bytes: (Int) -> [UInt8]
  ) {
    let range = image.sections[part]!
    let bytes = bytes(range.count)
    sections.append(
      Section(
        name: name, type: 1, flags: flags, alignment: 4096, address: range.lowerBound, bytes: bytes,
        size: UInt64(bytes.count)))
  }

  private mutating func add(_ name: String, _ bytes: [UInt8], alignment: UInt64 = 1) {
    sections.append(Section(name: name, type: 1, alignment: alignment, bytes: bytes))
  }

  /// The note of the build id.
  static func note(_ image: KernelImage) -> [UInt8] {
    var bytes: [UInt8] = []
    let id = image.buildID
    bytes.append(little: UInt32(4))
    bytes.append(little: UInt32(id.count))
    bytes.append(little: UInt32(3))
    return bytes + [0x47, 0x4e, 0x55, 0] + id
  }

  private mutating func addSymbols() {
    var names: [UInt8] = [0]
    var bytes = [UInt8](repeating: 0, count: 24)
    func add(_ name: String, _ address: UInt64, _ size: UInt64, _ type: UInt8, _ section: Int) {
      bytes.append(little: UInt32(names.count))
      names += Array(name.utf8) + [0]
      // Global.
      bytes += [0x10 | type, 0]
      bytes.append(little: UInt16(section))
      bytes.append(little: address)
      bytes.append(little: size)
    }
    // Sections 1 to 4 are those of the image, in its order.
    let parts = KernelSymbol.Section.allCases
    for place in image.places {
      let section = 1 + parts.firstIndex(of: place.section)!
      add(place.name, place.address, UInt64(place.size), place.type == nil ? 2 : 1, section)
    }
    for (name, address) in image.aliases {
      let part = parts.firstIndex { image.sections[$0]!.contains(address) } ?? parts.count - 1
      add(name, address, 0, 0, 1 + part)
    }
    sections.append(
      Section(
        name: ".symtab", type: 2, link: UInt32(sections.count + 1), info: 1, alignment: 8,
        entry: 24, bytes: bytes))
    sections.append(Section(name: ".strtab", type: 3, bytes: names))
  }

  private static let headers: UInt64 = 3

  private mutating func place() {
    var at: UInt64 = 64 + 56 * Self.headers
    for index in sections.indices.dropFirst() {
      let alignment = sections[index].alignment
      at = (at + alignment - 1) & ~(alignment - 1)
      sections[index].offset = at
      // .bss takes no place in the file.
      guard sections[index].type != 8 else { continue }
      sections[index].size = UInt64(sections[index].bytes.count)
      at += sections[index].size
    }
  }

  private func section(_ name: String) -> Section { sections.first { $0.name == name }! }

  /// The whole file.
  var bytes: [UInt8] {
    var file: [UInt8] = []
    let tables = (sections.last!.offset + sections.last!.size + 7) & ~7
    header(&file, tables)
    let text = section(".text")
    let readOnly = section(".rodata")
    let data = section(".bss")
    let note = section(".notes")
    let code = readOnly.offset + readOnly.size - text.offset
    segment(&file, 1, 5, text.offset, text.address, code, code, 4096)
    segment(&file, 1, 6, data.offset, data.address, 0, data.size, 4096)
    segment(&file, 4, 4, note.offset, 0, note.size, note.size, 4)
    for section in sections.dropFirst() where section.type != 8 {
      file += [UInt8](repeating: 0, count: Int(section.offset) - file.count)
      file += section.bytes
    }
    file.pad(to: 8)
    var name: UInt32 = 0
    for section in sections {
      file.append(little: name)
      name += UInt32(section.name.utf8.count + 1)
      file.append(little: section.type)
      for value in [section.flags, section.address, section.offset, section.size] {
        file.append(little: value)
      }
      file.append(little: section.link)
      file.append(little: section.info)
      file.append(little: section.alignment)
      file.append(little: section.entry)
    }
    return file
  }

  private func header(_ file: inout [UInt8], _ tables: UInt64) {
    // Magic; 64 bits, little endian, version 1, System V.
    file += [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 8)
    // ET_EXEC, EM_X86_64, version 1.
    file.append(little: UInt16(2))
    file.append(little: UInt16(62))
    file.append(little: UInt32(1))
    file.append(little: image["start_kernel"])
    file.append(little: UInt64(64))
    file.append(little: tables)
    file.append(little: UInt32(0))
    for value in [64, 56, Int(Self.headers), 64, sections.count, sections.count - 1] {
      file.append(little: UInt16(value))
    }
  }

  private func segment(
    _ file: inout [UInt8], _ type: UInt32, _ flags: UInt32, _ offset: UInt64, _ address: UInt64,
    _ size: UInt64, _ memory: UInt64, _ alignment: UInt64
  ) {
    file.append(little: type)
    file.append(little: flags)
    let physical = address == 0 ? 0 : address &- 0xffff_ffff_8000_0000
    for value in [offset, address, physical, size, memory, alignment] { file.append(little: value) }
  }
}
