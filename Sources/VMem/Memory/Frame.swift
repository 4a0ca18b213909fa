/// The kernel's `struct page`: 64 bytes for each frame, at the kernel's own offsets.
///
/// All zero means "never used": boot writes only what it uses. Links between frames are frame
/// numbers in the two halves of `lru`.
package struct Frame: BitwiseCopyable, Equatable, Sendable {
  /// Page flags in the low bits; zone in bits 56–57 and NUMA node in bits 58–63. Offset 0.
  package var flags: UInt64 = 0
  /// Next and previous frame on a list. Offset 8 (`lru`, `compound_head`).
  var next: UInt32 = 0
  var previous: UInt32 = 0
  /// What `refcount`, `order` and `freedAt` say, once more, so that a damaged one shows.
  var seal: UInt32 = 0
  /// Clock of the call that freed the frame last.
  var freedAt: UInt32 = 0
  /// What the page belongs to: the address of a file, or the set of pages with a name that has it.
  /// Offset 24.
  package var mapping: UInt64 = 0
  /// Position in that set. Offset 32.
  package var index: UInt64 = 0
  /// For a free block its order; for a slab its cache. Offset 40.
  package var `private`: UInt64 = 0
  /// Either the page's kind (`PageType`) or its number of user mappings minus one. Offset 48.
  package var mapcount: UInt32 = 0
  /// Offset 52.
  package var refcount: Int32 = 0
  /// 1 of a free frame whose contents are known to be zero. This and what follows stand apart from the
  /// kernel's fields.
  var isFresh: UInt8 = 0
  private var rawOrder: UInt8 = 0
  /// Stale entries that lead here, modulo 256, and 1 where a stale large leaf does: `Entry.stale`.
  var staleMaps: UInt8 = 0
  var isUnderStaleLeaf: UInt8 = 0
  /// Entries of the kernel's tables that lead here, but for those of the direct map and of kmap's
  /// windows. A frame keeps it when it is freed: who maps it by then has no right to.
  var kernelMaps: UInt32 = 0

  init() {}

  /// Order the frame was allocated with.
  package var order: UInt32 {
    get { UInt32(rawOrder) }
    set { rawOrder = UInt8(truncatingIfNeeded: newValue) }
  }

  /// All zero: the frame has not been handed out since boot.
  @inlinable
  package var isUntouched: Bool { flags == 0 && mapcount == 0 && refcount == 0 }

  /// `index` of a page whose set is gone but which somebody holds a reference to.
  static let orphan = UInt64.max

  static let nodeShift: UInt64 = 58
  static let zoneShift: UInt64 = 56
  /// What `seal` must be.
  var expectedSeal: UInt32 {
    UInt32(bitPattern: refcount) &+ order << 24 &+ freedAt &* 0x9e37_79b1
  }

  /// Makes this the record of a frame with the past of another record, and with who maps it.
  mutating func inheritPast(of record: Frame) {
    freedAt = record.freedAt
    kernelMaps = record.kernelMaps
    staleMaps = record.staleMaps
    isUnderStaleLeaf = record.isUnderStaleLeaf
    seal = expectedSeal
  }

  /// Takes references, or drops them.
  @inline(__always)
  mutating func addReferences(_ count: Int32) {
    refcount &+= count
    seal &+= UInt32(bitPattern: count)
  }

  /// Whether it holds a page of a file.
  var isFilePage: Bool { mapping >> 32 != 0 }

  /// The set of pages that has it, or none.
  var owner: Ref<PageSet> {
    get { isFilePage ? .none : Ref(granule: UInt32(truncatingIfNeeded: mapping)) }
    set { mapping = UInt64(newValue.granule) }
  }

  /// A number that is another one when the frame has been freed.
  package var life: UInt32 { freedAt }

  package var node: Int { Int(flags >> Self.nodeShift) }
}
