/// An x86-64 page-table entry of any level, with the architecture's own bits.
///
/// Which bits mean what, how many entries a table has, and where the kernel's areas lie stands in this
/// folder. All else asks by these names: another format of page tables is another folder with them.
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
  /// The protection key.
  package static let keyMask: UInt64 = 0b1111 << 59
  @usableFromInline package static let noExecute: UInt64 = 1 << 63
  /// Of this emulator, in a leaf of the kernel's: its frame was freed under it and is somebody else's
  /// now. Processors and kernels ignore the bit; views leave it out.
  static let stale: UInt64 = 1 << 52
  package var isStale: Bool { bits & Self.stale != 0 }
  /// The key of a leaf.
  package var key: UInt64 { (bits & Self.keyMask) >> 59 }
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

  /// All bits but the frame number.
  @inlinable @inline(__always)
  package var attributes: UInt64 { bits & ~Self.pfnMask }

  @inlinable @inline(__always)
  package var isExecutable: Bool { bits & Self.noExecute == 0 }

  /// Without a struct page, or a user's that stands for no page of its own.
  @inline(__always)
  package var isSpecial: Bool { bits & Self.special != 0 }

  /// Physical address of the first byte that a leaf at `depth` maps.
  @inlinable @inline(__always)
  package func base(depth: Int) -> UInt64 { bits & Self.pfnMask & ~(Level.size(depth: depth) - 1) }

  /// Frame of an address that a leaf at `depth` translates.
  @inlinable @inline(__always)
  package func frame(of address: UInt64, depth: Int) -> UInt64 {
    (base(depth: depth) | address & (Level.size(depth: depth) - 1)) >> 12
  }

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
