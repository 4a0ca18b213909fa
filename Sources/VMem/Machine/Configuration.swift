/// What a machine is made of. `boot` takes these values and nothing else.
public struct Configuration: Equatable, Sendable {
  /// Bytes of RAM: whole frames, at most 64 GiB.
  public var memory: UInt64 = 1 << 30
  /// CPUs: 1 to 64.
  public var cpus = 1
  /// NUMA nodes: 1 to 8, each of at least 4 MiB unless there is one.
  public var nodes = 1
  /// Levels of page tables: 4 or 5.
  public var levels = 4
  public var kernel = KernelVersion.standard
  /// Behaviour that differs between kernels, as the version sets it unless changed.
  public var switches: Switches
  public var seed: UInt64 = 1
  /// Entries of each CPU's TLB: 12, 24, 48 and so on to 12288, or 0 for CPUs that walk the tables each
  /// time.
  public var tlbEntries = 1536
  /// Bytes at the end of RAM that the direct map does not have: whole frames.
  public var highmem: UInt64 = 0
  /// Whose windows kmap and kmap_local have; with high memory the machine's own unless told otherwise.
  public var window = KmapWindow.Kind.none
  /// Slots of PKMAP, a power of two from 2 to 1024, or 0 for what the window has by itself.
  public var pkmapSlots = 0
  /// Where the vmalloc window begins, one of `AddressMap.vmallocStarts` and a multiple of 1 GiB; 0 for
  /// the usual place.
  package var vmallocStart: UInt64 = 0
  /// Pages that may wait for a purge before a drain is due (`lazy_max_pages`); 0 for as many as the
  /// number of CPUs says.
  package var lazyMaximum: UInt32 = 0

  public init() { switches = KernelVersion.standard.switches }

  /// What is known of a machine that was booted.
  init(_ kernel: KernelVersion, _ switches: Switches) {
    self.kernel = kernel
    self.switches = switches
  }

  public static let maximumCPUs = 64
  public static let maximumNodes = 8
  public static let maximumMemory: UInt64 = 64 << 30

  /// The windows; nil where every page is in the direct map.
  package var kmapWindow: KmapWindow? {
    let kind = window == .none && highmem > 0 ? .x86_64 : window
    guard kind != .none else { return nil }
    return KmapWindow(kind: kind, slots: pkmapSlots == 0 ? kind.slots : pkmapSlots)
  }

  /// Whether the vmalloc window can lie there.
  var hasVmallocStart: Bool {
    vmallocStart == 0
      || vmallocStart & (1 << 30 - 1) == 0
        && AddressMap.vmallocStarts(levels: levels).contains(vmallocStart)
  }

  /// Slots of kmap_local on all CPUs.
  var localSlots: Int {
    cpus * (switches.contains(.debugKmapLocal) ? KmapControl.mostEntries : 16)
  }

  /// Whether a TLB can have so many entries.
  package static func isTLBSize(_ entries: Int) -> Bool {
    entries == 0
      || (12...12288).contains(entries) && entries % 3 == 0 && (entries / 3).nonzeroBitCount == 1
  }
}

/// Where the current CPU runs; decides what may sleep and what is a BUG.
public enum ExecutionContext: UInt8, CaseIterable, Sendable {
  case process = 0
  case atomic, softirq, irq, nmi

  /// The word that `context` takes.
  public var name: StaticString {
    switch self {
    case .process: "process"
    case .atomic: "atomic"
    case .softirq: "softirq"
    case .irq: "irq"
    case .nmi: "nmi"
    }
  }

  /// `in_interrupt()`.
  package var isInterrupt: Bool { self == .softirq || self == .irq || self == .nmi }
  /// `in_atomic()`: nothing may sleep.
  package var isAtomic: Bool { self != .process }
}
