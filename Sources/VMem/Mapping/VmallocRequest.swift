/// What an allocation may do to get memory (`gfp_t`, as far as it matters here).
public enum AllocationMode: UInt8, Sendable {
  /// GFP_KERNEL: may sleep and reclaim.
  case kernel
  /// GFP_ATOMIC and GFP_NOWAIT: neither.
  case atomic
  case nowait

  var mayBlock: Bool { self == .kernel }

  /// Bits of the words that `--gfp` takes.
  package static let words: [(name: StaticString, value: UInt64)] = [
    ("GFP_KERNEL", 0), ("GFP_ATOMIC", 1), ("GFP_NOWAIT", 2), ("__GFP_ZERO", zeroed),
    ("__GFP_NOWARN", silent),
  ]
  package static let zeroed: UInt64 = 4
  package static let silent: UInt64 = 8

  /// The strictest of some words.
  package init(gfp: UInt64) {
    self = gfp & 2 != 0 ? .nowait : gfp & 1 != 0 ? .atomic : .kernel
  }
}

/// How a member of the vmalloc family differs from the others.
public struct VmallocRequest: Sendable {
  /// Bytes.
  public var size: UInt64
  public var align: UInt64 = 1
  package var start: UInt64?
  package var end: UInt64?
  public var flags: VMFlags = []
  /// Preferred NUMA node, or nil for none.
  public var node: Int?
  public var isZeroed = false
  /// Whether failures are not logged (`__GFP_NOWARN`).
  public var isSilent = false
  /// Whether frames must lie below 4 GiB.
  public var isLow = false
  public var mode = AllocationMode.kernel
  public var caller = Ref<Symbol>.none

  /// For `size` bytes in `window`; nil for the vmalloc window.
  public init(size: UInt64, in window: Range<VirtualAddress>? = nil) {
    self.size = size
    (start, end) = (window?.lowerBound.bits, window?.upperBound.bits)
  }

  /// `__GFP_NOWARN`.
  static let noWarning: UInt64 = 0x2000

  /// `__GFP_HIGHMEM`: what pages may have, and areas do not care about.
  static let highMemory: UInt64 = 0x2

  /// The request's `gfp_t`, as messages show it.
  func gfp(_ switches: Switches) -> UInt64 {
    let base: UInt64 =
      switch mode {
      case .kernel: 0xcc0
      case .atomic: switches.contains(.gfpAtomicBit) ? 0xa20 : 0x820
      case .nowait: switches.contains(.nowaitWarns) ? 0x800 : 0x800 | Self.noWarning
      }
    return base | (isZeroed ? 0x100 : 0) | (isLow ? 0x4 : 0)
  }
}
