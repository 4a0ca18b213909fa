/// What answers at physical addresses where there is no RAM.
///
/// One device is there, the HPET that every PC has: its first eight bytes are the capabilities, a 10 ns
/// clock by vendor 8086. Everywhere else nobody answers, and reads give ones.
enum Bus {
  static let hpet: UInt64 = 0xfed0_0000
  private static let hpetSize: UInt64 = 1024
  private static let hpetCapabilities: UInt64 = 0x0098_9680_8086_a201

  /// The byte a read of a physical address gives.
  static func read(_ physical: UInt64) -> UInt8 {
    let offset = physical &- hpet
    guard offset < hpetSize else { return 0xff }
    return offset < 8 ? UInt8(truncatingIfNeeded: hpetCapabilities >> (offset * 8)) : 0
  }
}
