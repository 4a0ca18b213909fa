/// What there is to know about one of the `Switches`.
public struct Switch: Sendable {
  /// The kernels that behave so unless told otherwise.
  package enum Kernels: Sendable {
    case always
    case since(KernelVersion)
    case before(KernelVersion)
    case from(KernelVersion, before: KernelVersion)
    /// Only when asked for.
    case never

    /// In words: `all`, `from 6.12`, `until 6.6`, `6.12 to 6.18`, `none`.
    package var text: String {
      switch self {
      case .always: return "all"
      case .since(let first): return "from \(first.text)"
      case .before(let end): return "until \(end.before.text)"
      case .from(let first, let end):
        return first == end.before ? "\(first.text) only" : "\(first.text) to \(end.before.text)"
      case .never: return "none"
      }
    }

    package func contains(_ version: KernelVersion) -> Bool {
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
  /// How that is known: the kernels whose source was read, or whose answers were recorded.
  package let source: StaticString

  init(
    _ name: StaticString, _ value: Switches, _ kernels: Kernels, _ meaning: StaticString,
    known source: StaticString
  ) {
    self.name = name
    self.value = value
    self.kernels = kernels
    self.meaning = meaning
    self.source = source
  }

  /// Every switch: where profiles, `boot`, `info`, and help have them from.
  public static let all: [Switch] = [
    // Areas
    Switch(
      "vmap_nodes", .vmapNodes, .since(.v6_12),
      "areas by node, with pools of freed sizes",
      known: "sources 6.6.14 and 6.12.117; recorded 6.1, 6.12.117"),
    Switch(
      "sparse", .sparse, .since(.v6_12),
      "VM_SPARSE areas and their calls",
      known: "sources 6.6.14 and 6.12.117"),
    Switch(
      "lazy_merge", .lazyMerge, .before(.v6_12),
      "unpurged neighbours are one range",
      known: "sources 6.6.14 and 6.12.117; recorded 6.1"),
    Switch(
      "lazy_unsorted", .lazyUnsorted, .never,
      "unpurged rows in the order of frees, the newest first",
      known: "files of kernels before 5.13"),
    Switch(
      "small_pools_go", .smallPoolsGo, .from(.v6_12, before: .v6_18),
      "a purge empties pools of fewer than four",
      known: "source 6.12.117; recorded 6.12.117, 6.18.15"),
    Switch(
      "size_wrap_bug", .sizeWrapBug, .before(.v6_6),
      "sizes that wrap and odd alignments are BUGs",
      known: "sources 6.1.192 and 6.6.14"),
    Switch(
      "softirq_bug", .softirqBug, .before(.v7_0),
      "an area in a softirq is a BUG",
      known: "recorded 6.12.117, 6.18.15, 7.0.13"),
    Switch(
      "search_sleeps", .searchSleeps, .before(.v7_0),
      "areas may sleep and reclaim whatever gfp says",
      known: "source 6.12.117, machine code 6.18.44"),
    Switch(
      "unpurged_after_busy", .unpurgedAfterBusy, .before(.v6_12),
      "vmallocinfo has unpurged ranges only beside areas",
      known: "sources 6.1.192 and 6.12.117"),
    Switch(
      "range_message", .rangeInMessage, .since(.v6_12),
      "failed searches log their range",
      known: "sources 6.6.14 and 6.12.117"),
    // Vmalloc
    Switch(
      "huge_per_node", .hugePerNode, .before(.v6_18),
      "vmalloc_huge divides by the nodes",
      known: "source 6.12.117, machine code 6.18.44"),
    Switch(
      "large_first", .largeFirst, .since(.v7_0),
      "vmalloc takes the largest blocks of pages first",
      known: "machine code 6.18.44, source 7.0"),
    Switch(
      "deferred_cleanup", .deferredCleanup, .since(.v7_0),
      "failed vmalloc is freed afterwards",
      known: "symbols of 6.18.44; patches of October 2025"),
    Switch(
      "late_failures_silent", .lateFailuresSilent, .before(.v6_6),
      "vmalloc logs no failure behind the search",
      known: "sources 6.1.192 and 6.6.14"),
    Switch(
      "asked_size_message", .askedSizeMessage, .since(.v7_1),
      "vmalloc's failures name the bytes asked for",
      known: "sources 7.0 and 7.1"),
    Switch(
      "align_message", .alignMessage, .since(.v7_3),
      "vmalloc without an area names the alignment",
      known: "source of mm in 2026; recorded 7.2.12"),
    Switch(
      "vrealloc", .vrealloc, .since(.v6_12),
      "vrealloc",
      known: "sources 6.6.14 and 6.12.117"),
    Switch(
      "vrealloc_align", .vreallocAlign, .since(.v6_18),
      "vrealloc looks at alignment and node",
      known: "source 6.12.117, strings of 6.18.44"),
    Switch(
      "vrealloc_frees", .vreallocFrees, .since(.v7_2),
      "vrealloc frees pages it cuts off",
      known: "sources 7.1 and of mm in 2026"),
    Switch(
      "vrealloc_overflow", .vreallocOverflow, .never,
      "vrealloc to another node copies all of the old bytes",
      known: "6.18.0 to 6.18.26, 7.0.0 to 7.0.3: their fix"),
    Switch(
      "gfp_atomic_bit", .gfpAtomicBit, .before(.v6_6),
      "GFP_ATOMIC has a bit of its own",
      known: "sources 6.1.192 and 6.6.14"),
    Switch(
      "nowait_warns", .nowaitWarns, .before(.v6_6),
      "failed GFP_NOWAIT is logged",
      known: "sources 6.1.192 and 6.6.14"),
    Switch(
      "gfp_fixed", .gfpFixed, .since(.v7_0),
      "__vmalloc drops flags it does not take",
      known: "recorded 6.18.15, 7.0.13, 7.2.12, 7.3.4"),
    Switch(
      "gfp_retry_mayfail", .gfpRetryMayFail, .since(.v7_1),
      "__vmalloc takes __GFP_RETRY_MAYFAIL",
      known: "machine code of 7.0.13 and 7.2.12, source 7.1"),
    Switch(
      "shared_vunmap", .sharedVunmap, .before(.v6_6),
      "vunmap complains as vfree does",
      known: "sources 6.1.192 and 6.6.14"),
    // Mappings
    Switch(
      "vmap_any_flags", .vmapAnyFlags, .before(.v6_6),
      "vmap takes flush_reset_perms",
      known: "sources 6.1.192 and 6.6.14"),
    Switch(
      "vmap_huge", .vmapHuge, .since(.next),
      "vmap uses 2 MiB leaves",
      known: "source of mm in 2026; recorded 7.3.4"),
    Switch(
      "map_ram_zero_bug", .mapRAMZeroBug, .before(.v6_12),
      "vm_map_ram of no pages is a BUG",
      known: "sources 6.6.14 and 6.12.117"),
    Switch(
      "map_ram_old_flush", .mapRAMOldFlush, .before(.v6_6),
      "full blocks unflushed, fragmented ones all purged",
      known: "sources 6.1.192 and 6.6.14"),
    Switch(
      "map_ram_unknown_bug", .mapRAMUnknownBug, .before(.v6_6),
      "vm_unmap_ram of an unknown large area is a BUG",
      known: "sources 6.1.192 and 6.6.14"),
    Switch(
      "map_ram_in_kcore", .mapRAMInKcore, .since(.v6_6),
      "kcore shows vm_map_ram",
      known: "sources 6.1.192 and 6.12.117"),
    Switch(
      "ioremap_range_checks", .ioremapRangeChecks, .since(.v6_12),
      "ioremap_page_range looks at the area",
      known: "sources 6.1.192 and 6.12.117"),
    Switch(
      "iounmap_warns", .iounmapWarns, .since(.v6_12),
      "iounmap outside the window is a WARN",
      known: "sources 6.6.14 and 6.12.117"),
    Switch(
      "nx_over_holes", .nxOverHoles, .before(.v6_6),
      "set_memory_x and _nx pass over holes",
      known: "sources 6.1.192 and 6.12.117"),
    Switch(
      "ro_keeps_dirty", .roKeepsDirty, .before(.v6_6),
      "pages made read-only keep the dirty bit",
      known: "sources 6.1.192 and 6.12.117"),
    Switch(
      "saved_dirty", .savedDirty, .since(.v6_6),
      "read-only entries keep dirty in bit 58",
      known: "sources 6.1.192 and 6.12.117"),
    // Counters and dumps
    Switch(
      "account_pud", .accountPUDTables, .since(.v6_12),
      "PageTables counts PUD tables",
      known: "source 6.12.117"),
    Switch(
      "account_top", .accountTopTables, .since(.v6_18),
      "PageTables counts P4D and PGD tables",
      known: "source 6.12.117; from which version on is from memory"),
    Switch(
      "account_pte", .accountPTETables, .since(.v6_18),
      "PageTables counts PTE tables",
      known: "from which version on is from memory"),
    Switch(
      "nr_vmalloc", .vmallocStatistic, .since(.v7_1),
      "vmstat has nr_vmalloc",
      known: "recorded 7.0.13, 7.2.12"),
    Switch(
      "type_byte", .typeByte, .since(.v6_12),
      "page types are a byte; else bits, and slab a flag",
      known: "source 6.1.192; recorded 6.12.117 and later"),
    Switch(
      "flags_old", .flagsOld, .before(.v6_12),
      "page flags in the order of 6.1",
      known: "sources 6.1.192 and 6.12.117; that 6.6 is as 6.1 is not certain"),
    Switch(
      "vmalloc_start_note", .vmallocStartNote, .since(.v6_12),
      "VMCOREINFO has VMALLOC_START",
      known: "source 6.1.192; recorded 6.12.117 and later"),
    Switch(
      "compound_info", .compoundInfo, .since(.v7_1),
      "VMCOREINFO says compound_info",
      known: "recorded 7.0.13, 7.2.12"),
    Switch(
      "oops_uid", .oopsUID, .since(.v6_12),
      "an oops says so, and names the user",
      known: "recorded 6.1, 6.12.117"),
    Switch(
      "warning_file", .warningFile, .since(.v7_0),
      "WARNING names place, CPU, task",
      known: "recorded 6.18.15, 7.0.13"),
    // Users
    Switch(
      "mremap_many", .mremapMany, .since(.v6_18),
      "mremap moves several mappings at once",
      known: "source 6.12.117, tried on 6.18.44"),
    Switch(
      "mremap_checks_first", .mremapChecksFirst, .since(.v6_18),
      "mremap unmaps its target after the checks",
      known: "source 6.12.117, tried on 6.18.44"),
    Switch(
      "udmabuf_vmap", .udmabufVmap, .since(.v6_6),
      "a udmabuf can be mapped by the kernel",
      known: "sources 6.1.192 and of 6.4 to 6.8"),
    Switch(
      "udmabuf_folios", .udmabufFolios, .since(.v6_12),
      "udmabuf pins folios; holes of hugetlb fill",
      known: "sources of 6.4 to 6.8 and 6.12.117"),
    Switch(
      "udmabuf_no_hugetlb", .udmabufNoHugetlb, .from(.v6_6, before: .v6_12),
      "udmabuf refuses memfds of huge pages",
      known: "sources of 6.4 to 6.8 and 6.12.117"),
    Switch(
      "udmabuf_head_page", .udmabufHeadPage, .from(.v6_12, before: .v6_18),
      "udmabuf maps the head page for all of a folio",
      known: "source 6.12.117, its revert in 6.16"),
    Switch(
      "udmabuf_vmap_pfn", .udmabufVmapPFN, .never,
      "udmabuf maps by vmap_pfn (6.13 to 6.15)",
      known: "patches of 6.13 and 6.16"),
    Switch(
      "udmabuf_pfnmap", .udmabufPFNMap, .since(.v6_12),
      "udmabuf mappings count no pages and never grow",
      known: "sources 6.1.192 and 6.12.117"),
    Switch(
      "udmabuf_prefault", .udmabufPrefault, .since(.v6_18),
      "a touch fills all of a udmabuf mapping",
      known: "sources 6.12.117 and 7.0"),
    // Arenas
    Switch(
      "arena_best_fit", .arenaBestFit, .since(.v6_18),
      "arenas: pages from the shortest run",
      known: "patches of 6.13"),
    Switch(
      "arena_reserve", .arenaReserve, .since(.v6_18),
      "arenas: pages can be reserved",
      known: "patches of 6.16; recorded 6.18"),
    Switch(
      "arena_reports", .arenaReports, .since(.v6_18),
      "arenas: reports of missed pages",
      known: "patches of 6.18"),
    Switch(
      "arena_whole", .arenaWhole, .since(.v6_18),
      "arenas: mappings are never cut, copied or moved",
      known: "patches of April 2026, in stable releases"),
    Switch(
      "arena_anywhere", .arenaAnywhere, .since(.v7_0),
      "arenas: tables at once, any context",
      known: "sources 7.0 and 7.1"),
    Switch(
      "arena_scratch", .arenaScratch, .since(.v7_2),
      "arenas: a page for helpers that miss one",
      known: "sources 7.1 and of mm in 2026"),
    Switch(
      "arena_fault_fails", .arenaFaultFails, .never,
      "arenas: a fault that meets the lock is SIGBUS",
      known: "source of mm in 2026"),
    Switch(
      "arena_low_free", .arenaLowFree, .never,
      "arenas: frees below the start are ignored",
      known: "source of mm in 2026"),
    // Other
    Switch(
      "rfc_stack_count", .rfcStackCount, .never,
      "a fault lists one stack page of several",
      known: "dynamic kernel stacks, patches of March 2024"),
    Switch(
      "preempt_count", .preemptCount, .always,
      "kmap_atomic makes the context atomic",
      known: "option CONFIG_PREEMPT_COUNT"),
    Switch(
      "debug_kmap_local", .debugKmapLocal, .never,
      "a guard slot below each of kmap_local",
      known: "option CONFIG_DEBUG_KMAP_LOCAL"),
    Switch(
      "kmap_force_map", .kmapForceMap, .never,
      "kmap_local gives low memory slots, too",
      known: "option CONFIG_DEBUG_KMAP_LOCAL_FORCE_MAP"),
    Switch(
      "pks", .pks, .never,
      "protection keys for kernel addresses (PKS)",
      known: "protection keys for kernel memory, patches of 2022"),
    Switch(
      "test_map_ram", .testMapRAM, .since(.v6_6),
      "test_vmalloc has vm_map_ram_test",
      known: "sources 6.1.192 and of 6.4 to 6.8"),
    Switch(
      "test_xfail", .testXfail, .since(.v6_18),
      "test_vmalloc counts expected failures",
      known: "sources 6.12.117 and of mm in 2026"),
    Switch(
      "test_no_block", .testNoBlock, .since(.v7_0),
      "test_vmalloc has no_block_alloc_test",
      known: "source of mm in 2026"),
    Switch(
      "test_vrealloc", .testVrealloc, .since(.v7_2),
      "test_vmalloc has vrealloc_test",
      known: "source of mm in 2026"),
    Switch(
      "test_few", .testFewByDefault, .since(.v6_18),
      "test_vmalloc runs tests 1, 2 and 4 unless told",
      known: "patches of August to October 2025"),
  ]
}
