// Declarations whose bodies are still being written. Replaced file by file.

/// Pages as calls take them: frame numbers, `PageList.null` for a null page.
public enum PageList {
  public static let null = UInt64.max
}

extension Machine {
  // MARK: Pages (Memory/Machine+Pages.swift)

  /// `alloc_pages`: COUNT blocks of 2^order pages, split into single pages, contents zero.
  public func allocatePages(
    count: UInt64, order: UInt64, node: UInt64?, highest: ZoneKind?, mayBlock: Bool
  ) throws(Refusal) -> Ref<PageSet> { throw Refusal(.null, .noFrames) }
  /// Frame number of page `index` of the set; nil outside it.
  public func page(_ index: UInt64, of set: Ref<PageSet>) -> UInt32? { nil }
  public func pageSet(_ set: Ref<PageSet>) -> PageSet { ram[set] }
  public func freePages(_ pages: [UInt64]) throws(Refusal) {}
  public func getPages(_ pages: [UInt64]) throws(Refusal) {}
  public func putPages(_ pages: [UInt64]) throws(Refusal) {}
  /// The struct page of a frame, or nil when there is none.
  public func structPage(_ pfn: UInt64) -> Frame? { nil }
  /// Which set and position a frame belongs to.
  public func setAndIndex(ofFrame pfn: UInt64) -> (set: Ref<PageSet>, index: UInt64)? { nil }

  // MARK: Names (Machine/Names.swift)

  public func lookUp(_ text: Span<UInt8>) -> Ref<Name>? { nil }
  public func name(_ name: Ref<Name>) -> Name { ram[name] }
  /// The name's entry, made when it is new. Refuses when its object lives (-EEXIST).
  public func declare(_ text: Span<UInt8>) throws(Refusal) -> Ref<Name> {
    throw Refusal(.errno(.EEXIST), .nameInUse)
  }
  public func bind(_ name: Ref<Name>, number: UInt64) {}
  public func bindNull(_ name: Ref<Name>) {}
  /// Binds to an address; when an area starts there the name lives as long as the area.
  public func bind(_ name: Ref<Name>, address: UInt64) {}
  public func bind(_ name: Ref<Name>, pages: Ref<PageSet>) {}
  /// Every name, for completion and listings.
  public func forEachName(_ body: (Ref<Name>) -> Void) {}
  public func intern(caller: Span<UInt8>) throws(Refusal) -> Ref<Symbol> { .none }
  public func symbol(_ symbol: Ref<Symbol>) -> Symbol { ram[symbol] }

  // MARK: Areas (Areas/)

  public func getVMArea(
    size: UInt64, flags: VMFlags, align: UInt64, start: UInt64, end: UInt64, shift: UInt64,
    caller: Ref<Symbol>
  ) throws(Refusal) -> UInt64 { throw Refusal(.null, .sizeRoundsToZero) }
  public func freeVMArea(_ address: UInt64) throws(Refusal) {}
  /// The area that contains `address`. The kernel's `find_vm_area`.
  public func findVMArea(_ address: UInt64) -> VMArea? { nil }
  /// The nearest areas that end at or before, and start after, `address`.
  public func neighbours(of address: UInt64) -> (below: VMArea?, above: VMArea?) { (nil, nil) }
  public func unmapAliases() {}
  /// Runs a drain that the last call scheduled. The interpreter calls it after every verb.
  public func runScheduledWork() {}
  public func forEachBusyArea(_ body: (VMArea) -> Void) {}
  public func forEachLazyArea(_ body: (VMArea, _ node: Int) -> Void) {}
  public var vmapNodeCount: Int { 1 }
  public func vmapNode(of address: UInt64) -> Int { 0 }

  // MARK: Mapping (Mapping/)

  /// `vm_area_map_pages`. `area` is the address by which the caller knows the area.
  public func vmAreaMapPages(
    area: UInt64, start: UInt64, end: UInt64, pages: [UInt64]
  ) throws(Refusal) {}
  public func vmAreaUnmapPages(area: UInt64, start: UInt64, end: UInt64) throws(Refusal) {}
  public func vmapPagesRange(start: UInt64, end: UInt64, pages: [UInt64]) throws(Refusal) {}
  public func vunmapRange(start: UInt64, end: UInt64) throws(Refusal) {}
  /// Builds the tables down to `level` and leaves their entries empty.
  public func populate(start: UInt64, end: UInt64, level: Level) throws(Refusal) {}
  public func setPTE(at address: UInt64, pfn: UInt64) throws(Refusal) {}
  /// Frame number `vmalloc_to_page` finds, or nil.
  public func vmallocToPFN(_ address: UInt64) -> UInt64? { nil }

  // MARK: Access (Paging/Machine+Access.swift)

  public func read(_ address: UInt64, count: UInt64, _ chunk: (Span<UInt8>) -> Void) throws(Refusal)
  {}
  public func write(_ address: UInt64, _ bytes: Span<UInt8>) throws(Refusal) {}
  public func fill(_ address: UInt64, count: UInt64, byte: UInt8) throws(Refusal) {}
  public func copy(to: UInt64, from: UInt64, count: UInt64) throws(Refusal) {}
  /// Offset of the first byte that differs, or nil.
  public func compare(_ a: UInt64, _ b: UInt64, count: UInt64) throws(Refusal) -> UInt64? { nil }
  /// What a read of /proc/kcore at `address` gives (`vread_iter` for the vmalloc windows). Reads
  /// outside every kcore range give zeroes.
  public func kcoreRead(_ address: UInt64, count: UInt64, _ chunk: (Span<UInt8>) -> Void) {}
  /// Every step of the translation of `address`, from the top.
  public func walk(_ address: UInt64) -> [WalkStep] { [] }

  // MARK: Whole machine

  /// Broken invariants; empty when the machine is sound.
  public func check() -> [Violation] { [] }
  /// FNV-1a over (frame number, 4096 bytes) of every frame that is not all zero, ascending.
  public func hash() -> UInt64 { 0 }
  public var counters: Counters { Counters() }
}

/// One level of a translation.
public struct WalkStep: Sendable {
  public var level: Level
  public var index: Int
  /// Frame of the table the entry lies in.
  public var table: UInt64
  public var entry: Entry
  /// Physical address of the entry itself.
  public var entryPhysicalAddress: UInt64 { (table << 12) + UInt64(index) * 8 }
}

/// An invariant that does not hold.
public struct Violation: Sendable {
  /// What is wrong, in a few words; `a` and `b` are its values.
  public var what: StaticString
  public var a: UInt64
  public var b: UInt64
}

/// Numbers that views and `assert` show.
public struct Counters: Sendable {
  /// Frames: of RAM, managed by the allocator, free (per-CPU lists included).
  public var totalFrames: UInt64 = 0
  public var managedFrames: UInt64 = 0
  public var freeFrames: UInt64 = 0
  /// Table pages by depth 1 (pte) ... levels; index 0 unused.
  public var tables: [UInt64] = [0, 0, 0, 0, 0, 0]
  public var slabFrames: UInt64 = 0
  public var busyAreas: UInt64 = 0
  public var lazyAreas: UInt64 = 0
  public var lazyPages: UInt64 = 0
  public var lazyMaximumPages: UInt64 = 0
  public var freeBlocks: UInt64 = 0
  public var flushes = FlushCounters()
  /// Bytes of the direct map in leaves of 4 KiB, 2 MiB, 1 GiB.
  public var directMap: [UInt64] = [0, 0, 0]
}
