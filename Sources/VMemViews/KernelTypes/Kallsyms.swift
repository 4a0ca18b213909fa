/// The kernel's own table of its symbols, which VMCOREINFO names: readers without debug information have
/// names from it, and some find it in memory by what its parts look like. Each byte of a name is a token
/// that stands for itself: nothing is compressed.
struct Kallsyms {
  /// How the kernel lays the table out.
  struct Layout {
    /// Whether the addresses stand in front of the names, as before 6.4.
    let beginsWithOffsets: Bool
    /// Whether an offset counts from its own place, as from 7.0 on.
    let isPlaceRelative: Bool
  }

  /// Names that one marker stands for.
  private static let namesOfMarker = 256

  /// Parts in the order of their addresses.
  private(set) var parts: [(name: String, address: UInt64)] = []
  private(set) var bytes: [UInt8] = []
  let start: UInt64
  private let layout: Layout

  /// - Parameters:
  ///   - symbols: names and addresses, with the letter that `nm` gives each.
  ///   - start: where the table lies.
  init(
    _ symbols: [(name: String, letter: UInt8, address: UInt64)], at start: UInt64, _ layout: Layout
  ) {
    self.start = start
    self.layout = layout
    let sorted = symbols.sorted { ($0.address, $0.name) < ($1.address, $1.name) }
    let addresses = sorted.map(\.address)
    if layout.beginsWithOffsets { addOffsets(addresses) }
    begin("kallsyms_num_syms")
    bytes.append(little: UInt32(sorted.count))
    addNames(sorted.map { [$0.letter] + Array($0.name.utf8) })
    addTokens()
    if !layout.beginsWithOffsets { addOffsets(addresses) }
  }

  private mutating func addNames(_ names: [[UInt8]]) {
    begin("kallsyms_names")
    let first = bytes.count
    var markers: [UInt32] = []
    for (number, name) in names.enumerated() {
      if number % Self.namesOfMarker == 0 { markers.append(UInt32(bytes.count - first)) }
      bytes.append(UInt8(name.count))
      bytes += name
    }
    begin("kallsyms_markers")
    for marker in markers { bytes.append(little: marker) }
  }

  private mutating func addTokens() {
    begin("kallsyms_token_table")
    var starts: [UInt16] = []
    let table = bytes.count
    for token in 0...UInt8.max {
      starts.append(UInt16(bytes.count - table))
      bytes += Self.token(token) + [0]
    }
    begin("kallsyms_token_index")
    for start in starts { bytes.append(little: start) }
  }

  /// What a byte of a name stands for: itself; of those in no name two digits, as a kernel has pieces of
  /// names there, never nothing.
  private static func token(_ byte: UInt8) -> [UInt8] {
    let letter = Character(UnicodeScalar(byte))
    let isOfNames = byte < 0x80 && (letter.isLetter || letter.isNumber || "_.$".contains(letter))
    if isOfNames { return [byte] }
    let digits = String(byte, radix: 16)
    return Array((digits.count < 2 ? "0" + digits : digits).utf8)
  }

  private mutating func addOffsets(_ addresses: [UInt64]) {
    begin("kallsyms_offsets")
    let base = addresses.first ?? 0
    for address in addresses {
      let from = layout.isPlaceRelative ? start + UInt64(bytes.count) : base
      bytes.append(little: UInt32(truncatingIfNeeded: address &- from))
    }
    if !layout.isPlaceRelative {
      begin("kallsyms_relative_base")
      bytes.append(little: base)
    }
  }

  private mutating func begin(_ name: String) {
    bytes.pad(to: 8)
    parts.append((name, start + UInt64(bytes.count)))
  }
}
