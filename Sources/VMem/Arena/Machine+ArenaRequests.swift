extension Machine {
  /// What `bpf(BPF_MAP_CREATE)` is told of an arena.
  public struct ArenaRequest: Sendable {
    /// Pages (`max_entries`).
    public var pages: UInt64
    /// `map_flags`.
    public var flags = ArenaFlags.mmapable
    /// User address the arena shall have (`map_extra`), or 0.
    public var mapExtra: UInt64 = 0
    public var keySize: UInt64 = 0
    public var valueSize: UInt64 = 0

    public init(pages: UInt64) { self.pages = pages }
  }

  /// Who touches a page of an arena.
  public enum ArenaVisitor: UInt64, Sendable {
    /// A user program.
    case user = 0
    /// A BPF program, by code the JIT has made.
    case program
    /// A function of the kernel that a program has called.
    case helper
  }

  /// What mmap of an arena is asked for.
  public struct ArenaMmapRequest: Sendable {
    /// Bytes, rounded up to pages; nil for all of the arena.
    public var length: UInt64?
    /// Where it should be; 0 for no wish.
    public var place: VirtualAddress {
      get { VirtualAddress(hint) }
      set { hint = newValue.bits }
    }
    package var hint: UInt64 = 0
    /// MAP_FIXED, and with it MAP_FIXED_NOREPLACE.
    public var isFixed = false
    public var keepsOthers = false
    public var isPrivate = false
    public var rights: UserMappingFlags = [.read, .write]
    /// Page of the map that comes first: only 0 is taken.
    public var offset: UInt64 = 0

    public init() {}
  }
}
