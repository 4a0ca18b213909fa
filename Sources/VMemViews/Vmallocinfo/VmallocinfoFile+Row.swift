package import VMem

extension VmallocinfoFile {
  /// A row. Positions are in the file's bytes.
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
    var rawFlags: UInt32 = 0
    var shortLine: UInt32 = 0
    /// First byte of each text; its length is below.
    var callerAt: UInt32 = 0
    var wordsAt: UInt32 = 0
    var nodesAt: UInt32 = 0
    var callerLength: UInt16 = 0
    var wordsLength: UInt16 = 0
    var nodesLength: UInt16 = 0
    package internal(set) var kind = Kind.area
    /// Whether the array of page pointers is itself from vmalloc ("vpages").
    package internal(set) var hasArray = false

    /// What the words of the row say; flags that have no word are not known.
    package var flags: VMFlags { VMFlags(rawValue: rawFlags) }
    /// Base pages the area owns.
    package var pages: UInt64 { UInt64(shortPages) }
    /// From 1.
    package var line: Int { Int(shortLine) }
    /// Symbol, offset and size, with ` [module]`; empty for none.
    package var caller: Range<Int> { Self.range(callerAt, callerLength) }
    /// The words that no known kernel prints; empty for none.
    package var words: Range<Int> { Self.range(wordsAt, wordsLength) }
    /// `N0=1 N1=2`; empty for none.
    package var nodes: Range<Int> { Self.range(nodesAt, nodesLength) }

    private static func range(_ at: UInt32, _ length: UInt16) -> Range<Int> {
      Int(at)..<Int(at) + Int(length)
    }
  }

  /// A row's pages on each NUMA node; those on nodes above 7 are in its `words`.
  package func pagesPerNode(_ row: Row) -> InlineArray<8, UInt64> {
    var counts = InlineArray<8, UInt64>(repeating: 0)
    var at = row.nodes.lowerBound
    while at < row.nodes.upperBound {
      // `N` and a digit; `=`; digits; blanks.
      let node = Int(bytes[at + 1] & 7)
      at += 3
      var count: UInt64 = 0
      while at < row.nodes.upperBound, bytes[at] > 0x20 {
        count = count * 10 + UInt64(bytes[at] - 0x30)
        at += 1
      }
      counts[node] += count
      while at < row.nodes.upperBound, bytes[at] <= 0x20 { at += 1 }
    }
    return counts
  }

  /// The text of a range, as it is.
  package func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }
}
