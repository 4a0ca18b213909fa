/// A call of which one CPU does a part at a time, so that others can come in between.
package enum DividedCall: Sendable {
  case vfree(UInt64)
  case vmAreaMapPages(area: UInt64, start: UInt64, end: UInt64, pages: [UInt64])
  case vmapPagesRange(start: UInt64, end: UInt64, pages: [UInt64])
  case vmAreaUnmapPages(area: UInt64, start: UInt64, end: UInt64)
  case vunmapRange(start: UInt64, end: UInt64)
  /// `vm_unmap_aliases`
  case unmapAliases
  /// `drain_vmap_area_work`
  case drain
  case arenaFreePages(arena: UInt64, address: UInt64, count: UInt64)
  case schedule
}

/// A part of a divided call that has been done.
package struct Step: Equatable, Sendable {
  package enum Part: UInt8, Sendable {
    /// There was nothing to divide: the call is done.
    case whole
    case entriesCleared
    case permissionsReset
    case pagesFreed
    case pageMapped
    case listsDetached
    case tlbFlushed
    case addressesGivenBack
    case lockTaken
    case usersZapped
    case markCleared
    case slotFilled
    case slotLost
    case slotNotMarked
  }

  package let part: Part
  /// Which part of how many; the last one ends the call.
  package let number: UInt32
  package let total: UInt32
  /// The CPU whose TLB was flushed, the address of the page that was mapped, or of the user address
  /// space that was zapped, or the slot of the stash.
  package let value: UInt64
}

/// A divided call that a CPU has begun, in its per-CPU data.
struct StepState: BitwiseCopyable {
  enum Kind: UInt32 {
    case none, vfree, map, unmap, purge
    /// Its task sleeps.
    case asleep
    case arenaFree, schedule
  }

  var kind: UInt32 = 0
  /// Parts done, of how many.
  var done: UInt32 = 0
  var total: UInt32 = 0
  /// vfree: the area's pages were lent, its permissions are reset.
  var isLent: UInt8 = 0
  var resets: UInt8 = 0
  /// arenaFree: phase of the call, and CPUs that have flushed; schedule: slots that are done.
  var phase: UInt8 = 0
  var flushed: UInt8 = 0
  /// The range that is mapped, unmapped or flushed; for vfree the address of the page array; for
  /// arenaFree user addresses.
  var start: UInt64 = 0
  var end: UInt64 = 0
  var set = Ref<PageSet>.none
  /// Frame with the frame numbers of the pages that are mapped; for arenaFree the first of the pages
  /// that no entry of the arena has any more.
  var list: UInt32 = 0
  /// arenaFree: the arena, and the last user address space that was zapped.
  var arena = Ref<Arena>.none
  var space = Ref<UserSpace>.none
}
