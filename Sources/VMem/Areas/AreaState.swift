/// Roots of the area allocator, inside the superblock.
struct AreaState: BitwiseCopyable {
  /// Root of the tree of free address space, and blocks in it.
  var freeRoot = Ref<FreeBlock>.none
  var freeCount: UInt32 = 0
  var nodes = Ref<VmapNode>.none
  var nodeCount: UInt32 = 1
  /// Busy areas by first page, counted from the start of the vmalloc area.
  var busy = SparseArray()
  var busyCount: UInt64 = 0
  /// Pages that wait for a purge, guard pages included (`vmap_lazy_nr`).
  var lazyPages: UInt64 = 0
  /// Top node of the index of free blocks, and its levels: 0 while there is none.
  var indexRoot: UInt32 = 0
  var indexHeight: UInt32 = 0
  /// Changes for which the free tree's maxima are still kept; 0 while they are stale.
  var maximaBudget: UInt32 = 0
  /// Changes until the index is tried again after it had to be dropped.
  var indexDelay: UInt32 = 0
  /// Set when the threshold was crossed; the drain runs after the verb.
  var drainScheduled: UInt32 = 0
  /// Not 0 when there may be areas that a purge notifier gives up.
  var hasNotifiers: UInt32 = 0
  /// Areas that a purge in parts has taken from the lazy lists, newest first.
  var purging = VmapNode.List()
  /// The CPU that is in the middle of a purge, plus one (`vmap_purge_lock`).
  var purgeHolder: UInt32 = 0
  /// Pages that may wait before a drain; 0 for as many as the number of CPUs says.
  var lazyMaximum: UInt32 = 0
  /// 1 for a machine of rows or lists that do not tell what vmap nodes kept in their pools.
  var poolsUnknown: UInt32 = 0
  /// The area that was freed last, when it is not on its lazy list yet (`freePlain`); none between
  /// commands.
  var freedLast = Ref<VMArea>.none
  /// 1 when calls may have scheduled something that runs behind them: a drain, or frees that wait for a
  /// context in which they may sleep.
  var hasWork: UInt32 = 0
}
