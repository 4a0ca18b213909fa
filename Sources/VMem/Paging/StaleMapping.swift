/// An entry of page tables that leads to what its maker has no right to.
package struct StaleMapping: Sendable {
  /// What the frame is by now.
  package enum Now: Sendable {
    /// Free, since a call; 0 for a frame that was never handed out.
    case free(since: UInt32)
    /// Freed by a call, and handed out again.
    case reused(freedBy: UInt32)
    /// What the kernel keeps its own structures in.
    case kernel
    /// No memory.
    case none
  }

  /// The `mm_struct` of a user's entry, or nil.
  package let space: UInt64?
  /// First address that the entry translates, and bytes.
  package let address: UInt64
  package let size: UInt64
  /// The first frame that is wrong, and how many of the entry's are.
  package let pfn: UInt64
  package let count: UInt64
  package let now: Now
}

extension MMU {
  /// Calls `body` for each entry that leads to a free frame, to a frame that somebody else has by now,
  /// or to no memory: those of the kernel's tables, ascending, but for the direct map, the struct pages
  /// and the windows of kmap; then those of each user address space.
  ///
  /// Mapping calls of the kernel take no references, so that nothing else notices.
  package func forEachStaleMapping(_ body: (StaleMapping) -> Void) {
    let windows = tables.kmapWindows
    for range in tables.rangesOfEntries {
      LeafWalk(tables).forEachEntry(in: range) { address, entry, depth, _ in
        if !windows.contains(where: { $0.contains(address) }),
          let found = stale(entry, address, depth, space: nil)
        {
          body(found)
        }
        return true
      }
    }
    users.forEachSpace { space in
      let half = Level.size(depth: map.levels) << 8
      LeafWalk(users.tables(of: space)).forEachEntry(in: 0...half - 1) { address, entry, depth, _ in
        if let found = stale(entry, address, depth, space: self.users.address(of: space)) {
          body(found)
        }
        return true
      }
    }
  }

  private func stale(
    _ entry: Entry, _ address: UInt64, _ depth: Int, space: UInt64?
  ) -> StaleMapping? {
    let size = Level.size(depth: depth)
    let first = (depth == 1 ? entry.userFrame : entry.pfn) & ~(size >> 12 - 1)
    var found: (pfn: UInt64, now: StaleMapping.Now)?
    var count: UInt64 = 0
    for page in 0..<size >> 12 {
      guard let now = staleness(first + page, entry, depth) else { continue }
      count += 1
      if found == nil { found = (first + page, now) }
    }
    return found.map {
      StaleMapping(
        space: space, address: address, size: size, pfn: $0.pfn, count: count, now: $0.now)
    }
  }

  /// What is wrong with a frame that an entry leads to; nil where nothing is. Users' entries hold
  /// references, so that nobody else can have gotten theirs.
  private func staleness(_ pfn: UInt64, _ entry: Entry, _ depth: Int) -> StaleMapping.Now? {
    guard ram.isMemory(pfn) else {
      let ofDevices = Entry.writeThrough | Entry.cacheDisable | Entry.special
      return entry.bits & ofDevices == 0 ? StaleMapping.Now.none : nil
    }
    let record = ram[frames.frame(UInt32(pfn))]
    if record.type == nil, record.refcount > 0 {
      let isStale = entry.isStale && (depth == 1 || record.isUnderStaleLeaf != 0)
      return isStale ? .reused(freedBy: record.freedAt) : nil
    }
    switch pageSets.use(ofFrame: pfn) {
    case .free, .perCPU: return .free(since: record.freedAt)
    case .table, .slab, .array: return .kernel
    case .reserved, .allocated: return nil
    }
  }
}
