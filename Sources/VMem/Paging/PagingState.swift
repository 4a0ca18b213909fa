/// Roots and counts of paging.
struct PagingState: BitwiseCopyable {
  /// Tables that exist, by depth: 1 for PTE pages up to `levels`.
  var tables = InlineArray<6, UInt32>(repeating: 0)
  /// Those of them that boot, or a split of the direct map, has made without the kernel's accounts.
  var bootTables = InlineArray<6, UInt32>(repeating: 0)
  /// Bytes of the direct map in leaves of 4 KiB, 2 MiB and 1 GiB.
  var directMap = InlineArray<3, UInt64>(repeating: 0)
  var flushes = FlushCounters()
  /// The page whose entry has been noted as stale last (`StaleEntries`), or 0.
  var lastStale: UInt64 = 0
  /// Whether a call has mapped pages that are not its own, without a reference.
  var mapsOthersPages = false
  /// Whether records of frames count the entries that lead to them (`StaleEntries.begin`).
  var countsEntries = false
  /// Whether set_memory has changed what leaves allow.
  var changesRights = false
  /// Whether modules have written entries, which may be anything the processor takes.
  var hasModulesEntries = false
}

extension RAM {
  @inline(__always)
  var paging: Ref<PagingState> { self[Superblock.ref].roots.paging }
}

/// TLB flushes since boot.
public struct FlushCounters: BitwiseCopyable, Sendable {
  /// Flushes that went page by page, and those of everything.
  public var ranges: UInt64 = 0
  public var full: UInt64 = 0
  /// Pages flushed one by one.
  public var pages: UInt64 = 0
}
