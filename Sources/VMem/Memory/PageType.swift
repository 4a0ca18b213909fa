/// The kernel's page types, in the order of their numbers (`enum pagetype`, from 0xf0 on) and of the bits
/// that stood for the first five of them before 6.12 (from bit 7 on, cleared in a word of ones).
package enum KernelPageType: UInt32, CaseIterable, Sendable {
  case buddy, offline, table, `guard`, hugetlb, slab, zsmalloc, unaccepted, large_kmalloc

  /// The number in the word's top byte.
  package var number: UInt32 { 0xf0 + rawValue }
  /// The word of kernels that have numbers, and that of those that have bits.
  package var word: UInt32 { number << 24 }
  package var clearedBit: UInt32 { ~(1 << (7 + rawValue)) }

  /// The kernels that have it among their numbers.
  package var kernels: Switch.Kernels { self == .large_kmalloc ? .largeKmallocType : .always }
}

/// What a frame that has no user mappings is used for: the kernel's `page_type`, in the word at offset
/// 48. The raw value is the word of kernels that keep a number in its top byte.
package enum PageType: UInt32, Sendable {
  case buddy = 0xf000_0000
  case table = 0xf200_0000
  case slab = 0xf500_0000
  /// On a per-CPU list. The kernel leaves such pages without a type; zone lists tell them apart.
  case perCPU = 0xf800_0000
  /// Chunks of the machine's own sparse arrays; the kernel keeps those in slabs.
  case array = 0xf900_0000

  /// Value of the word for a frame that is allocated and not mapped by a user.
  package static let none: UInt32 = 0xffff_ffff

  /// Value of the word where each type is a bit that is cleared. Slabs have a flag instead.
  var clearedBit: UInt32 {
    switch self {
    case .buddy: KernelPageType.buddy.clearedBit
    case .table: KernelPageType.table.clearedBit
    case .slab: Self.none
    case .perCPU: ~(1 << 11)
    case .array: ~(1 << 12)
    }
  }

  /// The type that a word says, in the manner of any kernel.
  init?(word: UInt32) {
    guard word >> 24 == 0xff else {
      self.init(rawValue: word)
      return
    }
    switch word {
    case Self.buddy.clearedBit: self = .buddy
    case Self.table.clearedBit: self = .table
    case Self.perCPU.clearedBit: self = .perCPU
    case Self.array.clearedBit: self = .array
    default: return nil
    }
  }
}

extension Frame {
  /// `PG_slab`, where page types do not say it.
  static let slab: UInt64 = 1 << 9

  /// What the frame is used for; nil for one that is allocated or was never used.
  package var type: PageType? {
    guard mapcount == PageType.none else { return PageType(word: mapcount) }
    return flags & Self.slab != 0 ? .slab : nil
  }
}

extension RAM {
  /// The word and the flags of frames of a type.
  @inline(__always)
  func word(_ type: PageType) -> UInt32 { has(.typeByte) ? type.rawValue : type.clearedBit }
  func flags(_ type: PageType) -> UInt64 {
    type == .slab && !has(.typeByte) ? Frame.slab : 0
  }
}

extension Machine {
  /// The value that dumps give for a page type.
  package func pageTypeWord(_ type: KernelPageType) -> UInt32 {
    ram.has(.typeByte) ? type.word : type.clearedBit
  }
}
