/// What the quick path reads of a slot.
@usableFromInline
struct TLBSlot: BitwiseCopyable {
  @usableFromInline var tag: UInt64
  @usableFromInline var data: UInt64
}

/// Where the TLBs of all CPUs are, and what they have done. Stands near the end of frame 0.
@usableFromInline
struct TLBState: BitwiseCopyable {
  @inlinable @inline(__always)
  static var ref: Ref<TLBState> { Ref(granule: 248) }

  /// First slot of the current CPU's TLB, as a granule; 0 on a machine without TLBs.
  @usableFromInline var current: UInt32 = 0
  /// Slots for pages of 4 KiB, minus one.
  @usableFromInline var mask: UInt32 = 0
  var framesPerCPU: UInt32 = 0
  /// CPUs whose TLBs are in the device hole, and the first frame of the others' TLBs.
  var inHole: UInt32 = 0
  var others: UInt32 = 0
  /// Slots by size of page: 4 KiB, 2 MiB, 1 GiB.
  var small: UInt32 = 0
  var medium: UInt32 = 0
  var large: UInt32 = 0
  /// Slots of all sizes.
  var slots: UInt32 = 0
  /// Entries in the TLBs of all CPUs, and those of large pages among them that are suspect.
  var used: UInt32 = 0
  var suspectLarge: UInt32 = 0
  var unused: UInt32 = 0
  /// Translations taken from the tables, and accesses by an entry that the tables no longer bear out.
  var fills: UInt64 = 0
  var staleHits: UInt64 = 0
  /// Accesses that an entry served.
  @usableFromInline var hits: UInt64 = 0
  /// Which remembered walks still hold: the lower bits of their keys. From 1 to 21 bits of ones.
  var walkEpoch: UInt32 = 1

  init() {}

  /// First frame of a CPU's TLB.
  func frame(_ cpu: Int) -> UInt32 {
    let cpu = UInt32(cpu)
    return cpu < inHole
      ? BootLayout.hole.from &+ cpu &* framesPerCPU : others &+ (cpu - inHole) &* framesPerCPU
  }

  /// Where the TLB that begins at a granule remembers the walk to an address: behind its slots and
  /// their times, 24 bytes each.
  @inline(__always)
  func walk(_ first: UInt32, _ address: UInt64) -> Ref<TLBWalk> {
    let number = UInt32(truncatingIfNeeded: address >> Level.shift(depth: 2))
    return Ref(granule: first &+ slots &+ slots >> 1 &+ number & UInt32(TLB.walks - 1))
  }

  /// First slot of a CPU's TLB, as a granule, or 0.
  func firstSlot(_ cpu: Int) -> UInt32 { slots == 0 ? 0 : frame(cpu) << 8 }

  /// The slots of a TLB with three times a power of two of entries: two thirds for pages of 4 KiB, one
  /// sixth each for those of 2 MiB and 1 GiB.
  init(entries: Int) {
    guard Configuration.isTLBSize(entries), entries > 0 else { return }
    small = UInt32(entries / 3 * 2)
    medium = small / 4
    large = medium
    slots = UInt32(entries)
    mask = small - 1
    framesPerCPU = (slots * 24 + UInt32(TLB.walks) * 16 + 4095) / 4096
  }
}
