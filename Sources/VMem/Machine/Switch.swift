/// What there is to know about one of the `Switches`.
public struct Switch: Sendable {
  /// The kernels that behave so unless told otherwise.
  public enum Kernels: Sendable {
    case always
    case since(KernelVersion)
    case before(KernelVersion)
    case from(KernelVersion, before: KernelVersion)
    /// Only when asked for.
    case never

    /// In words: `all`, `from 6.12`, `until 6.6`, `6.12 to 6.18`, `none`.
    public var text: String {
      switch self {
      case .always: return "all"
      case .since(let first): return "from \(first.text)"
      case .before(let end): return "until \(end.before.text)"
      case .from(let first, let end):
        return first == end.before ? "\(first.text) only" : "\(first.text) to \(end.before.text)"
      case .never: return "none"
      }
    }

    public func contains(_ version: KernelVersion) -> Bool {
      switch self {
      case .always: true
      case .since(let first): version >= first
      case .before(let end): version < end
      case .from(let first, let end): version >= first && version < end
      case .never: false
      }
    }
  }

  /// The word that `boot --with` and `--without` take.
  public let name: StaticString
  public let value: Switches
  package let kernels: Kernels
  /// What it changes, in a few words.
  public let meaning: StaticString

  init(
    _ name: StaticString, _ value: Switches, _ kernels: Kernels, _ meaning: StaticString
  ) {
    self.name = name
    self.value = value
    self.kernels = kernels
    self.meaning = meaning
  }

