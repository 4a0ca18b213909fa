/// Different texts, each once, so that whatever they were read from need not be kept. Tabs are blanks in
/// them.
package struct TextTable: Sendable {
  package private(set) var texts = PackedTexts()
  /// Hash and number of each text, and 0 for none, at a power of two.
  private var slots = [UInt64](repeating: 0, count: 1024)

  package init() {}

  /// The number of a text, which is taken in when it is new.
  package mutating func number(of text: Span<UInt8>) -> PackedTexts.Number {
    guard !text.isEmpty else { return .empty }
    let hash = Self.hash(text)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash >> 32 {
        let number = PackedTexts.Number(value: UInt32(truncatingIfNeeded: slots[slot]))
        if isEqual(number, text) { return number }
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    let number = texts.add(text, as: Self.byte)
    slots[slot] = hash & ~0xffff_ffff | UInt64(number.value)
    if texts.count * 2 > slots.count { grow() }
    return number
  }

  private func isEqual(_ number: PackedTexts.Number, _ text: Span<UInt8>) -> Bool {
    let range = texts.range(number)
    guard range.count == text.count else { return false }
    let known = texts.bytes.span.extracting(range)
    var at = 0
    while at < text.count {
      if Self.word(known, at) != Self.word(text, at) { return false }
      at += 8
    }
    return true
  }

  @inline(__always)
  private static func byte(_ byte: UInt8) -> UInt8 {
    VmallocinfoReader.isBlank(byte) ? 0x20 : byte
  }

  /// Eight bytes of a text, or what there is behind its last eight, with zeroes.
  @inline(__always)
  private static func word(_ text: Span<UInt8>, _ at: Int) -> UInt64 {
    if at + 8 <= text.count {
      // Safe: any eight bytes are a number.
      let word = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
      // No byte below 0x20: nothing to change.
      if (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080 == 0 { return word }
    }
    var word: UInt64 = 0
    for at in (at..<min(at + 8, text.count)).reversed() {
      word = word << 8 | UInt64(byte(text[at]))
    }
    return word
  }

  /// As FNV-1a, but of eight bytes at a time; both halves are the same, so that a slot keeps what tells
  /// where its text goes.
  @inline(__always)
  private static func hash(_ text: Span<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var at = 0
    while at < text.count {
      hash = (hash ^ word(text, at)) &* 0x9e37_79b9_7f4a_7c15
      hash ^= hash >> 29
      at += 8
    }
    let half = (hash ^ hash >> 32) & 0xffff_ffff
    return half << 32 | half
  }

  private mutating func grow() {
    let before = slots
    slots = [UInt64](repeating: 0, count: before.count * 2)
    for entry in before where entry != 0 {
      var slot = Int(truncatingIfNeeded: entry >> 32) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = entry
    }
  }
}
