internal import VMem

/// The rows of `/proc/vmallocinfo`. The corresponding kernel function is `vmalloc_info_show`.
struct VmallocinfoRows {
  let ram: RAM
  /// Whether texts of imported rows are printed as they are, control bytes and all.
  let isRaw: Bool
  private let nodes: Int
  private let pointers: PointerStyle
  private let hash: PointerHash
  private let flagBits: FlagBits

  init(_ machine: borrowing Machine, _ pointers: PointerStyle, isRaw: Bool = false) {
    ram = machine.ram
    self.isRaw = isRaw
    nodes = machine.configuration.nodes
    self.pointers = pointers
    flagBits = FlagBits(machine.configuration.switches)
    hash = PointerHash(seed: machine.configuration.seed)
  }

  /// The words of an area's flags, in the kernel's order.
  @inline(__always)
  private func forEachWord(_ flags: VMFlags, _ body: (StaticString) -> Void) {
    let bits = flags.rawValue
    if bits & flagBits.ioremap != 0 { body("ioremap") }
    if bits & flagBits.sparse != 0 { body("sparse") }
    if bits & flagBits.alloc != 0 { body("vmalloc") }
    if bits & flagBits.map != 0 { body("vmap") }
    if bits & flagBits.usermap != 0 { body("user") }
    if bits & flagBits.dmaCoherent != 0 { body("dma-coherent") }
  }

  /// Copies of the flags' bits: a row must not look six globals of another module up.
  private struct FlagBits {
    let ioremap = VMFlags.ioremap.rawValue
    /// 0 where the kernel does not know the flag.
    let sparse: UInt64
    let alloc = VMFlags.alloc.rawValue
    let map = VMFlags.map.rawValue
    let usermap = VMFlags.usermap.rawValue
    let dmaCoherent = VMFlags.dmaCoherent.rawValue
    let uninitialized = VMFlags.uninitialized.rawValue

    init(_ switches: Switches) {
      sparse = switches.contains(.sparse) ? VMFlags.sparse.rawValue : 0
    }
  }

  // MARK: Rows

  /// The row of a busy area; none for one that is not set up yet.
  @inline(__always)
  func busy(_ area: borrowing VMArea, to output: inout ViewOutput) {
    guard area.isVMStruct else {
      guard area.areaFlags & VMArea.mapRAM != 0 else { return }
      return plain(
        area.start, area.end, "vm_map_ram", text: "vm_map_ram", area.tail, to: &output)
    }
    guard area.flags.rawValue & flagBits.uninitialized == 0 else { return }
    if output.isJSON { return json(area, to: &output) }
    if area.isImported, isOdd(area) { return imported(area, to: &output) }
    var cursor = output.writer.begin(upTo: Self.longestRow)
    text(area, to: &cursor)
    output.end(row: cursor)
  }

  func unpurged(_ ranges: [LazyRange], to output: inout ViewOutput) {
    for range in ranges {
      plain(
        range.start, range.end, "unpurged", text: "unpurged vm_area", range.tail, to: &output)
    }
  }

  private func plain(
    _ start: UInt64, _ end: UInt64, _ kind: StaticString, text: StaticString, _ tail: Ref<Symbol>,
    to output: inout ViewOutput
  ) {
    if output.isJSON {
      output.beginObject()
      head(start, end, to: &output)
      output.field("kind", literal: kind)
      if !tail.isNone { output.field("words", text: ram.text(of: tail).span) }
      return output.endObject()
    }
    var cursor = output.writer.begin(upTo: Self.longestRow)
    head(start, end, to: &cursor)
    output.writer.end(cursor)
    output.writer.write(byte: 0x20)
    output.writer.write(text)
    if !tail.isNone { write(ram.text(of: tail), to: &output) }
    output.endLine()
  }

  // MARK: Text

  /// More bytes than any row has: a caller of 111 with each byte escaped, eight node counters, every
  /// other part.
  static let longestRow = 1536

