/// What a kernel's address space holds at some moment, for a machine to begin with.
package struct Priming: Sendable {
  /// A busy area.
  package struct Area: Sendable {
    package var start: UInt64
    /// One past the last byte, guard page included.
    package var end: UInt64
    package var flags: VMFlags
    /// Base pages it owns.
    package var pageCount: UInt64
    /// What an ioremap maps, or 0.
    package var physicalAddress: UInt64 = 0
    /// Pages it owns on each NUMA node, ascending; the rest comes from any node.
    package var perNode: [(node: Int, count: UInt64)] = []
    /// `vmap_area.flags` of a mapping of vm_map_ram, which has nothing else; 0 for others.
    package var mapRAMFlags: UInt32 = 0
    /// Symbol, 1 to `Symbol.maximumLength` bytes.
    package var caller: [UInt8] = []

    package init(start: UInt64, end: UInt64, flags: VMFlags, pageCount: UInt64) {
      self.start = start
      self.end = end
      self.flags = flags
      self.pageCount = pageCount
    }
  }

  /// A node of the free tree.
  package struct Block: Sendable {
    package enum Side: Sendable { case root, left, right }

    package var start: UInt64
    package var end: UInt64
    package var depth: Int
    package var side: Side
    package var isBlack: Bool

    package init(start: UInt64, end: UInt64, depth: Int, side: Side, isBlack: Bool) {
      self.start = start
      self.end = end
      self.depth = depth
      self.side = side
      self.isBlack = isBlack
    }
  }

  /// Freed areas of one size that a vmap node keeps, the head first.
  package struct Pool: Sendable {
    package var node: Int
    /// Of each, guard page included.
    package var pages: UInt64
    package var starts: [UInt64]

    package init(node: Int, pages: UInt64, starts: [UInt64]) {
      self.node = node
      self.pages = pages
      self.starts = starts
    }
  }

  /// A block of vm_map_ram.
  package struct MapBlock: Sendable {
    package var start: UInt64
    package var end: UInt64
    package var cpu: Int
    /// Pages never handed out, and pages given back.
    package var free: UInt32
    package var dirty: UInt32
    /// Pages given back since the last flush; empty for none.
    package var dirtyLow: UInt32 = 0
    package var dirtyHigh: UInt32 = 0

    package init(start: UInt64, end: UInt64, cpu: Int, free: UInt32, dirty: UInt32) {
      self.start = start
      self.end = end
      self.cpu = cpu
      self.free = free
      self.dirty = dirty
    }
  }

  package var areas: [Area] = []
  /// Ranges that wait for a purge, and their `vmap_area.flags`, the newest of a node first.
  package var lazy: [(start: UInt64, end: UInt64, flags: UInt32)] = []
  package var pools: [Pool] = []
  /// Whether `pools` is all that vmap nodes keep: else nobody knows what they do.
  package var tellsPools = false
  package var mapBlocks: [MapBlock] = []
  /// The free tree in preorder.
  package var blocks: [Block] = []

  package init() {}

  /// Why a state is none of a kernel's, or is too much for the machine. Numbers are positions in the
  /// lists.
  package enum Defect: Error, Equatable, Sendable {
    /// It does not begin where another range ends, or is empty.
    case area(Int)
    case lazy(Int)
    case block(Int)
    /// More pages than it has room for, or an address that is no kernel's.
    case contents(Int)
    /// The machine cannot have it.
    case pool(Int)
    case mapBlock(Int)
    /// An area, or what waits, of a vmap node that the machine has not got.
    case areaNode(Int)
    case lazyNode(Int)
    /// An area of vm_map_ram's blocks without its block.
    case noMapBlock(Int)
    /// It hangs nowhere in the tree, or stands where the order of addresses forbids it.
    case place(Int)
    /// A red node with a red parent, or paths with different numbers of black nodes.
    case colour(Int)
    /// The ranges end before 2^64 − 1.
    case endsEarly(UInt64)
    case noMemory
  }

  /// Busy, lazy and free ranges must tile [1, 2^64 − 1).
  func checkTiling() throws(Defect) {
    var ranges: [(start: UInt64, end: UInt64, defect: Defect)] = []
    for (index, one) in areas.enumerated() { ranges.append((one.start, one.end, .area(index))) }
    for (index, one) in lazy.enumerated() { ranges.append((one.start, one.end, .lazy(index))) }
    for (index, one) in blocks.enumerated() { ranges.append((one.start, one.end, .block(index))) }
    for (index, one) in pools.enumerated() {
      for start in one.starts { ranges.append((start, start &+ one.pages << 12, .pool(index))) }
    }
    ranges.sort { $0.start < $1.start }
    var reached: UInt64 = 1
    for range in ranges {
      guard range.start == reached, range.end > range.start else { throw range.defect }
      reached = range.end
      guard reached & 4095 == 0 || reached == .max else { throw range.defect }
    }
    guard reached == .max else { throw .endsEarly(reached) }
  }

  /// Pages must lie inside their area, and mapped areas in the kernel's half.
  func checkContents(_ map: AddressMap) throws(Defect) {
    for (index, area) in areas.enumerated() {
      let guardSize: UInt64 = area.flags.contains(.noGuard) ? 0 : 4096
      let isMapped = area.pageCount > 0 || area.physicalAddress != 0
      guard area.pageCount << 12 <= area.end - area.start - guardSize || area.pageCount == 0,
        area.pageCount < 1 << 32, area.physicalAddress & 4095 == 0,
        // Pages are an area's own when vmalloc allocated them, or vmap took them over.
        area.pageCount == 0 || !area.flags.isDisjoint(with: [.alloc, .mapPutPages]),
        area.physicalAddress >> Mappings.physicalBits == 0,
        !isMapped || area.start >= map.vmallocStart,
        !isMapped || area.end <= map.vmallocEnd || area.start >= map.modulesStart
      else { throw .contents(index) }
    }
  }
}
