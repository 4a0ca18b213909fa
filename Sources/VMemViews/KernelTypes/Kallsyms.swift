/// The kernel's own table of its symbols, which VMCOREINFO names: readers without debug information have
/// names from it. Each byte of a name is a token that stands for itself: nothing is compressed.
struct Kallsyms {
  /// Parts in the order of their addresses, at the end of the image.
  private(set) var parts: [(name: String, address: UInt64)] = []
  private(set) var bytes: [UInt8] = []
  private let start: UInt64

  /// - Parameters:
  ///   - symbols: names and addresses, with the letter that `nm` gives each.
  ///   - isPlaceRelative: whether an offset counts from its own place, as from 7.0 on.
  init(
    _ symbols: [(name: String, letter: UInt8, address: UInt64)], at start: UInt64,
    isPlaceRelative: Bool
  ) {
    self.start = start
    let sorted = symbols.sorted { ($0.address, $0.name) < ($1.address, $1.name) }
    begin("kallsyms_num_syms")
    bytes.append(little: UInt32(sorted.count))
    begin("kallsyms_names")
    for symbol in sorted {
      let text = [symbol.letter] + Array(symbol.name.utf8)
      bytes.append(UInt8(text.count))
      bytes += text
    }
    begin("kallsyms_token_table")
    var starts: [UInt16] = []
    let table = bytes.count
    for token in 0...UInt8.max {
      starts.append(UInt16(bytes.count - table))
      if token > 0 { bytes.append(token) }
      bytes.append(0)
    }
    begin("kallsyms_token_index")
    for start in starts { bytes.append(little: start) }
    begin("kallsyms_offsets")
    let base = sorted.first?.address ?? 0
    for symbol in sorted {
      let from = isPlaceRelative ? start + UInt64(bytes.count) : base
      bytes.append(little: UInt32(truncatingIfNeeded: symbol.address &- from))
    }
    if !isPlaceRelative {
      begin("kallsyms_relative_base")
      bytes.append(little: base)
    }
    bytes.pad(to: 4096)
  }

  private mutating func begin(_ name: String) {
    bytes.pad(to: 8)
    parts.append((name, start + UInt64(bytes.count)))
  }
}
