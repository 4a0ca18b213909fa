/// A change of what leaves of kernel addresses allow. The corresponding kernel structure is
/// `cpa_data`.
struct AttributeChange {
  /// Bits that every leaf gets, and those it loses.
  var set: UInt64 = 0
  var clear: UInt64 = 0
  /// Whether the direct map follows what another mapping of its frames gets.
  var changesAliases = true
  /// Whether holes are passed over: in the direct map as an alias, and where a kernel does not care.
  var passesHoles = false
  /// First address of the call, for its message.
  let start: UInt64

  /// Whether a leaf that was asked for is not what it was, and so TLBs have to be flushed.
  private(set) var isChanged = false
  /// Whether all of them have to be, since other addresses may lead to the same frames.
  private(set) var flushesEverything = false
  /// Addresses of the direct map that have changed as aliases.
  private(set) var aliases: (start: UInt64, end: UInt64)?

  init(_ start: UInt64) { self.start = start }

  /// Why a change ends before its last page.
  enum End: Equatable {
    case done
    /// No entry at this depth.
    case hole(UInt64, depth: Int)
    /// No frame for the table that a large leaf is split into.
    case noMemory(UInt64, depth: Int)
  }

  /// What a leaf becomes.
  private func changed(_ leaf: Entry) -> Entry {
    var bits = leaf.bits & ~clear | set
    // In an entry that is not present the bit means something else.
    if bits & Entry.present == 0 { bits &= ~Entry.global }
    return Entry(bits: bits)
  }

  /// Changes the leaves of `pages` pages from an address on: `__change_page_attr_set_clr`.
  mutating func run(_ mmu: MMU, _ first: UInt64, pages: UInt64) -> End {
    guard set | clear != 0 else { return .done }
    var done: UInt64 = 0
    while done < pages {
      let address = first &+ done << 12
      let (table, depth) = mmu.tables.entryPlace(address, depth: 1)
      let index = Level.index(of: address, depth: depth)
      let leaf = mmu.ram[table: table, index]
      let size = Level.size(depth: depth)
      let count = min((size &- address & (size - 1)) >> 12, pages - done)
      if leaf.isNone {
        guard passesHoles else { return .hole(address, depth: depth) }
        done += count
        continue
      }
      let new = changed(leaf)
      if new != leaf {
        guard count == size >> 12 else {
          if !mmu.splitLeaf(table, index: index, depth: depth, address: address) {
            return .noMemory(address, depth: depth - 1)
          }
          continue
        }
        mmu.verify(leaf, new, address, depth)
        mmu.ram[table: table, index] = new
        isChanged = true
      }
      let pfn = leaf.frame(of: address, depth: depth)
      if changesAliases {
        let end = follow(mmu, address: address, pfn: pfn, count: count)
        if end != .done { return end }
      }
      done += count
    }
    return .done
  }

  /// Gives the direct map's leaves of the same frames what the others got, but for the right to
  /// execute, which it never has: `cpa_process_alias`.
  private mutating func follow(
    _ mmu: MMU, address: UInt64, pfn: UInt64, count: UInt64
  ) -> End {
    guard pfn < UInt64(mmu.highmem.directFrames), !mmu.tables.isDirectMap(address) else {
      return .done
    }
    flushesEverything = true
    var alias = AttributeChange(start)
    alias.set = set & ~Entry.noExecute
    alias.clear = clear & ~Entry.noExecute
    alias.changesAliases = false
    alias.passesHoles = true
    let from = mmu.map.pageOffset &+ pfn << 12
    let end = alias.run(mmu, from, pages: count)
    if alias.isChanged {
      let to = from &+ count << 12
      aliases = aliases.map { (min($0.start, from), max($0.end, to)) } ?? (from, to)
    }
    return end
  }
}

extension MMU {
  fileprivate func splitLeaf(
    _ table: UInt64, index: Int, depth: Int, address: UInt64
  ) -> Bool {
    mightSleep(.__alloc_pages_noprof)
    return tables.split(table, index: index, depth: depth, isDirectMap: tables.isDirectMap(address))
  }

  /// Complains when a leaf becomes writable and executable, and lets it: `verify_rwx`.
  fileprivate func verify(_ old: Entry, _ new: Entry, _ address: UInt64, _ depth: Int) {
    let rights = Entry.writable | Entry.noExecute
    guard (old.bits ^ new.bits) & rights != 0, new.bits & rights == Entry.writable else { return }
    let pfn = old.base(depth: depth) >> 12
    warnOnce(
      .setMemoryWritableExecutable, .__change_page_attr, .cpaWritableExecutable,
      old.attributes, new.attributes, address, pfn | UInt64(depth) << 56)
  }
}
