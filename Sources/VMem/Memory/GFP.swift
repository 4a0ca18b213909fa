/// What an allocation may do to get memory, and where that may lie: `gfp_t`, with the kernel's bits.
///
/// The words are those of kernels from 6.6 on. Before, `GFP_ATOMIC` has bit 0x200, too, and
/// `GFP_NOWAIT` is without `__GFP_NOWARN`.
public struct GFP: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// May sleep, write and reclaim.
  public static let kernel = GFP(rawValue: 0xcc0)
  /// May not sleep: the first out of the reserves, the second not, and it does not log failures.
  public static let atomic = GFP(rawValue: 0x820)
  public static let nowait = GFP(rawValue: 0x2800)
  /// Below 4 GiB.
  public static let dma32 = GFP(rawValue: 0x4)
  public static let zero = GFP(rawValue: 0x100)
  public static let noWarn = GFP(rawValue: 0x2000)

  package static let dma = GFP(rawValue: 0x1)
  package static let highmem = GFP(rawValue: 0x2)
  package static let high = GFP(rawValue: 0x20)
  package static let io = GFP(rawValue: 0x40)
  package static let fs = GFP(rawValue: 0x80)
  /// What only `GFP_ATOMIC` of kernels before 6.6 has.
  package static let oldAtomic = GFP(rawValue: 0x200)
  package static let directReclaim = GFP(rawValue: 0x400)
  package static let retryMayFail = GFP(rawValue: 0x4000)
  package static let noFail = GFP(rawValue: 0x8000)
  package static let compound = GFP(rawValue: 0x4_0000)
  package static let noRetry = GFP(rawValue: 0x1_0000)
  package static let thisNode = GFP(rawValue: 0x20_0000)

  /// What an allocation hands down to those that it needs itself (`GFP_RECLAIM_MASK`).
  static let reclaimMask = GFP(rawValue: 0xb_eee0)
  /// What `__vmalloc` takes from 7.0 on, besides `.retryMayFail` (`GFP_VMALLOC_SUPPORTED`): the number
  /// stands in the machine code of 7.0.13.
  static let vmallocSupported = GFP(rawValue: 0x51_ade0)

  /// Whether it may sleep.
  package var mayBlock: Bool { contains(.directReclaim) }
  /// Whether frames must lie below 4 GiB.
  var isLow: Bool { !isDisjoint(with: [.dma, .dma32]) }
  /// Whether the page allocator tries for ever rather than fail.
  var neverFails: Bool { contains([.noFail, .directReclaim]) }
  /// Whether it fails where others would have a process killed.
  var givesUp: Bool { !mayBlock || !isDisjoint(with: [.noRetry, .retryMayFail, .thisNode]) }
  /// A refusal with NULL as who takes no NULL for an answer gets it.
  func answer(_ refusal: Refusal) -> Refusal {
    neverFails && refusal.outcome == .null ? Refusal(.errno(.EDEADLK), .triesForEver) : refusal
  }
  /// The highest zone that frames may come from. The corresponding kernel function is `gfp_zone`.
  var highestZone: ZoneKind { isLow ? .dma32 : contains(.highmem) ? .highmem : .normal }
}

extension GFP {
  /// Every name, in the order of `%pGg`.
  package static let names: [(bits: GFP, name: StaticString)] = [
    (GFP(rawValue: 0x1c_24ca), "GFP_TRANSHUGE"), (GFP(rawValue: 0x1c_20ca), "GFP_TRANSHUGE_LIGHT"),
    (GFP(rawValue: 0x10_0cca), "GFP_HIGHUSER_MOVABLE"), (GFP(rawValue: 0x10_0cc2), "GFP_HIGHUSER"),
    (GFP(rawValue: 0x10_0cc0), "GFP_USER"), (GFP(rawValue: 0x40_0cc0), "GFP_KERNEL_ACCOUNT"),
    (.kernel, "GFP_KERNEL"), (GFP(rawValue: 0xc40), "GFP_NOFS"), (.atomic, "GFP_ATOMIC"),
    (GFP(rawValue: 0xc00), "GFP_NOIO"), (.nowait, "GFP_NOWAIT"), (.dma, "GFP_DMA"),
    (.dma32, "GFP_DMA32"), (GFP(rawValue: 0xc00), "__GFP_RECLAIM"), (.highmem, "__GFP_HIGHMEM"),
    (GFP(rawValue: 0x8), "__GFP_MOVABLE"), (GFP(rawValue: 0x10), "__GFP_RECLAIMABLE"),
    (.high, "__GFP_HIGH"), (.io, "__GFP_IO"), (.fs, "__GFP_FS"), (.zero, "__GFP_ZERO"),
    (.directReclaim, "__GFP_DIRECT_RECLAIM"), (GFP(rawValue: 0x800), "__GFP_KSWAPD_RECLAIM"),
    (GFP(rawValue: 0x1000), "__GFP_WRITE"), (.noWarn, "__GFP_NOWARN"),
    (.retryMayFail, "__GFP_RETRY_MAYFAIL"), (.noFail, "__GFP_NOFAIL"), (.noRetry, "__GFP_NORETRY"),
    (GFP(rawValue: 0x2_0000), "__GFP_MEMALLOC"), (GFP(rawValue: 0x4_0000), "__GFP_COMP"),
    (GFP(rawValue: 0x8_0000), "__GFP_NOMEMALLOC"), (GFP(rawValue: 0x10_0000), "__GFP_HARDWALL"),
    (.thisNode, "__GFP_THISNODE"), (GFP(rawValue: 0x40_0000), "__GFP_ACCOUNT"),
  ]

  /// The names of a kernel.
  package static func table(_ switches: Switches) -> FlagTable {
    var rows = names.map { bits, name in
      (bits: UInt64(bits.word(in: switches).rawValue), name: "\(name)")
    }
    if switches.contains(.gfpAtomicBit) {
      rows.append((UInt64(GFP.oldAtomic.rawValue), "__GFP_ATOMIC"))
    }
    return FlagTable(rows)
  }

  /// What a word of today's kernels is in one that has these switches.
  package func word(in switches: Switches) -> GFP {
    switch self {
    case .atomic: switches.contains(.gfpAtomicBit) ? union(.oldAtomic) : self
    case .nowait: switches.contains(.nowaitWarns) ? subtracting(.noWarn) : self
    default: self
    }
  }
}
