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
  private let depth: Int
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
    depth = step.level.depth(levels: map.levels)
    size = Level.size(depth: depth)
    levelBelow = depth == 1 ? nil : Level(depth: depth - 1, levels: map.levels)
  }

  var target: Target {
    if entry.mapsMemory(at: level) {
      let inside = size - 1
      return .memory(entry.base(depth: depth) | address & inside)
    }
    guard entry.isPresent, let levelBelow else { return .hole }
    return .table(pfn: entry.pfn, of: levelBelow)
  }

  /// Whether it is a user's page that nobody may use: the kernel goes by bit 8, and keeps the frame's
  /// number inverted.
  var isWithoutRights: Bool { bits.isWithoutRights }

  /// The bits that are set, and what they mean.
  var bits: EntryBits { EntryBits(entry, at: level, ofUser: address >> 63 == 0) }
}
