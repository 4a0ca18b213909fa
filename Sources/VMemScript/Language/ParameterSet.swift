/// Parameters, a bit for each: room for 256.
struct ParameterSet {
  static let room = 256

  private var words = InlineArray<4, UInt64>(repeating: 0)

  @inline(__always)
  func contains(_ id: UInt8) -> Bool { words[Int(id >> 6)] & Self.bit(id) != 0 }

  @inline(__always)
  private static func bit(_ id: UInt8) -> UInt64 { 1 << UInt64(id & 63) }

  @inline(__always)
  func contains(_ parameter: borrowing Parameter) -> Bool { contains(parameter.id) }

  @inline(__always)
  mutating func insert(_ id: UInt8) {
    words[Int(id >> 6)] |= Self.bit(id)
  }

  @inline(__always)
  mutating func insert(_ parameter: borrowing Parameter) { insert(parameter.id) }

  @inline(__always)
  func isSuperset(of other: ParameterSet) -> Bool {
    var missing: UInt64 = 0
    for at in words.indices { missing |= other.words[at] & ~words[at] }
    return missing == 0
  }
}
