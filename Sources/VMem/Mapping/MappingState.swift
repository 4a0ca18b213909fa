/// Roots and counts of the vmalloc family and of ioremap.
struct MappingState: BitwiseCopyable {
  /// Pages of the vmalloc family (`nr_vmalloc`).
  var vmallocPages: UInt64 = 0
  /// Address that vfree has put off; the next one stands in its first bytes.
  var deferredFree: UInt64 = 0
  /// Address of the list that the pages of per-CPU chunks are collected in, once there is one.
  var perCPUPageList: UInt64 = 0
  var deferredCount: UInt32 = 0
  /// 1 once a caller has been given areas of a per-CPU group, so that some may have pages.
  var hasHadGroups: UInt32 = 0
  /// Physical ranges that ioremap maps.
  var memoryTypes = Ref<MemoryType>.none
  /// Chunks of per-CPU memory.
  var perCPUChunks = ObjectList<PerCPUChunk>()
}

extension Mappings {
  /// Pages that vmalloc and its relatives own; pages that came with VM_MAP_PUT_PAGES do not count. The
  /// corresponding kernel function is `vmalloc_nr_pages`.
  package var vmallocPages: UInt64 { ram[ram.mapping].vmallocPages }

  /// Whether callers may have areas of per-CPU groups.
  package var mayHaveGroups: Bool { ram[ram.mapping].hasHadGroups != 0 }
}

extension RAM {
  @inline(__always)
  var mapping: Ref<MappingState> { self[Superblock.ref].roots.mapping }
}
