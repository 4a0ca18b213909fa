internal import VMem

/// Bits of an address that are looked at together.
struct AddressField {
  /// The level whose entry they choose; `sign` above these, `offset` below.
  let name: StaticString
  /// Numbers of the uppermost and the lowest bit.
  let high: Int
  let low: Int

  /// All bits of an address, from above.
  static func all(levels: Int) -> [AddressField] {
    let top = Int(Level.shift(depth: levels)) + 9
    var fields = [AddressField(name: "sign", high: 63, low: top)]
    for depth in stride(from: levels, through: 1, by: -1) {
      let low = Int(Level.shift(depth: depth))
      fields.append(
        AddressField(name: Level(depth: depth, levels: levels).name, high: low + 8, low: low))
    }
    return fields + [AddressField(name: "offset", high: 11, low: 0)]
  }

  var width: Int { high - low + 1 }

  func value(of address: UInt64) -> UInt64 {
    address >> UInt64(low) & (1 << UInt64(width) - 1)
  }

  /// The bits as digits.
  func digits(of address: UInt64) -> String {
    let digits = String(value(of: address), radix: 2)
    return String(repeating: "0", count: width - digits.utf8.count) + digits
  }
}
