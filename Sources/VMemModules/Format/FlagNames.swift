internal import VMem

/// Names of the flags of pages and of user mappings.
enum FlagNames {
  /// The flags word of a `struct page` with its node and zone (`format_page_flags`).
  static func appendPage(_ flags: UInt64, _ table: FlagTable, _ output: inout FormatOutput) {
    output.number(flags, .flagWord)
    output.append("(")
    let named = flags & (1 << 24 - 1)
    if named != 0 {
      output.append(table.text(named) + "|")
    }
    output.append("node=\(flags >> 58)|zone=\(flags >> 56 & 3))")
  }

  // MARK: Pages

  /// `struct page` of a kernel.
  static func page(_ flags: PageFlagNames) -> FlagTable {
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

  private static func named(_ names: [(bit: Int, name: String)]) -> FlagTable {
    FlagTable(names.map { (1 << UInt64($0.bit), $0.name) })
  }
}
