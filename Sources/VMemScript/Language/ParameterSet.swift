/// Parameters, a bit for each: room for 256.
struct ParameterSet {
  static let room = 256

  private var low: UInt128 = 0
  private var high: UInt128 = 0

  @inline(__always)
  func contains(_ parameter: Parameter) -> Bool {
    let bit = UInt128(parameter.rawValue & 127)
    return (parameter.rawValue < 128 ? low : high) >> bit & 1 != 0
  }

  @inline(__always)
  mutating func insert(_ parameter: Parameter) {
    let bit = UInt128(1) << UInt128(parameter.rawValue & 127)
    if parameter.rawValue < 128 { low |= bit } else { high |= bit }
  }

  /// The first parameter of another set that is not in this one.
  func first(missingOf other: ParameterSet) -> Parameter? {
    let (lack, more) = (other.low & ~low, other.high & ~high)
    if lack != 0 { return Parameter(rawValue: UInt8(lack.trailingZeroBitCount)) }
    return more == 0 ? nil : Parameter(rawValue: UInt8(128 + more.trailingZeroBitCount))
  }

  @inline(__always)
  func isSuperset(of other: ParameterSet) -> Bool {
    (other.low & ~low) | (other.high & ~high) == 0
  }
}
