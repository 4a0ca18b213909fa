/// Single differences between kernel versions. `Switch.all` says what each is and which kernels have it.
public struct Switches: OptionSet, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  package static let vmapNodes = Switches(rawValue: 1 << 0)
  package static let sparse = Switches(rawValue: 1 << 1)
  package static let lazyMerge = Switches(rawValue: 1 << 2)
  package static let sizeWrapBug = Switches(rawValue: 1 << 3)
  package static let hugePerNode = Switches(rawValue: 1 << 4)
  package static let vreallocFrees = Switches(rawValue: 1 << 5)
  package static let vmapAnyFlags = Switches(rawValue: 1 << 6)
  package static let sharedVunmap = Switches(rawValue: 1 << 7)
  package static let deferredCleanup = Switches(rawValue: 1 << 8)
  package static let accountUpperTables = Switches(rawValue: 1 << 9)
  package static let accountPTETables = Switches(rawValue: 1 << 10)
  package static let rangeInMessage = Switches(rawValue: 1 << 11)
  package static let gfpAtomicBit = Switches(rawValue: 1 << 12)
  package static let nowaitWarns = Switches(rawValue: 1 << 13)
  package static let vmallocStatistic = Switches(rawValue: 1 << 14)
  package static let vmallocStartNote = Switches(rawValue: 1 << 15)
  package static let testMapRAM = Switches(rawValue: 1 << 16)
  package static let testXfail = Switches(rawValue: 1 << 17)
  package static let testNoBlock = Switches(rawValue: 1 << 18)
  package static let testVrealloc = Switches(rawValue: 1 << 19)
  package static let testFewByDefault = Switches(rawValue: 1 << 20)
  package static let nxOverHoles = Switches(rawValue: 1 << 21)
  package static let roKeepsDirty = Switches(rawValue: 1 << 22)
  package static let preemptCount = Switches(rawValue: 1 << 28)
  package static let debugKmapLocal = Switches(rawValue: 1 << 29)
  package static let kmapForceMap = Switches(rawValue: 1 << 30)
  package static let pks = Switches(rawValue: 1 << 31)
  package static let arenaBestFit = Switches(rawValue: 1 << 40)
  package static let arenaReserve = Switches(rawValue: 1 << 41)
  package static let arenaReports = Switches(rawValue: 1 << 42)
  package static let arenaWhole = Switches(rawValue: 1 << 43)
  package static let arenaAnywhere = Switches(rawValue: 1 << 44)
  package static let arenaScratch = Switches(rawValue: 1 << 45)
  package static let udmabufVmap = Switches(rawValue: 1 << 50)
  package static let udmabufFolios = Switches(rawValue: 1 << 51)
  package static let udmabufHeadPage = Switches(rawValue: 1 << 52)
  package static let udmabufVmapPFN = Switches(rawValue: 1 << 53)
  package static let rfcStackCount = Switches(rawValue: 1 << 23)
}

/// What there is to know about one of the `Switches`.
public struct Switch: Sendable {
  /// The word that `boot --with` and `--without` take.
  public let name: StaticString
  public let value: Switches
  /// What it changes, in a few words.
  public let meaning: StaticString
  /// The kernels that behave so unless told otherwise; nil for what is only there when asked for.
  public let kernels: ClosedRange<KernelVersion>?

  init(
    _ name: StaticString, _ value: Switches, _ kernels: ClosedRange<KernelVersion>?,
    _ meaning: StaticString
  ) {
    self.name = name
    self.value = value
    self.kernels = kernels
    self.meaning = meaning
  }

