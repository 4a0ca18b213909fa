/// Where the TLBs of all CPUs are, and what they have done. Stands near the end of frame 0.
@usableFromInline
struct TLBState: BitwiseCopyable {
  @usableFromInline static let ref = Ref<TLBState>(granule: 248)

  /// First frame of the current CPU's TLB; 0 on a machine without TLBs.
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
  @usableFromInline var slots: UInt32 = 0
  /// Entries in the TLBs of all CPUs.
  var used: UInt32 = 0
  /// Everything in them lies in this range of addresses; both ends are part of it.
  var lowest: UInt64 = .max
  var highest: UInt64 = 0
  /// Translations taken from the tables, and accesses by an entry that the tables no longer bear out.
  var fills: UInt64 = 0
  var staleHits: UInt64 = 0

  init() {}

  /// First frame of a CPU's TLB.
  func frame(_ cpu: Int) -> UInt32 {
    let cpu = UInt32(cpu)
    return cpu < inHole
      ? BootLayout.hole.from + cpu * framesPerCPU : others &+ (cpu - inHole) &* framesPerCPU
  }

  /// The slots of a TLB with as many entries: two thirds, rounded down to a power of two, for pages of
  /// 4 KiB; of the others a quarter for pages of 1 GiB.
  init(entries: Int) {
    guard entries >= Configuration.minimumTLBEntries else { return }
    let small = 1 << (Int.bitWidth - 1 - (2 * entries / 3).leadingZeroBitCount)
    self.small = UInt32(small)
    large = UInt32((entries - small) / 4)
    medium = UInt32(entries - small) - large
    slots = UInt32(entries)
    mask = self.small - 1
    framesPerCPU = UInt32((entries * 24 + 4095) / 4096)
  }
}
