/// An x86-64 page-table entry of any level, with the architecture's own bits.
@usableFromInline package struct Entry: BitwiseCopyable, Equatable, Sendable {
  @usableFromInline package var bits: UInt64

  @inlinable @inline(__always)
  package init(bits: UInt64) { self.bits = bits }

  /// An entry that points at a frame with the given attribute bits.
  @inlinable @inline(__always)
  package init(pfn: UInt64, _ attributes: Protection) {
    bits = pfn << 12 & Self.pfnMask | attributes.bits
  }

  @usableFromInline package static let pfnMask: UInt64 = 0x000f_ffff_ffff_f000
  @usableFromInline package static let present: UInt64 = 1 << 0
  @usableFromInline package static let writable: UInt64 = 1 << 1
  package static let user: UInt64 = 1 << 2
  package static let writeThrough: UInt64 = 1 << 3
  package static let cacheDisable: UInt64 = 1 << 4
  @usableFromInline package static let accessed: UInt64 = 1 << 5
  @usableFromInline package static let dirty: UInt64 = 1 << 6
  @usableFromInline package static let pageSize: UInt64 = 1 << 7
  package static let global: UInt64 = 1 << 8
  package static let special: UInt64 = 1 << 9
  package static let largePAT: UInt64 = 1 << 12
  /// Dirty, of a leaf that is not writable: to a CPU that would be a shadow stack.
  package static let savedDirty: UInt64 = 1 << 58
  package static let noExecute: UInt64 = 1 << 63
  /// Of this emulator, in a leaf of the kernel's: its frame was freed under it and is somebody else's
  /// now. Processors and kernels ignore the bit; views leave it out.
  static let stale: UInt64 = 1 << 52
  package var isStale: Bool { bits & Self.stale != 0 }
  /// The entry as the kernel has made it.
  package var withoutNote: Entry { Entry(bits: bits & ~Self.stale) }

  @inlinable @inline(__always)
  package static var none: Entry { Entry(bits: 0) }

  /// No residue but accessed and dirty. The corresponding kernel function is `pte_none`.
  @inlinable @inline(__always)
  package var isNone: Bool { bits & ~(Self.accessed | Self.dirty) == 0 }

  @inlinable @inline(__always)
  package var isPresent: Bool { bits & Self.present != 0 }

  /// Whether it is present and the MMU has noted an access.
  @inline(__always)
  var isUsed: Bool {
    bits & (Self.present | Self.accessed) == Self.present | Self.accessed
  }

  @inlinable @inline(__always)
  package var isWritable: Bool { bits & Self.writable != 0 }

  @inlinable @inline(__always)
  package var isDirty: Bool { bits & Self.dirty != 0 }

  /// Frame number the entry points at. In a large leaf bit 12 is an attribute (PAT), so the lowest
  /// bit of the number is not part of the address there; callers mask with the leaf's size.
  @inlinable @inline(__always)
  package var pfn: UInt64 { (bits & Self.pfnMask) >> 12 }

  /// Of a user's leaf that nobody may use (PROT_NONE): not present, and the bits of its frame number
  /// inverted, so that no CPU loads from there on suspicion.
  package var isWithoutRights: Bool { bits & (Self.present | Self.global) == Self.global }

  /// Frame number of a user's leaf.
  package var userFrame: UInt64 { isWithoutRights ? (~bits & Self.pfnMask) >> 12 : pfn }

  /// A user's leaf.
  init(userPage pfn: UInt64, _ rights: Protection) {
    self = Entry(pfn: pfn, Protection(bits: Self.present)).with(rights)
  }

  /// This user's leaf with other rights; it stays dirty. The corresponding kernel function is
  /// `pte_modify`.
  ///
  /// `savesDirty`: whether what is not writable has the dirty bit elsewhere.
  func with(_ rights: Protection, savesDirty: Bool = true) -> Entry {
    let kept = Self.accessed | Self.dirty | Self.savedDirty | Self.special
    var entry = Entry(pfn: userFrame, Protection(bits: rights.bits | bits & kept))
    if !rights.isPresent { entry.bits ^= Self.pfnMask }
    guard savesDirty else { return entry }
    return entry.bits & Self.writable != 0 ? entry.writable : entry.readOnly
  }

  /// Writable; what was dirty is again (`pte_mkwrite`).
  var writable: Entry {
    let dirty = bits & Self.savedDirty != 0 ? Self.dirty : 0
    return Entry(bits: bits & ~Self.savedDirty | Self.writable | dirty)
  }

  /// Not writable; what is dirty says so elsewhere (`pte_wrprotect`).
  var readOnly: Entry {
    let dirty = bits & Self.dirty != 0 ? Self.savedDirty : 0
    return Entry(bits: bits & ~(Self.dirty | Self.writable) | dirty)
  }

  /// Whether a walk ends at this entry of a table at `depth`, 1 the lowest: what is present there maps
  /// memory itself. The processor has no leaves of more than 1 GiB.
  @inlinable @inline(__always)
  package func endsWalk(depth: Int) -> Bool {
    depth == 1 || depth <= 3 && bits & Self.pageSize != 0
  }

  /// Whether an entry of `level` maps memory itself.
  @inlinable @inline(__always)
  package func mapsMemory(at level: Level) -> Bool {
    isPresent && endsWalk(depth: Int(level.rawValue))
  }

  /// Whether an entry of `level` leads to a table of the next level.
  @inlinable @inline(__always)
  package func leadsToTable(at level: Level) -> Bool {
    isPresent && !endsWalk(depth: Int(level.rawValue))
  }
}

