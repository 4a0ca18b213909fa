/// What a machine is made of. `boot` takes these values and nothing else.
@frozen
public struct Configuration: Equatable, Sendable {
  /// Bytes of RAM: whole frames, at most 64 GiB.
  public var memory: UInt64 = 1 << 30
  /// CPUs: 1 to 64.
  public var cpus = 1
  /// NUMA nodes: 1 to 8, each of at least 4 MiB unless there is one.
  public var nodes = 1
  /// Levels of page tables: 4 or 5.
  public var levels = 4
  public var kernel = KernelVersion.v6_18
  /// Behaviour that differs between kernels, as the version sets it unless changed.
  public var switches = KernelVersion.v6_18.switches
  public var seed: UInt64 = 1

  public init() {}

  public static let maximumCPUs = 64
  public static let maximumNodes = 8
  public static let maximumMemory: UInt64 = 64 << 30
}

/// Kernels whose behaviour is known; a version stands for a set of switches.
public enum KernelVersion: UInt16, CaseIterable, Sendable {
  case v6_1 = 6001
  case v6_6 = 6006
  case v6_12 = 6012
  case v6_18 = 6018
  case v7_0 = 7000
  case v7_2 = 7002

  /// The text after `--kernel`: major.minor.
  public var text: String { "\(rawValue / 1000).\(rawValue % 1000)" }

  public init?(text: String) {
    guard let version = Self.allCases.first(where: { $0.text == text }) else { return nil }
    self = version
  }

  public var switches: Switches {
    switch self {
    case .v6_1: [.lazyMerge, .sizeWrapBug, .hugePerNode, .vmapAnyFlags, .sharedVunmap]
    case .v6_6: [.lazyMerge, .sizeWrapBug, .hugePerNode, .vmapAnyFlags]
    case .v6_12: [.vmapNodes, .sparse, .hugePerNode]
    case .v6_18, .v7_0: [.vmapNodes, .sparse, .deferredCleanup]
    case .v7_2: [.vmapNodes, .sparse, .deferredCleanup, .vreallocFrees]
    }
  }
}

/// Single differences between kernel versions.
@frozen
public struct Switches: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Areas are kept per vmap node, with pools of freed sizes when there are two or more CPUs (6.9).
  public static let vmapNodes = Switches(rawValue: 1 << 0)
  /// VM_SPARSE, `vm_area_map_pages` and `vm_area_unmap_pages` exist (6.9).
  public static let sparse = Switches(rawValue: 1 << 1)
  /// Neighbouring areas that wait for a purge are shown as one (before 6.9).
  public static let lazyMerge = Switches(rawValue: 1 << 2)
  /// A size that wraps to 0 when its guard page is added is a BUG instead of NULL (before 6.9).
  public static let sizeWrapBug = Switches(rawValue: 1 << 3)

  /// vmalloc_huge counts one node's share of the size when no node is named (before 6.13).
  public static let hugePerNode = Switches(rawValue: 1 << 4)
  /// vrealloc frees whole pages of the tail it cuts off (7.x).
  public static let vreallocFrees = Switches(rawValue: 1 << 5)

  /// vmap takes VM_FLUSH_RESET_PERMS (before 6.9).
  public static let vmapAnyFlags = Switches(rawValue: 1 << 6)

  /// vfree and vunmap share one function, which complains once and always of vfree (before 6.3).
  public static let sharedVunmap = Switches(rawValue: 1 << 7)

  /// What a failed attempt of vmalloc has got is given back by deferred work (6.18).
  public static let deferredCleanup = Switches(rawValue: 1 << 8)

  /// Switches with the names `--with` and `--without` take.
  public static let named: [(name: StaticString, value: Switches)] = [
    ("vmap_nodes", .vmapNodes), ("sparse", .sparse), ("lazy_merge", .lazyMerge),
    ("size_wrap_bug", .sizeWrapBug), ("huge_per_node", .hugePerNode),
    ("vrealloc_frees", .vreallocFrees), ("vmap_any_flags", .vmapAnyFlags),
    ("shared_vunmap", .sharedVunmap), ("deferred_cleanup", .deferredCleanup),
  ]
}

/// Where the current CPU runs; decides what may sleep and what is a BUG.
@frozen
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
  public var isInterrupt: Bool { self == .softirq || self == .irq || self == .nmi }
  /// `in_atomic()`: nothing may sleep.
  public var isAtomic: Bool { self != .process }
}
