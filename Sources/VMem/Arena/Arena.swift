/// A bpf arena: memory that a BPF program and user programs share, as pages of one sparse area. The
/// corresponding kernel structure is `struct bpf_arena`.
struct Arena: Listed {
  static var cache: Int { 11 }

  var next = Ref<Arena>.none
  var previous = Ref<Arena>.none
  /// The sparse area; user address `u` has its place 32 KiB plus the low 32 bits of `u` behind its
  /// start.
  var area = Ref<VMArea>.none
  /// `map_flags` in the lower 24 bits, `Marks` above.
  private var flagsAndMarks: UInt32 = 0
  /// User addresses: both 0 until the first mapping, or `mapExtra`, decides.
  var userStart: UInt64 = 0
  var userEnd: UInt64 = 0
  var mapExtra: UInt64 = 0
  /// Pages (`max_entries`).
  var maximum: UInt32 = 0
  /// Pages that are there, the scratch page not counted.
  var pageCount: UInt32 = 0
  /// Runs of free pages: roots of their trees by place and by length, and their number.
  var roots = InlineArray<2, Ref<ArenaRange>>(repeating: .none)
  var rangeCount: UInt32 = 0
  /// Frame that stands in for pages that a helper missed; 0 for none.
  var scratch: UInt32 = 0
  /// Runs put into the trees so far.
  var stamp: UInt64 = 0
  /// Frees that wait for a context that may sleep, the newest first.
  var spans = Ref<ArenaSpan>.none
  /// User mappings of it.
  var mappings: UInt32 = 0

  var rawFlags: UInt32 {
    get { flagsAndMarks & 0xff_ffff }
    set { flagsAndMarks = flagsAndMarks & ~0xff_ffff | newValue & 0xff_ffff }
  }

  /// See `Marks`.
  var marks: UInt32 {
    get { flagsAndMarks >> 24 }
    set { flagsAndMarks = flagsAndMarks & 0xff_ffff | newValue << 24 }
  }

  /// Things that happened to an arena and are never undone.
  struct Marks: OptionSet {
    let rawValue: UInt32
    /// Nobody may map it writable any more (`map->frozen`).
    static let frozen = Marks(rawValue: 1)
    /// Somebody has mapped it writable. A kernel counts these mappings up and, since an arena has
    /// `vm_operations` of its own, never down (`map->writecnt`).
    static let writable = Marks(rawValue: 2)
    /// Its descriptor is closed: it lives as long as a user mapping does.
    static let closed = Marks(rawValue: 4)
    /// Pages were freed from below its user addresses on: their numbers are among the free ones as
    /// those behind the last one that a page can have, and stand for pages that have another.
    static let wrapped = Marks(rawValue: 8)
    static let all: UInt32 = 15
  }

  func `is`(_ mark: Marks) -> Bool { marks & mark.rawValue != 0 }

  var flags: ArenaFlags { ArenaFlags(rawValue: UInt64(rawFlags)) }

  /// Pages that user space has addresses for.
  var userPages: UInt64 { (userEnd &- userStart) >> 12 }

  /// Half of the guard that lets 16-bit offsets run over both ends (`GUARD_SZ / 2`).
  static let guardHalf: UInt64 = 32 << 10
  static let window: UInt64 = 4 << 30
  /// Numbers that pages can have: those from here on are there once more, for the first ones.
  static let pageNumbers = UInt32(window >> 12)
  /// Bytes of its area, without the guard page.
  static let areaSize = window + 2 * guardHalf

  /// User address of a page: the upper half is that of the arena's start.
  func address(ofPage index: UInt32) -> UInt64 {
    let low = UInt32(truncatingIfNeeded: userStart) &+ index << 12
    return userStart & ~0xffff_ffff | UInt64(low)
  }

  /// Number of the page of an address, of which only the low half counts. Below the arena's start
  /// it wraps to a large one.
  func index(of address: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: address &- userStart) >> 12
  }
}

/// What `bpf(BPF_MAP_CREATE)` asks of an arena, with the kernel's values.
public struct ArenaFlags: OptionSet, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// BPF_F_MMAPABLE: every arena has it.
  public static let mmapable = ArenaFlags(rawValue: 0x400)
  /// BPF_F_SEGV_ON_FAULT: a user that touches a page that is not there gets a signal instead of a
  /// page.
  public static let segvOnFault = ArenaFlags(rawValue: 0x2_0000)
  /// BPF_F_NO_USER_CONV: programs keep kernel addresses.
  public static let noUserConversion = ArenaFlags(rawValue: 0x4_0000)
  static let known: ArenaFlags = [.mmapable, .segvOnFault, .noUserConversion]
}

/// A free that could not be finished where it was asked for (`struct arena_free_span`).
struct ArenaSpan: SlabObject {
  static var cache: Int { 13 }

  var next = Ref<ArenaSpan>.none
  var pages: UInt32 = 0
  var address: UInt64 = 0
}

extension Frame {
  /// `index` of a page that an arena has.
  static let ofArena = UInt64.max - 1
}