/// Attribute bits of an entry: everything but the frame number.
public struct Protection: BitwiseCopyable, Equatable, Sendable {
  public var bits: UInt64

  @inlinable @inline(__always)
  public init(bits: UInt64) { self.bits = bits }

  /// `PAGE_NONE`: the global bit of what is not present says that it is there.
  static let userNone = Protection(bits: Entry.accessed | Entry.global)
  var isPresent: Bool { bits & Entry.present != 0 }

  /// `_KERNPG_TABLE`: an entry that points at a kernel table.
  package static let kernelTable = Protection(bits: 0x063)
  /// `_PAGE_TABLE`: an entry that points at a user's table.
  package static let userTable = Protection(bits: 0x067)
  /// `PAGE_KERNEL`.
  public static let kernel = Protection(bits: 0x8000_0000_0000_0163)
  /// The same, of a page that is neither accessed nor written yet.
  static let kernelUntouched = Protection(bits: 0x8000_0000_0000_0103)
  /// These attributes in a large leaf: size bit set, PAT moved from bit 7 to bit 12.
  var large: Protection {
    Protection(bits: bits & ~Entry.pageSize | (bits & Entry.pageSize) << 5 | Entry.pageSize)
  }

  /// `PAGE_KERNEL_RO`.
  public static let kernelReadOnly = Protection(bits: 0x8000_0000_0000_0121)
  /// `PAGE_KERNEL_ROX`.
  package static let kernelReadOnlyExecutable = Protection(bits: 0x121)

  /// ioremap's cache modes: uncached minus, uncached, write-combining, write-through, write-back.
  public static let uncachedMinus = Protection(bits: 0x8000_0000_0000_0173)
  public static let uncached = Protection(bits: 0x8000_0000_0000_017b)
  public static let writeCombining = Protection(bits: 0x8000_0000_0000_016b)
  public static let writeThrough = Protection(bits: 0x8000_0000_0000_01fb)
  /// `PAGE_KERNEL` of a frame without a struct page.
  public static let special = Protection(bits: 0x8000_0000_0000_0363)

  /// `PAGE_KERNEL_LARGE`.
  public static let kernelLarge = Protection(bits: 0x8000_0000_0000_01e3)
}
