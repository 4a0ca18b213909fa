/// Where each sector of some frames stands: a hash table of open addressing. It is made of plain memory, since
/// a command makes one, and types that Swift makes while it runs cost it more.
@safe
struct FrameOffsets: ~Copyable {
  private static let sectors = CommitRecord.sectorsPerFrame

  /// Every frame that has offsets, in the order in which they came.
  private var frames: UnsafeMutablePointer<UInt32>
  /// The offsets of the sectors of each of `frames`.
  private var offsets: UnsafeMutablePointer<Int>
  /// By hash, the place of a frame in `frames` plus one; 0 where there is none.
  private var table: UnsafeMutablePointer<UInt32>
  /// Slots of the table, a power of two; three quarters of them are used at most.
  private var slots = 64
  /// Frames that have offsets.
  private(set) var count = 0
  private let factor: UInt64

  /// - Parameter seed: a number that nobody knows who writes a log, so that no frames are chosen to collide.
  init(seed: UInt64 = 0) {
    factor = (seed &* 0xbf58_476d_1ce4_e5b9 ^ 0x9e37_79b9_7f4a_7c15) | 1
    unsafe frames = .allocate(capacity: slots)
    unsafe offsets = .allocate(capacity: slots * Self.sectors)
    unsafe table = .allocate(capacity: slots)
    unsafe table.initialize(repeating: 0, count: slots)
  }

  deinit {
    unsafe frames.deallocate()
    unsafe offsets.deallocate()
    unsafe table.deallocate()
  }

  private func slot(_ frame: UInt32) -> Int {
    let hash = (UInt64(frame) + 1) &* factor
    var slot = Int(truncatingIfNeeded: hash >> 32) & (slots - 1)
    // Safe: slots are below `slots`, and what they hold is at most `count`.
    while unsafe table[slot] != 0, unsafe frames[Int(table[slot]) - 1] != frame {
      slot = (slot + 1) & (slots - 1)
    }
    return slot
  }

  /// The frame at a place.
  func frame(_ place: Int) -> UInt32 {
    precondition(place >= 0 && place < count)
    // Safe: checked.
    return unsafe frames[place]
  }

  /// The place of a frame, or nil.
  func place(_ frame: UInt32) -> Int? {
    let number = unsafe table[slot(frame)]
    return number == 0 ? nil : Int(number) - 1
  }

  func contains(_ frame: UInt32) -> Bool { place(frame) != nil }

  /// The offset of a sector of the frame at a place.
  func offset(_ place: Int, _ sector: Int) -> Int {
    precondition(place >= 0 && place < count && sector >= 0 && sector < Self.sectors)
    // Safe: checked.
    return unsafe offsets[place * Self.sectors + sector]
  }

  /// Gives the sectors of a frame that a mask names new offsets, one behind the other from `start`; a new
  /// frame needs all. Returns the offset behind them.
  mutating func put(_ frame: UInt32, _ mask: UInt8, at start: Int) -> Int {
    if 4 * count >= 3 * slots { grow() }
    let slot = slot(frame)
    // Safe: there is room for more frames than three quarters of the slots.
    if unsafe table[slot] == 0 {
      precondition(mask == CommitRecord.whole)
      unsafe frames[count] = frame
      count += 1
      unsafe table[slot] = UInt32(count)
    }
    let first = unsafe (Int(table[slot]) - 1) * Self.sectors
    var next = start
    for sector in 0..<Self.sectors where mask & 1 << sector != 0 {
      unsafe offsets[first + sector] = next
      next += CommitRecord.sector
    }
    return next
  }

  /// Gives the sectors of a record their offsets; it stands at an offset itself.
  mutating func put(_ record: CommitRecord, at start: Int) {
    var next = start + record.counts.headerSize
    for place in 0..<record.counts.frames {
      next = put(record.frame(place), record.mask(place), at: next)
    }
  }

  private mutating func grow() {
    // Safe: each is moved to as much room as it had, and as much again.
    unsafe Self.move(&frames, slots)
    unsafe Self.move(&offsets, slots * Self.sectors)
    unsafe table.deallocate()
    slots *= 2
    unsafe table = .allocate(capacity: slots)
    unsafe table.initialize(repeating: 0, count: slots)
    for place in 0..<count { unsafe table[slot(frames[place])] = UInt32(place + 1) }
  }

  /// Moves so many numbers to twice as much room.
  static func move<Number>(_ numbers: inout UnsafeMutablePointer<Number>, _ count: Int) {
    let larger = UnsafeMutablePointer<Number>.allocate(capacity: 2 * count)
    unsafe larger.moveInitialize(from: numbers, count: count)
    unsafe numbers.deallocate()
    unsafe numbers = larger
  }
}