  @inline(__always)
  private func text(_ area: borrowing VMArea, to writer: inout ByteCursor) {
    head(area.start, area.end, to: &writer)
    if !area.caller.isNone {
      writer.write(byte: 0x20)
      let symbol = area.caller
      writer.printable(first: Int(ram[symbol].length), of: ram[symbol].text.span)
    }
    rest(area, to: &writer)
  }

  /// What stands behind the caller.
  @inline(__always)
  func rest(_ area: borrowing VMArea, to writer: inout ByteCursor) {
    if area.pageCount != 0 {
      writer.write(" pages=")
      writer.decimal(UInt64(area.pageCount), width: 1)
    }
    if area.physicalAddress != 0 {
      writer.write(" phys=")
      writer.address(area.physicalAddress)
    }
    forEachWord(area.flags) {
      writer.write(byte: 0x20)
      writer.write($0)
    }
    if area.isImported {
      if area.showsArray { writer.write(" vpages") }
      return nodeCounters(area, 8, to: &writer)
    }
    guard area.pageCount != 0 else { return }
    if Self.hasPageArrayInWindow(area) { writer.write(" vpages") }
    nodeCounters(area, nodes, to: &writer)
  }

  @inline(__always)
  func head(_ start: UInt64, _ end: UInt64, to writer: inout ByteCursor) {
    writer.address(shown(start))
    writer.write(byte: 0x2d)
    writer.address(shown(end))
    writer.write(byte: 0x20)
    writer.decimal(end &- start, width: 7)
  }

  @inline(__always)
  private func shown(_ address: UInt64) -> UInt64 {
    switch pointers {
    case .real: address
    case .hashed: hash(address)
    case .zero: 0
    }
  }

  /// Whether the area's array of page pointers, eight bytes a page, is itself from vmalloc: it is
  /// when it takes more than a page.
  private static func hasPageArrayInWindow(_ area: borrowing VMArea) -> Bool {
    if area.isImported { return area.showsArray }
    if area.array != 0 { return true }
    return area.pageCount > 512
  }

  @inline(__always)
  private func nodeCounters(
    _ area: borrowing VMArea, _ nodes: Int, to writer: inout ByteCursor
  ) {
    if self.nodes == 1, area.ownsPages {
      writer.write(" N0=")
      return writer.decimal(UInt64(area.pageCount), width: 1)
    }
    severalCounters(area, nodes, to: &writer)
  }

  @inline(never)
  private func severalCounters(
    _ area: borrowing VMArea, _ nodes: Int, to writer: inout ByteCursor
  ) {
    let counts = area.pagesPerNode(ram)
    for node in 0..<nodes where counts[node] != 0 {
      writer.write(" N")
      writer.decimal(UInt64(node), width: 1)
      writer.write(byte: 0x3d)
      writer.decimal(counts[node], width: 1)
    }
  }

  // MARK: JSON

  private func head(_ start: UInt64, _ end: UInt64, to output: inout ViewOutput) {
    output.field("start", address: shown(start))
    output.field("end", address: shown(end))
    output.field("size", count: end &- start)
  }

  private func json(_ area: borrowing VMArea, to output: inout ViewOutput) {
    output.beginObject()
    head(area.start, area.end, to: &output)
    output.field("kind", literal: "area")
    if area.isImported {
      let caller = importedCaller(area)
      if !caller.isEmpty { output.field("caller", text: caller.span) }
    } else if !area.caller.isNone {
      output.field("caller", text: ram.text(of: area.caller).span)
    }
    output.field("pages", count: UInt64(area.pageCount))
    if area.physicalAddress != 0 { output.field("phys", address: area.physicalAddress) }
    output.beginArray("flags")
    forEachWord(area.flags) { output.element($0) }
    output.endArray()
    if area.pageCount != 0 {
      output.field("vpages", flag: Self.hasPageArrayInWindow(area))
      output.beginArray("nodes")
      let counts = NodePages(area, ram).counts
      let shown = area.isImported ? max(nodes, counts.count) : nodes
      for node in 0..<shown { output.element(node < counts.count ? counts[node] : 0) }
      output.endArray()
    }
    let words = VmallocinfoReader.unknownWords(in: area.importedTail(ram).span)
    if !words.isEmpty { output.field("words", text: words.span) }
    output.endObject()
  }
}
