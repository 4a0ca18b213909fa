package import VMem

/// The kernel's image: its types, and where each function and variable lies. It follows from the
/// kernel's version and the levels of its tables alone, so that the debug information of one machine
/// fits every machine of its kind.
package struct KernelImage {
  /// Where the text begins (`_stext`), and the bytes from there to `phys_base`'s zero.
  static let start: UInt64 = 0xffff_ffff_8100_0000
  static let textOffset: UInt64 = start - 0xffff_ffff_8000_0000

  struct Place {
    let name: String
    let address: UInt64
    let size: Int
    let section: KernelSymbol.Section
    /// nil for a function.
    let type: Int?
  }

  let table: TypeTable
  let kernel: KernelVersion
  let levels: Int
  /// In the order of their addresses.
  private(set) var places: [Place] = []
  /// Second names of places.
  private(set) var aliases: [(name: String, address: UInt64)] = []
  /// Addresses of each section.
  private(set) var sections: [KernelSymbol.Section: Range<UInt64>] = [:]
  /// One past the last byte, whole pages (`_end`).
  private(set) var end: UInt64 = 0
  /// The GNU build id.
  private(set) var buildID: [UInt8] = []
  /// The kernel's table of these names, behind its constants.
  private(set) var kallsyms: Kallsyms
  private var addresses: [String: UInt64] = [:]

  package init(_ c: Configuration) {
    kernel = c.kernel
    levels = c.levels
    var parser = DeclarationParser(
      constants: MeasuredLayout.constants(c), measured: MeasuredLayout.places(c.kernel))
    parser.read(Declarations.pageNames(c), c)
    for text in Declarations.all { parser.read(text, c) }
    table = parser.table
    kallsyms = Kallsyms([], at: 0, Self.layout(c.kernel))
    // Where things lie depends on the bytes of the table of names, but not these on where they lie.
    place()
    place()
    for part in kallsyms.parts { alias(part.name, part.address) }
    buildID = identified()
  }

  private static func layout(_ kernel: KernelVersion) -> Kallsyms.Layout {
    Kallsyms.Layout(
      beginsWithOffsets: Switch.Kernels.symbolsBeginWithOffsets.contains(kernel),
      isPlaceRelative: Switch.Kernels.placeRelativeSymbols.contains(kernel))
  }

  private mutating func place() {
    (places, aliases, addresses) = ([], [], [:])
    var at = Self.start
    var names: UInt64 = 0
    for section in KernelSymbol.Section.allCases {
      let from = at
      for symbol in table.symbols where symbol.section == section {
        let alignment = UInt64(max(symbol.alignment, symbol.type == nil ? 16 : 8))
        at = (at + alignment - 1) & ~(alignment - 1)
        places.append(
          Place(
            name: symbol.name, address: at, size: symbol.size, section: section, type: symbol.type))
        precondition(addresses[symbol.name] == nil, "\(symbol.name) is declared twice")
        addresses[symbol.name] = at
        at += UInt64(symbol.size)
      }
      if section == .readOnly {
        names = (at + 7) & ~7
        at = names + UInt64(kallsyms.bytes.count)
      }
      at = (at + 4095) & ~4095
      sections[section] = from..<at
    }
    end = at
    nameEnds()
    addKallsyms(at: names)
  }

  private mutating func nameEnds() {
    alias("_text", Self.start)
    alias("_etext", sections[.text]!.upperBound)
    alias("_einittext", sections[.initText]!.upperBound)
    alias("_sdata", sections[.data]!.lowerBound)
    alias("_edata", end)
    alias("_end", end)
    alias("swapper_pg_dir", self["init_top_pgt"])
    alias("init_stack", self["init_thread_union"])
    alias("__start_init_stack", self["init_thread_union"])
    alias("__end_init_stack", self["init_thread_union"] + UInt64(table.size("union thread_union")))
    alias("__per_cpu_start", self["runqueues"])
    alias("__per_cpu_end", self["__brk_base"])
    guard addresses["single"] != nil else { return }
    // Readers that know one tree of areas only find that of a machine with one vmap node.
    alias("vmap_area_root", self["single"] + offset("struct vmap_node", "busy.root"))
    alias("vmap_area_list", self["single"] + offset("struct vmap_node", "busy.head"))
  }

  private mutating func addKallsyms(at start: UInt64) {
    var symbols: [(name: String, letter: UInt8, address: UInt64)] = places.map {
      let letter =
        switch $0.section {
        case .text, .initText: "T"
        case .readOnly: "R"
        case .data: "D"
        } as Character
      return ($0.name, letter.asciiValue!, $0.address)
    }
    symbols += aliases.map { ($0.name, UInt8(ascii: "D"), $0.address) }
    kallsyms = Kallsyms(symbols, at: start, Self.layout(kernel))
  }

  private mutating func alias(_ name: String, _ address: UInt64) {
    aliases.append((name, address))
    addresses[name] = address
  }

  /// The address of a function or variable there is.
  subscript(name: String) -> UInt64 {
    guard let address = addresses[name] else { preconditionFailure("no symbol \(name)") }
    return address
  }

  func has(_ name: String) -> Bool { addresses[name] != nil }

  func offset(_ structure: String, _ path: String) -> UInt64 {
    UInt64(table.field(structure, path).offset)
  }

  /// `linux_banner`.
  var banner: String { kernel.banner + "\n" }

  /// 20 bytes that follow from all that the image is.
  private func identified() -> [UInt8] {
    var text = "\(kernel.release) \(levels)"
    for place in places { text += " \(place.name) \(place.address) \(place.size)" }
    for type in table.types {
      text += " \(type.name) \(type.size)"
      switch type.kind {
      case .structure(_, let members, _):
        for member in members { text += " \(member.name) \(member.type) \(member.offset)" }
      case .enumeration(let values):
        for (name, value) in values { text += " \(name) \(value)" }
      case .alias(let other), .array(let other, _): text += " \(other)"
      case .pointer(let target): text += " \(target ?? -1)"
      case .base(let encoding): text += " \(encoding)"
      }
    }
    var bytes: [UInt8] = []
    for part in 0..<3 as Range<UInt64> {
      // FNV-1a, 64 bits, from three beginnings.
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325 &+ part &* 0x9e37_79b9_7f4a_7c15
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      bytes.append(little: hash)
    }
    return Array(bytes.prefix(20))
  }
}