  /// Every switch: where profiles, `boot`, `info`, and help have them from.
  public static let all: [Switch] = [
    // Areas
    Switch("vmap_nodes", .vmapNodes, .since(.v6_12), "areas by node, with pools of freed sizes"),
    Switch("sparse", .sparse, .since(.v6_12), "VM_SPARSE areas and their calls"),
    Switch("lazy_merge", .lazyMerge, .before(.v6_12), "unpurged neighbours are one range"),
    Switch(
      "small_pools_go", .smallPoolsGo, .from(.v6_12, before: .v6_18),
      "a purge empties pools of fewer than four"),
    Switch(
      "size_wrap_bug", .sizeWrapBug, .before(.v6_6), "sizes that wrap and odd alignments are BUGs"),
    Switch("softirq_bug", .softirqBug, .before(.v7_0), "an area in a softirq is a BUG"),
    Switch(
      "search_sleeps", .searchSleeps, .before(.v7_0),
      "areas may sleep and reclaim whatever gfp says"),
    Switch(
      "unpurged_after_busy", .unpurgedAfterBusy, .before(.v6_12),
      "vmallocinfo has unpurged ranges only beside areas"),
    Switch("range_message", .rangeInMessage, .since(.v6_12), "failed searches log their range"),
    // Vmalloc
    Switch("huge_per_node", .hugePerNode, .before(.v6_18), "vmalloc_huge divides by the nodes"),
    Switch(
      "large_first", .largeFirst, .since(.v7_0),
      "vmalloc takes the largest blocks of pages first"),
    Switch(
      "deferred_cleanup", .deferredCleanup, .since(.v7_0),
      "failed vmalloc is freed afterwards"),
    Switch(
      "late_failures_silent", .lateFailuresSilent, .before(.v6_6),
      "vmalloc logs no failure behind the search"),
    Switch(
      "asked_size_message", .askedSizeMessage, .since(.v7_1),
      "vmalloc's failures name the bytes asked for"),
    Switch(
      "align_message", .alignMessage, .since(.v7_3),
      "vmalloc without an area names the alignment"),
    Switch("vrealloc", .vrealloc, .since(.v6_12), "vrealloc"),
    Switch(
      "vrealloc_align", .vreallocAlign, .since(.v6_18),
      "vrealloc looks at alignment and node"),
    Switch("vrealloc_frees", .vreallocFrees, .since(.v7_2), "vrealloc frees pages it cuts off"),
    Switch(
      "vrealloc_overflow", .vreallocOverflow, .never,
      "vrealloc to another node copies all of the old bytes"),
    Switch("gfp_atomic_bit", .gfpAtomicBit, .before(.v6_6), "GFP_ATOMIC has a bit of its own"),
    Switch("nowait_warns", .nowaitWarns, .before(.v6_6), "failed GFP_NOWAIT is logged"),
    Switch("shared_vunmap", .sharedVunmap, .before(.v6_6), "vunmap complains as vfree does"),
    // Mappings
    Switch("vmap_any_flags", .vmapAnyFlags, .before(.v6_6), "vmap takes flush_reset_perms"),
    Switch("vmap_huge", .vmapHuge, .since(.next), "vmap uses 2 MiB leaves"),
    Switch("map_ram_zero_bug", .mapRAMZeroBug, .before(.v6_12), "vm_map_ram of no pages is a BUG"),
    Switch(
      "map_ram_old_flush", .mapRAMOldFlush, .before(.v6_6),
      "full blocks unflushed, fragmented ones all purged"),
    Switch(
      "map_ram_unknown_bug", .mapRAMUnknownBug, .before(.v6_6),
      "vm_unmap_ram of an unknown large area is a BUG"),
    Switch("map_ram_in_kcore", .mapRAMInKcore, .since(.v6_6), "kcore shows vm_map_ram"),
    Switch(
      "ioremap_range_checks", .ioremapRangeChecks, .since(.v6_12),
      "ioremap_page_range looks at the area"),
    Switch("iounmap_warns", .iounmapWarns, .since(.v6_12), "iounmap outside the window is a WARN"),
    Switch("nx_over_holes", .nxOverHoles, .before(.v6_6), "set_memory_x and _nx pass over holes"),
    Switch(
      "ro_keeps_dirty", .roKeepsDirty, .before(.v6_6),
      "pages made read-only keep the dirty bit"),
    Switch("saved_dirty", .savedDirty, .since(.v6_6), "read-only entries keep dirty in bit 58"),
    // Counters and dumps
    Switch("account_pud", .accountPUDTables, .since(.v6_12), "PageTables counts PUD tables"),
    Switch(
      "account_top", .accountTopTables, .since(.v6_18),
      "PageTables counts P4D and PGD tables"),
    Switch("account_pte", .accountPTETables, .since(.v6_18), "PageTables counts PTE tables"),
    Switch("nr_vmalloc", .vmallocStatistic, .since(.v7_1), "vmstat has nr_vmalloc"),
    Switch(
      "type_byte", .typeByte, .since(.v6_12),
      "page types are a byte; else bits, and slab a flag"),
    Switch("flags_old", .flagsOld, .before(.v6_12), "page flags in the order of 6.1"),
    Switch("vmalloc_start_note", .vmallocStartNote, .since(.v6_12), "VMCOREINFO has VMALLOC_START"),
    Switch("compound_info", .compoundInfo, .since(.v7_1), "VMCOREINFO says compound_info"),
    Switch("oops_uid", .oopsUID, .since(.v6_12), "an oops says so, and names the user"),
    Switch("warning_file", .warningFile, .since(.v7_0), "WARNING names place, CPU, task"),
    // Users
    Switch("mremap_many", .mremapMany, .since(.v6_18), "mremap moves several mappings at once"),
    Switch(
      "mremap_checks_first", .mremapChecksFirst, .since(.v6_18),
      "mremap unmaps its target after the checks"),
    Switch("udmabuf_vmap", .udmabufVmap, .since(.v6_6), "a udmabuf can be mapped by the kernel"),
    Switch(
      "udmabuf_folios", .udmabufFolios, .since(.v6_12),
      "udmabuf pins folios; holes of hugetlb fill"),
    Switch(
      "udmabuf_no_hugetlb", .udmabufNoHugetlb, .from(.v6_6, before: .v6_12),
      "udmabuf refuses memfds of huge pages"),
    Switch(
      "udmabuf_head_page", .udmabufHeadPage, .from(.v6_12, before: .v6_18),
      "udmabuf maps the head page for all of a folio"),
    Switch("udmabuf_vmap_pfn", .udmabufVmapPFN, .never, "udmabuf maps by vmap_pfn (6.13 to 6.15)"),
    Switch(
      "udmabuf_pfnmap", .udmabufPFNMap, .since(.v6_12),
      "udmabuf mappings count no pages and never grow"),
    Switch(
      "udmabuf_prefault", .udmabufPrefault, .since(.v6_18),
      "a touch fills all of a udmabuf mapping"),
    // Arenas
    Switch("arena_best_fit", .arenaBestFit, .since(.v6_18), "arenas: pages from the shortest run"),
    Switch("arena_reserve", .arenaReserve, .since(.v6_18), "arenas: pages can be reserved"),
    Switch("arena_reports", .arenaReports, .since(.v6_18), "arenas: reports of missed pages"),
    Switch(
      "arena_whole", .arenaWhole, .since(.v6_18),
      "arenas: mappings are never cut, copied or moved"),
    Switch("arena_anywhere", .arenaAnywhere, .since(.v7_0), "arenas: tables at once, any context"),
    Switch(
      "arena_scratch", .arenaScratch, .since(.v7_2),
      "arenas: a page for helpers that miss one"),
    Switch(
      "arena_fault_fails", .arenaFaultFails, .never,
      "arenas: a fault that meets the lock is SIGBUS"),
    Switch("arena_low_free", .arenaLowFree, .never, "arenas: frees below the start are ignored"),
    // Other
    Switch("rfc_stack_count", .rfcStackCount, .never, "a fault lists one stack page of several"),
    Switch("preempt_count", .preemptCount, .always, "kmap_atomic makes the context atomic"),
    Switch("debug_kmap_local", .debugKmapLocal, .never, "a guard slot below each of kmap_local"),
    Switch("kmap_force_map", .kmapForceMap, .never, "kmap_local gives low memory slots, too"),
    Switch("pks", .pks, .never, "protection keys for kernel addresses (PKS)"),
    Switch("test_map_ram", .testMapRAM, .since(.v6_6), "test_vmalloc has vm_map_ram_test"),
    Switch("test_xfail", .testXfail, .since(.v6_18), "test_vmalloc counts expected failures"),
    Switch("test_no_block", .testNoBlock, .since(.v7_0), "test_vmalloc has no_block_alloc_test"),
    Switch("test_vrealloc", .testVrealloc, .since(.v7_2), "test_vmalloc has vrealloc_test"),
    Switch(
      "test_few", .testFewByDefault, .since(.v6_18),
      "test_vmalloc runs tests 1, 2 and 4 unless told"),
  ]
}
