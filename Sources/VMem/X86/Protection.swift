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
