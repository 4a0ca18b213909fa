/// A word of the index of busy areas: an area, and what is known of it without a look at its record, which
/// is seldom in the host's caches.
struct BusyWord: BitwiseCopyable, Equatable {
  let rawValue: UInt32

  /// Bits that are free in a granule, since records fill cache lines.
  private static let bits: UInt32 = 3

  @inline(__always)
  init(rawValue: UInt32) { self.rawValue = rawValue }

  @inline(__always)
  init(_ area: Ref<VMArea>) { rawValue = area.granule }

  /// A plain area, of which nothing but addresses is given back: nothing has its name, its pages are
  /// others', and it lies in the vmalloc area of a machine with one vmap node. `bytes` is what it reserves.
  @inline(__always)
  init(plain area: Ref<VMArea>, bytes: UInt64) {
    let size: UInt32 = bytes <= 32 << 12 ? 1 : bytes <= 128 << 12 ? 2 : bytes <= 512 << 12 ? 3 : 0
    rawValue = area.granule | size
  }

  @inline(__always)
  var area: Ref<VMArea> { Ref(granule: rawValue & ~Self.bits) }
  @inline(__always)
  var isPlain: Bool { rawValue & Self.bits != 0 }
  /// What a plain area reserves at most, in pages.
  @inline(__always)
  var mostPages: UInt64 { 8 &<< (2 &* UInt64(rawValue & Self.bits)) }
}
