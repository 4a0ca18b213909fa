/// The hash behind hashed pointers: SipHash-2-4 of the address, as the kernel uses it, with a key
/// made from the machine's seed instead of one drawn at boot.
///
/// The corresponding kernel function is `ptr_to_hashval`.
package struct PointerHash: Sendable {
  private let key: (UInt64, UInt64)

  package init(key: (UInt64, UInt64)) { self.key = key }

  package init(seed: UInt64) { self.init(key: (seed, ~seed &* 0x9e37_79b9_7f4a_7c15)) }

  /// What stands for `address`: its low 32 bits, the others zero.
  @inline(__always)
  package func callAsFunction(_ address: UInt64) -> UInt64 {
    var state = State(key)
    state.add(address)
    // The last word of a message of eight bytes: its length in the top byte.
    state.add(8 << 56)
    return state.finished() & 0xffff_ffff
  }

  private struct State {
    var a: UInt64
    var b: UInt64
    var c: UInt64
    var d: UInt64

    @inline(__always)
    init(_ key: (UInt64, UInt64)) {
      a = key.0 ^ 0x736f_6d65_7073_6575
      b = key.1 ^ 0x646f_7261_6e64_6f6d
      c = key.0 ^ 0x6c79_6765_6e65_7261
      d = key.1 ^ 0x7465_6462_7974_6573
    }

    @inline(__always)
    mutating func add(_ word: UInt64) {
      d ^= word
      round()
      round()
      a ^= word
    }

    @inline(__always)
    mutating func finished() -> UInt64 {
      c ^= 0xff
      for _ in 0..<4 { round() }
      return a ^ b ^ c ^ d
    }

    @inline(__always)
    private mutating func round() {
      a &+= b
      b = Self.rotated(b, 13) ^ a
      a = Self.rotated(a, 32)
      c &+= d
      d = Self.rotated(d, 16) ^ c
      a &+= d
      d = Self.rotated(d, 21) ^ a
      c &+= b
      b = Self.rotated(b, 17) ^ c
      c = Self.rotated(c, 32)
    }

    @inline(__always)
    private static func rotated(_ value: UInt64, _ by: UInt64) -> UInt64 {
      value << by | value >> (64 - by)
    }
  }
}
