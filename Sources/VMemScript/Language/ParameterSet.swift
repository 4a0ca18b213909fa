/// Parameters, a bit for each: room for 256.
struct ParameterSet {
  static let room = 256

  private var low: UInt128 = 0
  private var high: UInt128 = 0

  @inline(__always)
  func contains(_ id: UInt8) -> Bool {
    (id < 128 ? low : high) >> UInt128(id & 127) & 1 != 0
  }

  @inline(__always)
  func contains(_ parameter: borrowing Parameter) -> Bool { contains(parameter.id) }

  @inline(__always)
  mutating func insert(_ id: UInt8) {
    let bit = UInt128(1) << UInt128(id & 127)
    if id < 128 { low |= bit } else { high |= bit }
  }

  @inline(__always)
  mutating func insert(_ parameter: borrowing Parameter) { insert(parameter.id) }

  @inline(__always)
  func isSuperset(of other: ParameterSet) -> Bool {
    (other.low & ~low) | (other.high & ~high) == 0
  }
}
