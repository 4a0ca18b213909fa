/// Where the contents of a file come from.
package enum FileKind: UInt8, Sendable {
  /// A file of the host, read in on demand.
  case host = 0
  /// A file in memory alone, as those of ramfs are.
  case anonymous
  /// A memfd: shared memory, with seals.
  case memfd
  /// A memfd of huge pages.
  case hugetlb
  /// Memory of a shared mapping without a file, which nobody can open.
  case zero
}

/// A file: the kernel's `inode` and `address_space` in one.
package struct File: Listed, Sendable {
  static var cache: Int { 14 }

  /// `FileKind`, and what is said of it in bits 3 and 4.
  private var kindAndMarks: UInt8 = 0
  /// Order of the largest folio in the lower half, of the pages that are read in together above.
  private var orders: UInt8 = 5 << 4
  /// Open descriptors; a file that is only mapped has none.
  package internal(set) var descriptors: UInt16 = 0
  /// User mappings and open descriptors.
  package internal(set) var references: UInt32 = 1
  /// Bytes (`i_size`).
  package internal(set) var size: UInt64 = 0
  /// The folios by page: a frame, or `swapped` where a page has been.
  var pages = SparseArray()
  /// Pages that have frames (`nrpages`).
  package internal(set) var pageCount: UInt32 = 0
  /// Inode number: how many files there were before, plus one.
  package internal(set) var number: UInt32 = 0
  var next = Ref<File>.none
  var previous = Ref<File>.none
  /// Of a host file the frame of its path, of a memfd its seals.
  private var pathOrSeals: UInt32 = 0
  /// Shared mappings that may write.
  var writers: UInt32 = 0
  /// Bytes that the host's file has of a host file: pages that are not in memory are read from there as
  /// far as this goes, and are zeroes behind it.
  var hostSize: UInt64 = 0

  /// Whether the record says what there is.
  var isKnown: Bool {
    let bits = isMemfd ? UInt32(Seals.known.rawValue) : 0
    return FileKind(rawValue: kindAndMarks & 7) != nil && kindAndMarks < 32
      && UInt64(folioOrder) <= Self.maximumFolioOrder && orders >> 4 <= Self.maximumWindowOrder
      && (kind == .host ? path != 0 : pathOrSeals & ~bits == 0)
  }

  package internal(set) var kind: FileKind {
    get { FileKind(rawValue: kindAndMarks & 7) ?? .anonymous }
    set { kindAndMarks = kindAndMarks & ~7 | newValue.rawValue }
  }

  /// Largest order of the folios that are made for it.
  package internal(set) var folioOrder: UInt8 {
    get { orders & 15 }
    set { orders = orders & ~15 | newValue & 15 }
  }

  /// Pages that are read in together: a power of two.
  package internal(set) var window: UInt16 {
    get { 1 << UInt16(orders >> 4) }
    set { orders = orders & 15 | UInt8(truncatingIfNeeded: newValue.trailingZeroBitCount) << 4 }
  }

  /// Frame that holds the path of a host file, with a zero behind it; else 0.
  var path: UInt32 {
    get { kind == .host ? pathOrSeals : 0 }
    set { pathOrSeals = newValue }
  }

  /// Of a memfd; others have none.
  package internal(set) var seals: Seals {
    get { Seals(rawValue: isMemfd ? UInt8(truncatingIfNeeded: pathOrSeals) : 0) }
    set { pathOrSeals = UInt32(newValue.rawValue) }
  }

  /// Whether it is a memfd, which has seals.
  var isMemfd: Bool { kind == .memfd || kind == .hugetlb }

  /// Whether its huge pages give their struct pages up (HVO).
  package internal(set) var isOptimized: Bool {
    get { kindAndMarks & 8 != 0 }
    set { kindAndMarks = kindAndMarks & ~8 | (newValue ? 8 : 0) }
  }

  package var isOpen: Bool { descriptors > 0 }

  /// Whether its size was changed since the host's file had it.
  var isResized: Bool {
    get { kindAndMarks & 16 != 0 }
    set { kindAndMarks = kindAndMarks & ~16 | (newValue ? 16 : 0) }
  }

  /// Word of a page that is not in memory and has been: swapped out, or a shadow of what was evicted.
  static let swapped: UInt32 = 0x8000_0000
  /// Largest size (`MAX_LFS_FILESIZE`).
  static let maximumSize = UInt64(Int64.max)
  /// Largest order of a folio in the page cache (`MAX_PAGECACHE_ORDER` with 4 KiB pages).
  package static let maximumFolioOrder: UInt64 = 9
  /// Pages of a huge page.
  static let hugePages = Level.pages(depth: 2)
  static let maximumWindowOrder: UInt8 = 12
  static let pathRoom = 4096

  /// Pages that the size covers.
  var sizeInPages: UInt64 { size / 4096 + (size % 4096 == 0 ? 0 : 1) }
}

/// Seals of a memfd, with the values of `F_ADD_SEALS`.
public struct Seals: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let seal = Seals(rawValue: 0x1)
  public static let shrink = Seals(rawValue: 0x2)
  public static let grow = Seals(rawValue: 0x4)
  public static let write = Seals(rawValue: 0x8)
  public static let futureWrite = Seals(rawValue: 0x10)
  static let known: Seals = [.seal, .shrink, .grow, .write, .futureWrite]

  /// Its seals as words, joined with commas.
  var text: String {
    Self.words.filter { contains($0.seal) }.map { "\($0.name)" }.joined(separator: ",")
  }

  /// The words of the command language.
  package static let words: [(name: StaticString, seal: Seals)] = [
    ("seal", .seal), ("shrink", .shrink), ("grow", .grow), ("write", .write),
    ("future_write", .futureWrite),
  ]
}
