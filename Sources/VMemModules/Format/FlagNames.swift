internal import VMem

/// Names of flags in the order in which the kernel looks for them: a name that stands for several
/// bits comes before those of its bits.
enum FlagNames {
  typealias Table = [(bits: UInt64, name: String)]

  /// The names of the flags that are set with bars between them; what has no name as a number
  /// (`format_flags`).
  static func append(_ flags: UInt64, _ table: Table, _ output: inout FormatOutput) {
    var rest = flags
    for (bits, name) in table where rest & bits == bits {
      guard rest != 0 else { break }
      output.append(name)
      rest &= ~bits
      if rest != 0 { output.append("|") }
    }
    if rest != 0 { output.number(rest, .flagWord) }
  }

  /// The flags word of a `struct page` with its node and zone (`format_page_flags`).
  static func appendPage(_ flags: UInt64, _ table: Table, _ output: inout FormatOutput) {
    output.number(flags, .flagWord)
    output.append("(")
    let named = flags & (1 << 24 - 1)
    if named != 0 {
      append(named, table, &output)
      output.append("|")
    }
    output.append("node=\(flags >> 58)|zone=\(flags >> 56 & 3))")
  }

  // MARK: Allocations

  private static let reclaim: UInt64 = 0xc00
  private static let kernel: UInt64 = reclaim | 0xc0
  private static let user: UInt64 = kernel | 0x10_0000
  private static let movable: UInt64 = user | 0xa
  private static let light: UInt64 = (movable | 0x4_0000 | 0x8_0000 | 0x2000) & ~reclaim

  /// `gfp_t`.
  static let allocation: Table = [
    (light | 0x400, "GFP_TRANSHUGE"), (light, "GFP_TRANSHUGE_LIGHT"),
    (movable, "GFP_HIGHUSER_MOVABLE"), (user | 0x2, "GFP_HIGHUSER"), (user, "GFP_USER"),
    (kernel | 0x40_0000, "GFP_KERNEL_ACCOUNT"), (kernel, "GFP_KERNEL"),
    (reclaim | 0x40, "GFP_NOFS"), (0x820, "GFP_ATOMIC"), (reclaim, "GFP_NOIO"),
    (0x800, "GFP_NOWAIT"), (0x1, "GFP_DMA"), (0x4, "GFP_DMA32"), (reclaim, "__GFP_RECLAIM"),
    (0x2, "__GFP_HIGHMEM"), (0x8, "__GFP_MOVABLE"), (0x10, "__GFP_RECLAIMABLE"),
    (0x20, "__GFP_HIGH"), (0x40, "__GFP_IO"), (0x80, "__GFP_FS"), (0x100, "__GFP_ZERO"),
    (0x400, "__GFP_DIRECT_RECLAIM"), (0x800, "__GFP_KSWAPD_RECLAIM"), (0x1000, "__GFP_WRITE"),
    (0x2000, "__GFP_NOWARN"), (0x4000, "__GFP_RETRY_MAYFAIL"), (0x8000, "__GFP_NOFAIL"),
    (0x1_0000, "__GFP_NORETRY"), (0x2_0000, "__GFP_MEMALLOC"), (0x4_0000, "__GFP_COMP"),
    (0x8_0000, "__GFP_NOMEMALLOC"), (0x10_0000, "__GFP_HARDWALL"), (0x20_0000, "__GFP_THISNODE"),
    (0x40_0000, "__GFP_ACCOUNT"),
  ]

  // MARK: Pages

  /// `struct page` of a kernel.
  static func page(_ flags: PageFlagNames) -> Table {
    named(pageOrder.compactMap { name in flags.names.firstIndex(of: name).map { ($0, name) } })
  }

  /// The order in which the kernel looks for them.
  private static let pageOrder = [
    "locked", "waiters", "error", "referenced", "uptodate", "dirty", "lru", "active", "workingset",
    "slab", "owner_priv_1", "owner_2", "arch_1", "reserved", "private", "private_2", "writeback",
    "head", "mappedtodisk", "reclaim", "swapbacked", "unevictable", "dropbehind", "mlocked",
    "hwpoison",
  ]

  // MARK: User mappings

  /// `vm_area_struct`: every bit from the lowest on.
  static let area = named(
    Array(
      [
        "read", "write", "exec", "shared", "mayread", "maywrite", "mayexec", "mayshare",
        "growsdown", "uffd_missing", "pfnmap", "maybe_guard", "uffd_wp", "locked", "io", "seqread",
        "randread", "dontcopy", "dontexpand", "lockonfault", "account", "noreserve", "hugetlb",
        "sync", "arch_1", "wipeonfork", "dontdump", "softdirty", "mixedmap", "hugepage",
        "nohugepage", "mergeable",
      ].enumerated()
    ).map { ($0.offset, $0.element) })

  private static func named(_ names: [(bit: Int, name: String)]) -> Table {
    names.map { (1 << UInt64($0.bit), $0.name) }
  }
}
