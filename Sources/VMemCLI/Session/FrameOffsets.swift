/// Where each sector of some frames stands: a hash table of open addressing. Arrays of integers are all that
/// it is made of, since a command makes one, and types that Swift makes while it runs cost it more.
struct FrameOffsets {
  private static let sectors = CommitRecord.sectorsPerFrame

  /// Every frame that has offsets, in the order in which they came.
  private(set) var frames: [UInt32] = []
  /// The offsets of the sectors of each of `frames`.
  private var offsets: [Int] = []
  /// By hash, the place of a frame in `frames` plus one; 0 where there is none.
  private var table: [UInt32] = []
  private let factor: UInt64

  /// - Parameter seed: a number that nobody knows who writes a log, so that no frames are chosen to collide.
  init(seed: UInt64 = 0) { factor = (seed &* 0xbf58_476d_1ce4_e5b9 ^ 0x9e37_79b9_7f4a_7c15) | 1 }

  private func slot(_ frame: UInt32) -> Int {
    let hash = (UInt64(frame) + 1) &* factor
    var slot = Int(truncatingIfNeeded: hash >> 32) & (table.count - 1)
    while table[slot] != 0, frames[Int(table[slot]) - 1] != frame {
      slot = (slot + 1) & (table.count - 1)
    }
    return slot
  }

  /// The place of a frame in `frames`, or nil.
  func place(_ frame: UInt32) -> Int? {
    if table.isEmpty { return nil }
    let number = table[slot(frame)]
    return number == 0 ? nil : Int(number) - 1
  }

  func contains(_ frame: UInt32) -> Bool { place(frame) != nil }

  /// The offset of a sector of the frame at a place.
  func offset(_ place: Int, _ sector: Int) -> Int { offsets[place * Self.sectors + sector] }

  /// Gives the sectors of a frame that a mask names new offsets, one behind the other from `start`; a new
  /// frame needs all. Returns the offset behind them.
  mutating func put(_ frame: UInt32, _ mask: UInt8, at start: Int) -> Int {
    if 4 * frames.count >= 3 * table.count { grow() }
    let slot = slot(frame)
    if table[slot] == 0 {
      precondition(mask == CommitRecord.whole)
      frames.append(frame)
      for _ in 0..<Self.sectors { offsets.append(0) }
      table[slot] = UInt32(frames.count)
    }
    let first = (Int(table[slot]) - 1) * Self.sectors
    var next = start
    for sector in 0..<Self.sectors where mask & 1 << sector != 0 {
      offsets[first + sector] = next
      next += CommitRecord.sector
    }
    return next
  }

  private mutating func grow() {
    table = [UInt32](repeating: 0, count: max(64, 2 * table.count))
    for (place, frame) in frames.enumerated() { table[slot(frame)] = UInt32(place + 1) }
  }
}