  /// Every switch: where profiles, `boot` and help have them from.
  public static let all: [Switch] = [
    Switch("vmap_nodes", .vmapNodes, .v6_12 ... .v7_2, "areas by node, with pools of freed sizes"),
    Switch("sparse", .sparse, .v6_12 ... .v7_2, "VM_SPARSE areas and their calls"),
    Switch("lazy_merge", .lazyMerge, .v6_1 ... .v6_6, "unpurged neighbours are one range"),
    Switch("size_wrap_bug", .sizeWrapBug, .v6_1 ... .v6_6, "size + guard that wraps is a BUG"),
    Switch("vmap_any_flags", .vmapAnyFlags, .v6_1 ... .v6_6, "vmap takes flush_reset_perms"),
    Switch("shared_vunmap", .sharedVunmap, .v6_1 ... .v6_1, "vunmap complains as vfree does"),
    Switch("huge_per_node", .hugePerNode, .v6_1 ... .v6_12, "vmalloc_huge divides by the nodes"),
    Switch(
      "deferred_cleanup", .deferredCleanup, .v6_18 ... .v7_2, "failed vmalloc is freed afterwards"),
    Switch("vrealloc_frees", .vreallocFrees, .v7_2 ... .v7_2, "vrealloc frees pages it cuts off"),
    Switch(
      "account_upper", .accountUpperTables, .v6_12 ... .v7_2, "PageTables counts PUD tables and up"),
    Switch("account_pte", .accountPTETables, .v6_18 ... .v7_2, "PageTables counts PTE tables"),
    Switch(
      "range_message", .rangeInMessage, .v6_18 ... .v7_2, "failed searches log their range"),
    Switch("gfp_atomic_bit", .gfpAtomicBit, .v6_1 ... .v6_1, "GFP_ATOMIC has a bit of its own"),
    Switch("nowait_warns", .nowaitWarns, .v6_1 ... .v6_1, "failed GFP_NOWAIT is logged"),
    Switch("nx_over_holes", .nxOverHoles, .v6_1 ... .v6_1, "set_memory_x and _nx pass over holes"),
    Switch("ro_keeps_dirty", .roKeepsDirty, .v6_1 ... .v6_1, "set_memory_ro leaves the dirty bit"),
    Switch(
      "arena_best_fit", .arenaBestFit, .v6_18 ... .v7_2, "arenas: pages from the shortest run"),
    Switch(
      "arena_reserve", .arenaReserve, .v6_18 ... .v7_2, "arenas: pages can be reserved"),
    Switch(
      "arena_reports", .arenaReports, .v6_18 ... .v7_2, "arenas: reports of missed pages"),
    Switch(
      "arena_whole", .arenaWhole, .v6_18 ... .v7_2,
      "arenas: mappings are never cut or copied"),
    Switch(
      "arena_anywhere", .arenaAnywhere, .v7_0 ... .v7_2,
      "arenas: tables at once, any context"),
    Switch(
      "arena_scratch", .arenaScratch, .v7_2 ... .v7_2, "arenas: a page for helpers that miss one"),
    Switch(
      "rfc_stack_count", .rfcStackCount, nil, "a fault lists one stack page of several"),
    Switch("nr_vmalloc", .vmallocStatistic, .v7_0 ... .v7_2, "vmstat has nr_vmalloc"),
    Switch(
      "vmalloc_start_note", .vmallocStartNote, .v6_12 ... .v7_2, "VMCOREINFO has VMALLOC_START"),
    Switch("test_map_ram", .testMapRAM, .v6_6 ... .v7_2, "test_vmalloc has vm_map_ram_test"),
    Switch("test_xfail", .testXfail, .v6_18 ... .v7_2, "test_vmalloc counts expected failures"),
    Switch("test_no_block", .testNoBlock, .v7_0 ... .v7_2, "test_vmalloc has no_block_alloc_test"),
    Switch("test_vrealloc", .testVrealloc, .v7_2 ... .v7_2, "test_vmalloc has vrealloc_test"),
    Switch(
      "test_few", .testFewByDefault, .v7_2 ... .v7_2,
      "test_vmalloc runs tests 1, 2 and 4 unless told"),
    Switch("preempt_count", .preemptCount, .v6_1 ... .v7_2, "kmap_atomic makes the context atomic"),
    Switch("debug_kmap_local", .debugKmapLocal, nil, "a guard slot below each of kmap_local"),
    Switch("kmap_force_map", .kmapForceMap, nil, "kmap_local gives low memory slots, too"),
    Switch("pks", .pks, nil, "protection keys for kernel addresses (PKS)"),
    Switch("udmabuf_vmap", .udmabufVmap, .v6_6 ... .v7_2, "a udmabuf can be mapped by the kernel"),
    Switch(
      "udmabuf_folios", .udmabufFolios, .v6_12 ... .v7_2,
      "udmabuf pins folios; holes of hugetlb fill"),
    Switch(
      "udmabuf_head_page", .udmabufHeadPage, .v6_12 ... .v6_12,
      "udmabuf maps the head page for all of a folio"),
    Switch("udmabuf_vmap_pfn", .udmabufVmapPFN, nil, "udmabuf maps by vmap_pfn (6.13 to 6.15)"),
  ]
}

extension KernelVersion: Comparable {
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// What this kernel's behaviour is made of.
  public var switches: Switches {
    Switch.all.reduce(into: []) {
      if $1.kernels?.contains(self) ?? false { $0.formUnion($1.value) }
    }
  }
}
