/// Flags of a kernel virtual area, with the kernel's values (`VM_*` of vmalloc.h).
public struct VMFlags: OptionSet, BitwiseCopyable, Hashable, Sendable {
  public let rawValue: UInt64
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let ioremap = VMFlags(rawValue: 0x1)
  public static let alloc = VMFlags(rawValue: 0x2)
  public static let map = VMFlags(rawValue: 0x4)
  public static let usermap = VMFlags(rawValue: 0x8)
  public static let dmaCoherent = VMFlags(rawValue: 0x10)
  public static let uninitialized = VMFlags(rawValue: 0x20)
  public static let noGuard = VMFlags(rawValue: 0x40)
  public static let flushResetPerms = VMFlags(rawValue: 0x100)
  public static let mapPutPages = VMFlags(rawValue: 0x200)
  public static let allowHugeVmap = VMFlags(rawValue: 0x400)
  public static let sparse = VMFlags(rawValue: 0x1000)
}

/// A kernel virtual area: the kernel's `vm_struct` and `vmap_area` in one record of one cache line.
public struct VMArea: SlabObject, Sendable {
  static var cache: Int { 0 }

  /// First byte.
  @usableFromInline package var start: UInt64 = 0
  /// Bytes of address space, the guard page included.
  @usableFromInline package var reserved: UInt64 = 0
  /// Bytes the caller asked for, before rounding.
  public package(set) var requestedSize: UInt64 = 0
  /// Physical address of an ioremap, the address of the page array that lies in an area, a stack, or
  /// the flags above bit 31: for those there is room only without the others.
  @usableFromInline var extra: UInt64 = 0
  @usableFromInline var rawFlags: UInt32 = 0
  /// Base pages the area owns (`nr_pages`).
  public package(set) var pageCount: UInt32 = 0
  package var caller = Ref<Symbol>.none
  var name = Ref<Name>.none
  /// Next area on the list this one is on: lazy, pool.
  var next = Ref<VMArea>.none
  /// `vmap_area.flags`: vmap node plus one in bits 8 and up, 1 for vm_map_ram, 2 for its blocks.
  package var areaFlags: UInt32 = 0
  /// What it owns, as a granule: its `PageSet`, the next area of its per-CPU group, its arena, or its
  /// `ImportedRow`.
  @usableFromInline var owned: UInt32 = 0
  public package(set) var pageOrder: UInt8 = 0
  @usableFromInline var rawKind = VMAreaKind.caller.rawValue
  /// Bit 0: `extra` is the address of the page array. Bit 1: see `isGivenUp`. Bit 2: see `showsArray`,
  /// `lacksContents` and `tail`. Bit 3: `extra` is the upper half of the flags. Bit 4: see `isTraced`.
  @usableFromInline var marks: UInt8 = 0
  /// Of an imported area: the NUMA node that has all its pages, plus one; 0 where the row names none.
  var importedNode: UInt8 = 0
  /// `VMAP_RAM` and `VMAP_BLOCK` of `areaFlags`.
  package static let mapRAM: UInt32 = 1
  package static let mapBlock: UInt32 = 2

  init() {}

  /// A mapping of vm_map_ram, or one of its blocks; `size` in bytes.
  init(mapRAM size: UInt64, isBlock: Bool = false) {
    reserved = size
    kind = isBlock ? .mapBlock : .mapRAM
    areaFlags = kind.areaFlags
  }

  /// Who owns it.
  @usableFromInline package internal(set) var kind: VMAreaKind {
    @inlinable @inline(__always) get {
      // Safe: a case without values is stored as its position, which is its number here.
      rawKind <= VMAreaKind.last ? unsafe unsafeBitCast(rawKind, to: VMAreaKind.self) : .caller
    }
    set { rawKind = newValue.rawValue }
  }

  /// Whether the record has no bits that mean nothing.
  var isKnown: Bool {
    VMAreaKind(rawValue: rawKind) != nil
      && (kind == .imported
        ? marks & ~7 == 0 && importedNode <= 8
        : marks & ~knownMarks == 0 && importedNode == 0)
      && (kind != .stack || extra >> 32 == 0 && marks & 1 == 0)
      && (marks & 8 == 0 || marks & 1 == 0 && extra >> 32 != 0 && extra << 32 == 0)
  }

  private var knownMarks: UInt8 {
    switch kind {
    case .mapRAM: 23
    case .caller: 11
    default: kind == .perCPU || !isVMStruct ? 7 : 3
    }
  }

  /// Whether there is a vm_struct; mappings of vm_map_ram have none.
  @inlinable @inline(__always)
  package var isVMStruct: Bool { kind.hasVMStruct }

