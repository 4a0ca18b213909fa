/// The flags of a kernel's `struct page` by their names: what frames, dumps, VMCOREINFO and `%pGp` go by.
package struct PageFlagNames: Sendable {
  /// Names from bit 0 on, without their `PG_`.
  package let names: [String]
  /// Second names of bits, with the first.
  package let aliases: [(name: String, flag: String)]

  /// Those of a kernel, in the order of 6.1 (`flags_old`) or of 6.12.
  package init(_ kernel: KernelVersion, _ switches: Switches) {
    let isOld = switches.contains(.flagsOld)
    names = (isOld ? Self.oldOrder : Self.newOrder).split(separator: " ").map(String.init)
      .filter { Self.kernels[$0]?.contains(kernel) ?? true }
    let exclusive = isOld ? "mappedtodisk" : "owner_2"
    aliases =
      [("swapcache", "owner_priv_1"), ("anon_exclusive", exclusive)]
      + (isOld ? [] : [("mappedtodisk", exclusive)])
  }

  private static let oldOrder =
    "locked referenced uptodate dirty lru active workingset waiters error slab owner_priv_1 arch_1 "
    + "reserved private private_2 writeback head mappedtodisk reclaim swapbacked unevictable mlocked "
    + "hwpoison"
  private static let newOrder =
    "locked writeback referenced uptodate dirty lru head waiters active workingset owner_priv_1 "
    + "owner_2 arch_1 reserved private private_2 reclaim swapbacked unevictable dropbehind mlocked "
    + "hwpoison"
  /// Flags that not all kernels have: 6.1 was recorded without CONFIG_MEMORY_FAILURE.
  private static let kernels: [String: Switch.Kernels] = [
    "dropbehind": .dropbehindFlag, "hwpoison": .hwpoisonFlag,
  ]

  /// The number of a flag's bit; nil of one that this kernel has not got.
  package func bit(_ name: String) -> Int? {
    names.firstIndex(of: name)
      ?? aliases.first { $0.name == name }.flatMap { names.firstIndex(of: $0.flag) }
  }
}

/// Bits of `Frame.flags` that the machine sets. Their places are the same in all kernels of an order.
package struct PageFlags: Sendable {
  package let reserved: UInt64
  /// A page of a file whose contents are there, and one that has changed since (`PG_uptodate`,
  /// `PG_dirty`).
  package let uptodate: UInt64
  package let dirty: UInt64
  /// A page that goes to swap, and one of one program only (`PG_anon_exclusive`).
  package let swapbacked: UInt64
  package let exclusive: UInt64
  /// The first page of a folio of several; in dumps.
  package let head: UInt64

  /// A page of a program's own.
  var anonymous: UInt64 { uptodate | swapbacked }

  private init(_ names: PageFlagNames) {
    func flag(_ name: String) -> UInt64 { names.bit(name).map { 1 << UInt64($0) } ?? 0 }
    reserved = flag("reserved")
    uptodate = flag("uptodate")
    dirty = flag("dirty")
    swapbacked = flag("swapbacked")
    exclusive = flag("anon_exclusive")
    head = flag("head")
  }

  static let old = PageFlags(PageFlagNames(.oldest, .flagsOld))
  static let new = PageFlags(PageFlagNames(.standard, []))
}

extension RAM {
  package var pageFlags: PageFlags { has(.flagsOld) ? .old : .new }
}
