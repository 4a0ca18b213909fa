/// The kernel's page tables: real entries in frames of RAM.
package struct PageTables: Sendable {
  let ram: RAM
  let map: AddressMap
  /// Frame of a user's top-level table, or 0 for the kernel's own.
  private let root: UInt32

  init(ram: RAM, map: AddressMap, root: UInt32 = 0) {
    self.ram = ram
    self.map = map
    self.root = root
  }

  /// Frame of the top-level table (CR3).
  @inline(__always)
  package var top: UInt64 { UInt64(root == 0 ? ram[Superblock.ref].topTable : root) }
  /// Whether an address is one that users' bits of these tables decide about.
  @inline(__always)
  func isUser(_ address: UInt64) -> Bool { root != 0 && address >> 63 == 0 }
  @inline(__always)
  package var levels: Int { map.levels }

  /// End of the part of [address, end) that one entry at `depth` translates; `end` 0 stands for 2^64.
  /// The corresponding kernel macros are `pgd_addr_end` and its like.
  @inline(__always)
  static func boundary(_ address: UInt64, _ end: UInt64, depth: Int) -> UInt64 {
    let size = Level.size(depth: depth)
    let boundary = (address &+ size) & ~(size &- 1)
    return boundary &- 1 < end &- 1 ? boundary : end
  }

  // MARK: Looking up

  /// Where a translation ends.
  enum Lookup {
    /// A leaf: the frame of the address itself, and the leaf's entry and depth.
    case leaf(pfn: UInt64, entry: Entry, depth: Int)
    /// No entry at this depth.
    case hole(depth: Int)
  }

  /// Translates an address. Bits above the translated ones are ignored, as by the kernel's walkers.
  /// Every access comes here, so it does not go by `TableDescent`, whose steps say more.
  @inline(__always)
  func look(up address: UInt64) -> Lookup {
    var table = top
    var depth = levels
    while true {
      let entry = ram[table: table, Level.index(of: address, depth: depth)]
      guard entry.isPresent else { return .hole(depth: depth) }
      if entry.endsWalk(depth: depth) {
        let pfn = entry.frame(of: address, depth: depth)
        return .leaf(pfn: pfn, entry: entry, depth: depth)
      }
      table = entry.pfn
      depth -= 1
    }
  }

  /// Frame and index of the entry at `depth` that translates `address`, or the depth of the first
  /// missing or leaf entry above it.
  ///
  /// Faults come here, so it does not go by `TableDescent` either.
  func entryPlace(_ address: UInt64, depth wanted: Int) -> (table: UInt64, stoppedAt: Int) {
    var (table, depth) = (top, levels)
    while depth > wanted {
      let entry = ram[table: table, Level.index(of: address, depth: depth)]
      guard entry.isPresent, !entry.endsWalk(depth: depth) else { break }
      table = entry.pfn
      depth -= 1
    }
    return (table, depth)
  }

  /// The MMU's note in a leaf that it was used, or written through.
  func mark(_ address: UInt64, depth: Int, bits: UInt64) -> Entry {
    let (table, index) = (
      entryPlace(address, depth: depth).table, Level.index(of: address, depth: depth)
    )
    ram[table: table, index].bits |= bits
    return ram[table: table, index]
  }

  // MARK: Tables

  /// A new empty table `depth` levels above the pages, counted; nil when there is no frame.
  func newTable(depth: Int) -> UInt64? {
    if ram.injects(.pageTable), Injector(ram: ram).strikes(.pageTable, UInt32(depth) - 1) {
      return nil
    }
    guard let pfn = FrameAllocator(ram: ram).allocate(zeroed: true) else { return nil }
    ram[FrameAllocator(ram: ram).frame(pfn)].mapcount = ram.word(.table)
    if root == 0 {
      ram[ram.paging].tables[depth] += 1
    } else {
      ram[ram.users].tables[depth] += 1
    }
    return UInt64(pfn)
  }

  /// Puts a new table below an entry `depth` steps above the pages.
  func link(_ table: UInt64, index: Int, depth: Int, below: UInt64) -> Entry {
    let entry = Entry(pfn: below, root == 0 ? .kernelTable : .userTable)
    ram[table: table, index] = entry
    if depth == levels, root == 0 { shareTopEntry(index) }
    return entry
  }
}
