/// Each frame's record counts the entries of the kernel's tables that lead to it: whoever writes or
/// clears such an entry says so here. Frames behind the end of RAM have no record. Nothing is counted
/// before a page is freed that may still be mapped: until then no entry can be stale.
extension RAM {
  @inline(__always)
  var countsEntries: Bool { self[paging].countsEntries }

  /// A call maps pages that are not its own, without a reference: they may be freed under it.
  func noteMappingOfOthers() { self[paging].mapsOthersPages = true }

  /// A page is about to be freed: by its owner, whose own entries are cleared by now, or by somebody
  /// else, who knows nothing of entries.
  @inline(__always)
  func noteFreeing(byOwner: Bool = true) {
    if !countsEntries, !byOwner || self[paging].mapsOthersPages { StaleEntries(ram: self).begin() }
  }

  /// An entry leads to frames from now on.
  @inline(__always)
  func countMapping(of pfn: UInt64, pages: UInt64 = 1) {
    guard countsEntries else { return }
    var pfn = pfn
    let end = pfn &+ pages
    while pfn < end, pfn < UInt64(frameCount) {
      self[FrameAllocator(ram: self).frame(UInt32(truncatingIfNeeded: pfn))].kernelMaps &+= 1
      pfn &+= 1
    }
  }

  /// An entry is cleared: a leaf of `depth`, or none.
  @inline(__always)
  func countUnmapping(of entry: Entry, depth: Int = 1) {
    guard entry.isPresent, countsEntries else { return }
    if depth > 1 { return countUnmapping(ofLarge: entry, pages: Level.size(depth: depth) >> 12) }
    guard entry.pfn < UInt64(frameCount) else { return }
    let record = FrameAllocator(ram: self).frame(UInt32(truncatingIfNeeded: entry.pfn))
    self[record].kernelMaps &-= 1
    if entry.isStale { self[record].staleMaps &-= 1 }
  }

  @inline(never)
  private func countUnmapping(ofLarge leaf: Entry, pages: UInt64) {
    let first = leaf.pfn & ~(pages - 1)
    for pfn in min(first, UInt64(frameCount))..<min(first + pages, UInt64(frameCount)) {
      let record = FrameAllocator(ram: self).frame(UInt32(pfn))
      self[record].kernelMaps &-= 1
      if leaf.isStale { self[record].isUnderStaleLeaf = 0 }
    }
  }
}

/// What a walk over the tables finds out about a frame.
struct FrameMaps {
  /// Entries that lead to it, and how many small ones of them are stale.
  var count: UInt32 = 0
  var stale: UInt8 = 0
  /// Whether a large one is.
  var isUnderStaleLeaf = false

  mutating func note(_ entry: Entry, depth: Int) {
    count += 1
    guard entry.isStale else { return }
    if depth == 1 { stale &+= 1 } else { isUnderStaleLeaf = true }
  }
}
