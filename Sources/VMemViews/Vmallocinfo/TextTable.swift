/// The different texts of a file's rows, each once: so the file itself need not be kept. Tabs are
/// blanks in them.
struct TextTable {
  /// All of them, one behind the other.
  private(set) var bytes: [UInt8] = []
  private var found: [(at: UInt32, length: UInt32)] = []
  /// Numbers in `found`, from 1, and 0 for none, at a power of two.
  private var slots = [UInt32](repeating: 0, count: 1024)

  /// Where a text is in `bytes`, which takes it in when it is new.
  mutating func place(of range: Range<Int>, in text: Span<UInt8>) -> UInt32 {
    var slot = Int(truncatingIfNeeded: hash(range, text)) & (slots.count - 1)
    while slots[slot] != 0 {
      let entry = found[Int(slots[slot] - 1)]
      if Int(entry.length) == range.count, isEqual(entry.at, range, text) { return entry.at }
      slot = (slot + 1) & (slots.count - 1)
    }
    let at = UInt32(bytes.count)
    for position in range { bytes.append(Self.byte(text[position])) }
    found.append((at, UInt32(range.count)))
    slots[slot] = UInt32(found.count)
    if found.count * 2 > slots.count { grow() }
    return at
  }

  private func isEqual(_ at: UInt32, _ range: Range<Int>, _ text: Span<UInt8>) -> Bool {
    for (offset, position) in range.enumerated()
    where bytes[Int(at) + offset] != Self.byte(text[position]) { return false }
    return true
  }

  @inline(__always)
  private static func byte(_ byte: UInt8) -> UInt8 {
    VmallocinfoReader.isBlank(byte) ? 0x20 : byte
  }

  /// FNV-1a.
  @inline(__always)
  private func hash(_ range: Range<Int>, _ text: Span<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for at in range { hash = (hash ^ UInt64(Self.byte(text[at]))) &* 0x0100_0000_01b3 }
    return hash ^ hash >> 32
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 4)
    for (number, entry) in found.enumerated() {
      let range = Int(entry.at)..<Int(entry.at + entry.length)
      var slot = Int(truncatingIfNeeded: hash(range, bytes.span)) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(number + 1)
    }
  }
}
