/// Roots of user address spaces.
struct UserState: BitwiseCopyable {
  /// Frame of the newest address space's top-level table: these are linked both ways by their struct
  /// pages (`pgd_list`).
  var topTables: UInt32 = 0
  /// Tables of users that exist, by depth.
  var tables = InlineArray<6, UInt32>(repeating: 0)
  /// The page of zeroes that users read who never wrote, or 0, and the last number of an `anon_vma`.
  var zeroPage: UInt32 = 0
  var anonymousNumber: UInt32 = 0
  var unused: UInt32 = 0
  /// Faults that a mapping was asked to serve (`PGFAULT`).
  var faults: UInt64 = 0
}

extension RAM {
  @inline(__always)
  var users: Ref<UserState> { self[Superblock.ref].roots.users }
}
