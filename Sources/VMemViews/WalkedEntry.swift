internal import VMem

/// One entry that a translation goes through, and what it says.
struct WalkedEntry {
  /// Where an entry leads.
  enum Target {
    case table(pfn: UInt64, of: Level)
    /// The physical address of the translated byte.
    case memory(UInt64)
    case hole
  }

  let address: UInt64
  let level: Level
  let index: Int
  let entry: Entry
  /// Whether the frame was freed under the entry, and is somebody else's now.
  let isStale: Bool
  let physicalAddress: UInt64
  /// Bytes that the entry translates.
  let size: UInt64
  /// Level of the table that the entry can lead to; nil for a `pte`.
  let levelBelow: Level?

  init(_ step: WalkStep, _ map: AddressMap, _ address: UInt64) {
    self.address = address
    level = step.level
    index = step.index
    entry = step.entry.withoutNote
    isStale = step.entry.isStale
    physicalAddress = step.entryPhysicalAddress
    let depth = step.level.depth(levels: map.levels)
    size = Level.size(depth: depth)
    levelBelow = depth == 1 ? nil : Level(depth: depth - 1, levels: map.levels)
  }

  var target: Target {
    if entry.mapsMemory(at: level) {
      let base = entry.bits & Entry.pfnMask & ~(size - 1)
      return .memory(base | address & (size - 1))
    }
    guard entry.isPresent, let levelBelow else { return .hole }
    return .table(pfn: entry.pfn, of: levelBelow)
  }

  /// Whether it is a user's page that nobody may use: the kernel goes by bit 8, and keeps the frame's
  /// number inverted.
  var isWithoutRights: Bool { level == .pte && address >> 63 == 0 && entry.isWithoutRights }

  private static let keys: [StaticString] = [
    "protection key 0", "protection key 1", "protection key 2", "protection key 3",
    "protection key 4", "protection key 5", "protection key 6", "protection key 7",
    "protection key 8", "protection key 9", "protection key 10", "protection key 11",
    "protection key 12", "protection key 13", "protection key 14", "protection key 15",
  ]

  /// The bits that are set, with their names and what they mean at this level.
  func forEachBit(_ body: (_ name: StaticString, _ meaning: StaticString) -> Void) {
    let bits = entry.bits
    let isLeaf = entry.mapsMemory(at: level) || isWithoutRights
    if bits & Entry.present != 0 { body("P", "present") }
    if bits & Entry.writable != 0 { body("RW", "writable") }
    if bits & Entry.user != 0 { body("US", "user") }
    if bits & Entry.writeThrough != 0 { body("PWT", "write-through") }
    if bits & Entry.cacheDisable != 0 { body("PCD", "cache disable") }
    if bits & Entry.accessed != 0 { body("A", "accessed") }
    if bits & Entry.dirty != 0 { body("D", isLeaf ? "dirty" : "ignored in a table entry") }
    if bits & Entry.pageSize != 0 {
      if level == .pte { body("PAT", "memory type") } else { body("PSE", "large page") }
    }
    if isWithoutRights {
      body("PROTNONE", "there, for nobody to use")
    } else if bits & Entry.global != 0 {
      body("G", "global")
    }
    if bits & Entry.savedDirty != 0 { body("SOFTW5", "was dirty before it was write-protected") }
    if bits & Entry.special != 0 { body("SOFTW1", "special, no struct page") }
    if isLeaf && level != .pte && bits & Entry.largePAT != 0 { body("PAT", "memory type") }
    if isLeaf && entry.key != 0 { body("PK", Self.keys[Int(entry.key)]) }
    if bits & Entry.noExecute != 0 { body("NX", "no execute") }
  }
}
