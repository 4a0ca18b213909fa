package import VMem

extension VmallocinfoFile {
  /// A row. Its texts are those of `texts`.
  package struct Row: Sendable {
    package enum Kind: UInt8, Sendable {
      case area
      /// A mapping or a block of vm_map_ram, which has no more than its addresses.
      case mapRAM
      /// Freed, and waiting for the next purge.
      case unpurged
    }

    package internal(set) var start: UInt64 = 0
    /// One past the last byte, guard page included.
    package internal(set) var end: UInt64 = 0
    /// Bytes, guard page included.
    package internal(set) var size: UInt64 = 0
    /// What an ioremap maps, or 0.
    package internal(set) var physicalAddress: UInt64 = 0
    var shortPages: UInt32 = 0
    /// Words stand for no flag above bit 31.
    var rawFlags: UInt32 = 0
    var shortLine: UInt32 = 0
    /// Symbol, offset and size, with ` [module]`; empty for none.
    package internal(set) var caller = PackedTexts.Number.empty
    /// All that stands behind the caller where that is not as a known kernel prints it, as there are
    /// words of a vendor's, or another order; else empty.
    package internal(set) var words = PackedTexts.Number.empty
    /// From the first `N0=1` to the last; empty for none.
    package internal(set) var nodes = PackedTexts.Number.empty
    package internal(set) var kind = Kind.area
    /// Whether the array of page pointers is itself from vmalloc ("vpages").
    package internal(set) var hasArray = false

    /// What the words of the row say; flags that have no word are not known.
    package var flags: VMFlags { VMFlags(rawValue: UInt64(rawFlags)) }

    mutating func insert(_ flag: VMFlags) {
      rawFlags |= UInt32(truncatingIfNeeded: flag.rawValue)
    }

    /// Base pages the area owns.
    package var pages: UInt64 { UInt64(shortPages) }
    /// From 1.
    package var line: Int { Int(shortLine) }
  }

  /// Why an area cannot own the pages of its row.
  package static func tooManyPages(_ row: Row) -> String {
    let room = row.size >> 12
    return "pages=\(row.pages), but the area has room for \(room)"
  }

  /// A text of the rows, as it is.
  package func text(_ number: PackedTexts.Number) -> String { texts.text(number) }
}
