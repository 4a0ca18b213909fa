/// An area of a real machine, as its row of vmallocinfo shows it.
package struct ImportedArea: Sendable {
  package var start: UInt64
  /// One past the last byte, guard page included.
  package var end: UInt64
  /// Flags that have a word. What has none follows: areas without room for a guard page have none.
  package var flags: VMFlags
  /// Base pages it owns.
  package var pageCount: UInt32 = 0
  /// The same on each NUMA node, as the row has them.
  package var pagesPerNode = InlineArray<8, UInt64>(repeating: 0)
  /// What an ioremap maps, or 0.
  package var physicalAddress: UInt64 = 0
  /// Whether its page array is from vmalloc ("vpages").
  package var showsArray = false
  /// Where that array is, or 0 where no row tells.
  package var array: UInt64 = 0

  package init(start: UInt64, end: UInt64, flags: VMFlags) {
    self.start = start
    self.end = end
    self.flags = flags
  }

  /// Whether an area has pages of 2 MiB, as far as size and alignment tell.
  package static func isHuge(
    start: UInt64, size: UInt64, pages: UInt64, flags: VMFlags
  ) -> Bool {
    let rest: UInt64 = 2 << 20 - 1
    return flags.contains(.alloc) && pages > 0 && pages << 12 & rest == 0 && start & rest == 0
      && size == pages << 12 + 4096
  }

  /// The node that has all its pages, plus one; 0 if the row names none; nil for several.
  package var onlyNode: UInt8? {
    var found: UInt8 = 0
    for node in 0..<8 where pagesPerNode[node] != 0 {
      guard found == 0, pagesPerNode[node] == UInt64(pageCount) else { return nil }
      found = UInt8(node + 1)
    }
    return found
  }
}
