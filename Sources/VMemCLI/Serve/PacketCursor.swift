/// Reads a packet from its start.
struct PacketCursor {
  private(set) var rest: ArraySlice<UInt8>

  init(_ packet: [UInt8]) { rest = packet[...] }

  var isAtEnd: Bool { rest.isEmpty }

  /// What is left as text.
  var text: String { String(decoding: rest, as: UTF8.self) }

  /// Passes over a text if it comes next.
  mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  /// Passes over a hexadecimal number of at most 64 bits.
  mutating func number() -> UInt64? {
    var value: UInt64 = 0
    var count = 0
    while let digit = rest.first.flatMap(Hex.digit) {
      count += 1
      guard count <= 16 else { return nil }
      value = value << 4 | UInt64(digit)
      rest = rest.dropFirst()
    }
    return count == 0 ? nil : value
  }

  /// Passes over `A,B`.
  mutating func pair() -> (UInt64, UInt64)? {
    guard let first = number(), take(","), let second = number() else { return nil }
    return (first, second)
  }
}