  /// Whether it is a stack, or imported: without the call that `==` is to other modules.
  @inlinable var isStack: Bool { if case .stack = kind { true } else { false } }
  @inlinable package var isImported: Bool { if case .imported = kind { true } else { false } }

  /// Pointers in a page: a longer page array lies in an area of its own.
  package static let pointersPerPage = 512

  /// What an ioremap maps (`phys_addr`), or 0.
  package var physicalAddress: UInt64 {
    @inlinable get { marks & 9 != 0 || isStack ? 0 : extra }
    set {
      extra = newValue
      marks &= ~8
    }
  }

  /// Whether `extra` is the address of the page array.
  var hasArray: Bool { marks & 1 != 0 }

  /// Address of the page array when that lies in an area ("vpages"), or 0.
  package internal(set) var array: UInt64 {
    @inlinable get { marks & 1 != 0 ? extra : 0 }
    set {
      extra = newValue
      marks = newValue != 0 ? marks & ~8 | 1 : marks & ~9
    }
  }

  /// The stack it is, or none.
  var stack: Ref<Stack> {
    get { kind == .stack ? Ref(granule: UInt32(truncatingIfNeeded: extra)) : .none }
    set {
      extra = UInt64(newValue.granule)
      marks &= ~8
      kind = newValue.isNone ? .caller : .stack
    }
  }

  /// Whether a purge notifier frees the area when no address space is left.
  var isGivenUp: Bool {
    get { marks & 2 != 0 }
    set { marks = newValue ? marks | 2 : marks & ~2 }
  }

  /// What the row of an imported mapping of vm_map_ram, or of what waits for a purge, has behind its
  /// words; none for others. Such areas have no caller.
  package var tail: Ref<Symbol> {
    get { isVMStruct || marks & 4 == 0 ? .none : caller }
    set {
      precondition(!isVMStruct)
      caller = newValue
      marks = newValue.isNone ? marks & ~4 : marks | 4
    }
  }

  /// Whether a mapping of vm_map_ram is from a trace; of other areas the caller tells.
  var isTraced: Bool {
    get { kind == .mapRAM && marks & 16 != 0 }
    set { marks = newValue ? marks | 16 : marks & ~16 }
  }

  /// Whether the row of an imported area says that its page array is from vmalloc.
  package var showsArray: Bool {
    @inlinable get { marks & 4 != 0 }
    set { marks = newValue ? marks | 4 : marks & ~4 }
  }

  /// Whether it was imported, so that nobody knows what is in its memory.
  @inline(__always)
  var lacksContents: Bool { kind == .imported || kind == .perCPU && marks & 4 != 0 }

  /// Makes it an area of a per-CPU group that was imported.
  mutating func joinImportedGroup() {
    kind = .perCPU
    marks |= 4
  }

  /// What an imported area's row says beyond the record, or none.
  var importedRow: Ref<ImportedRow> { Ref(granule: kind == .imported ? owned : 0) }

  /// The pages it owns, or none.
  var pages: Ref<PageSet> { Ref(granule: kind.ownsPages ? owned : 0) }

  /// Whether it owns a set of pages: as many as `pageCount` says.
  @inlinable package var ownsPages: Bool { owned != 0 && kind.ownsPages }

  /// The arena whose range it is, or none.
  var arena: Ref<Arena> {
    get { Ref(granule: kind == .arena ? owned : 0) }
    set {
      owned = newValue.granule
      kind = newValue.isNone ? .caller : .arena
    }
  }

  /// Those above bit 31 are kept where there is neither a physical address nor a page array in an area
  /// of its own.
  public var flags: VMFlags {
    @inlinable @inline(__always) get {
      VMFlags(rawValue: UInt64(rawFlags) | (marks & 8 != 0 ? extra : 0))
    }
    set {
      rawFlags = UInt32(truncatingIfNeeded: newValue.rawValue)
      let upper = newValue.rawValue & ~0xffff_ffff
      guard upper != 0 || marks & 8 != 0, extra == 0 || marks & 8 != 0 else { return }
      extra = upper
      marks = upper != 0 ? marks | 8 : marks & ~8
    }
  }

  /// One past the last byte, guard page included.
  @inlinable package var end: UInt64 { start &+ reserved }
  /// Its addresses, the guard page included.
  public var addresses: Range<VirtualAddress> { VirtualAddress(start)..<VirtualAddress(end) }
  /// What an ioremap maps (`phys_addr`), or 0.
  public var device: PhysicalAddress { PhysicalAddress(physicalAddress) }
  /// Bytes without the guard page. The kernel function is `get_vm_area_size`.
  public var size: UInt64 { flags.contains(.noGuard) ? reserved : reserved &- 4096 }
}
