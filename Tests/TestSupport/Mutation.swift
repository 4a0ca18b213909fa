/// Damage to a file of text.
package enum Mutation {
  /// A copy with one to four bytes, pieces or lines changed, cut out, doubled or put elsewhere.
  package static func mutated(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0...generator.index(4) where !bytes.isEmpty {
      let at = generator.index(bytes.count)
      let length = min(bytes.count - at, 1 + generator.index(90))
      switch generator.index(6) {
      case 0: bytes[at] ^= 1 << UInt8(generator.index(8))
      case 1: bytes[at] = UInt8(truncatingIfNeeded: generator.next())
      case 2: bytes.removeSubrange(at..<at + length)
      case 3: bytes.insert(contentsOf: bytes[at..<at + length], at: at)
      case 4:
        let piece = Array(bytes[at..<at + length])
        bytes.insert(contentsOf: piece, at: generator.index(bytes.count))
      default: bytes[at] = generator.pick(Array("0123456789abcdefxN=-[] \n\r\0".utf8))
      }
    }
    return bytes
  }
}
