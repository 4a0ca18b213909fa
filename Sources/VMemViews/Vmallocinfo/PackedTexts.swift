/// Texts one behind the other, by number: a million of them are two arrays.
package struct PackedTexts: Sendable {
  /// A text's number; 0 is the empty one.
  package struct Number: Hashable, Sendable {
    var value: UInt32

    /// The number of the empty text.
    package static let empty = Number(value: 0)

    package var isEmpty: Bool { value == 0 }
    /// The same as an index.
    package var index: Int { Int(value) }
  }

  package private(set) var bytes: [UInt8] = []
  /// Where each text ends and the next one begins.
  private var ends: [UInt32] = [0]

  /// Texts, the empty one too.
  package var count: Int { ends.count }

  /// Bytes of the longest.
  package var longest: Int { zip(ends, ends.dropFirst()).map { Int($1 - $0) }.max() ?? 0 }

  /// Where a text stands in `bytes`.
  package func range(_ number: Number) -> Range<Int> {
    number.isEmpty ? 0..<0 : Int(ends[number.index - 1])..<Int(ends[number.index])
  }

  /// A text, with control bytes as they are.
  package func text(_ number: Number) -> String {
    String(decoding: bytes[range(number)], as: UTF8.self)
  }

  /// Adds a text, each byte as `change` makes it.
  @inline(__always)
  mutating func add(_ text: Span<UInt8>, as change: (UInt8) -> UInt8 = { $0 }) -> Number {
    for at in text.indices { bytes.append(change(text[at])) }
    ends.append(UInt32(bytes.count))
    return Number(value: UInt32(ends.count - 1))
  }

  /// Whether a text comes before another, byte by byte.
  func isLess(_ a: Number, _ b: Number) -> Bool {
    let (first, second) = (range(a), range(b))
    for offset in 0..<min(first.count, second.count) {
      let (x, y) = (bytes[first.lowerBound + offset], bytes[second.lowerBound + offset])
      if x != y { return x < y }
    }
    return first.count < second.count
  }

  /// Whether a text begins so.
  package func hasPrefix(_ prefix: StaticString, at number: Number) -> Bool {
    let range = range(number)
    guard range.count >= prefix.utf8CodeUnitCount else { return false }
    for at in 0..<prefix.utf8CodeUnitCount {
      // Safe: the literal is that long.
      if unsafe bytes[range.lowerBound + at] != prefix.utf8Start[at] { return false }
    }
    return true
  }
}
