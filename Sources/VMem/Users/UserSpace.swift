/// A user address space: the kernel's `mm_struct`.
struct UserSpace: SlabObject {
  static var cache: Int { 7 }

  /// Frame of its top-level table, whose kernel half is that of all. The frame's record links it with
  /// those of the other address spaces and has this one's address in `index` (`pgd_list`, `pt_mm`).
  var top: UInt32 = 0
  var unused: UInt32 = 0
  /// The root of the tree of its mappings, and their number (`map_count`).
  var mappings = Ref<UserMapping>.none
  var count: UInt32 = 0

  /// Most mappings, less one (`sysctl_max_map_count`).
  static let maximumCount: UInt32 = 65530
}

/// The page tables of a user address space: its own, and the kernel's in their upper half.
public struct UserTables: Sendable {
  /// Frame of the top-level table.
  package let top: UInt64
}

extension AddressMap {
  /// One past the last user address (`TASK_SIZE`).
  package var taskSize: UInt64 { (levels == 4 ? 1 << 47 : 1 << 56) - 4096 }
  /// Below it mmap searches unless a hint asks for more (`DEFAULT_MAP_WINDOW`).
  static let mapWindow: UInt64 = 1 << 47 - 4096
  /// Where mmap begins to search, downwards: below the most a stack of 8 MiB gets (`mmap_base`).
  static let mmapBase: UInt64 = mapWindow - 128 << 20
  /// Lowest address that mmap hands out (`mmap_min_addr`).
  static let mmapMinimum: UInt64 = 0x10000
}
