/// A user address space: the kernel's `mm_struct`.
struct UserSpace: BitwiseCopyable {
  /// Frame of its top-level table, whose kernel half is that of all.
  var top: UInt32 = 0
  var next = Ref<UserSpace>.none
  /// Its mappings, ascending, and their number (`map_count`).
  var mappings = Ref<UserMapping>.none
  var count: UInt32 = 0

  /// Most mappings, less one (`sysctl_max_map_count`).
  static let maximumCount: UInt32 = 65530
}

/// A range of user addresses: the kernel's `vm_area_struct`. What stands behind it is a device file
/// that maps pages when its driver says so.
public struct UserMapping: BitwiseCopyable, Sendable {
  public internal(set) var start: UInt64 = 0
  public internal(set) var end: UInt64 = 0
  public internal(set) var flags = UserMappingFlags(rawValue: 0)
  /// Page of the file at `start`.
  public internal(set) var offset: UInt32 = 0
  var next = Ref<UserMapping>.none
  var unused: UInt32 = 0

  /// Attributes of its pages, as `vm_get_page_prot` has them for shared mappings; written pages get
  /// the dirty bit from the CPU.
  var protection: Protection {
    var bits = Entry.present | Entry.user | Entry.accessed
    if flags.contains(.write) { bits |= Entry.writable }
    if !flags.contains(.exec) { bits |= Entry.noExecute }
    return Protection(bits: bits)
  }
}

/// Flags of a user mapping, with the kernel's values.
public struct UserMappingFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let read = UserMappingFlags(rawValue: 0x1)
  public static let write = UserMappingFlags(rawValue: 0x2)
  public static let exec = UserMappingFlags(rawValue: 0x4)
  public static let shared = UserMappingFlags(rawValue: 0x8)
  public static let dontExpand = UserMappingFlags(rawValue: 0x40000)
  public static let dontDump = UserMappingFlags(rawValue: 0x400_0000)
  public static let mixedMap = UserMappingFlags(rawValue: 0x1000_0000)
  static let known: UserMappingFlags = [
    .read, .write, .exec, .shared, .dontExpand, .dontDump, .mixedMap,
  ]
}

extension AddressMap {
  /// One past the last user address (`TASK_SIZE`).
  public var taskSize: UInt64 { (levels == 4 ? 1 << 47 : 1 << 56) - 4096 }
  /// Below it mmap searches unless a hint asks for more (`DEFAULT_MAP_WINDOW`).
  static let mapWindow: UInt64 = 1 << 47 - 4096
  /// Where mmap begins to search, downwards: below the most a stack of 8 MiB gets (`mmap_base`).
  static let mmapBase: UInt64 = mapWindow - 128 << 20
  /// Lowest address that mmap hands out (`mmap_min_addr`).
  static let mmapMinimum: UInt64 = 0x10000
}
