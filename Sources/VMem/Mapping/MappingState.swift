/// Roots and counts of the vmalloc family and of ioremap.
struct MappingState: BitwiseCopyable {
  /// Pages of the vmalloc family (`nr_vmalloc`).
  var vmallocPages: UInt64 = 0
  /// Address that vfree has put off; the next one stands in its first bytes.
  var deferredFree: UInt64 = 0
  /// Address of the list that the pages of per-CPU chunks are collected in, once there is one.
  var perCPUPageList: UInt64 = 0
  var deferredCount: UInt32 = 0
  /// Physical ranges that ioremap maps.
  var memoryTypes = Ref<MemoryType>.none
  /// Chunks of per-CPU memory.
  var perCPUChunks = ObjectList<PerCPUChunk>()
}

extension RAM {
  @inline(__always)
  var mapping: Ref<MappingState> { self[Superblock.ref].roots.mapping }
}
