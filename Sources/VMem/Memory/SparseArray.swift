/// A sparse array of 32-bit values that are not zero, for keys up to 2^52: the machine's XArray.
///
/// Each chunk is one frame of 1024 words; a level takes ten bits of the key. The number of words in
/// use stands in the chunk's frame record, so that empty chunks are freed.
/// Complexity: every operation touches one word per level.
package struct SparseArray: BitwiseCopyable, Sendable {
  /// Frame of the topmost chunk, or 0.
  var root: UInt32 = 0
  /// Levels: 0 without a root.
  var height: UInt32 = 0
  /// One bottom chunk may stay when it is empty, since what was removed often comes back to the same
  /// place: its keys divided by 1024, plus one.
  var idle: UInt64 = 0

  /// Levels of the longest keys.
  static let most: UInt32 = 6

  /// Levels to walk along, whatever a bad image says.
  private var levels: UInt32 { min(height, Self.most) }

  /// The value at `key`, or 0.
  @inline(__always)
  func value(_ key: UInt64, _ ram: RAM) -> UInt32 {
    let chunk = chunk(of: key, ram)
    return chunk == 0 ? 0 : ram[words: chunk, Int(truncatingIfNeeded: key)]
  }

  /// The bottom chunk that holds the word of `key`, or 0 when there is none.
  @inline(__always)
  func chunk(of key: UInt64, _ ram: RAM) -> UInt32 {
    guard height != 0, key &>> (10 &* UInt64(height)) == 0 else { return 0 }
    var at = height <= 3 ? root : descend(to: key, ram)
    if height >= 3 {
      if at == 0 { return 0 }
      at = ram[words: at, Int(truncatingIfNeeded: key >> 20)]
    }
    if height >= 2 {
      if at == 0 { return 0 }
      at = ram[words: at, Int(truncatingIfNeeded: key >> 10)]
    }
    return at
  }

  /// The chunk of the third level from the bottom on the way to `key`, or 0.
  @inline(never)
  private func descend(to key: UInt64, _ ram: RAM) -> UInt32 {
    var at = root
    var level = levels
    while level > 3 && at != 0 {
      level -= 1
      at = ram[words: at, Int(truncatingIfNeeded: key >> (10 * UInt64(level)))]
    }
    return at
  }

  /// Removes the value at `key`, which the bottom chunk `chunk` holds.
  @inline(__always)
  mutating func remove(_ key: UInt64, in chunk: UInt32, _ ram: RAM) {
    ram[words: chunk, Int(truncatingIfNeeded: key)] = 0
    let count = count(chunk, ram)
    ram[count].private &-= 1
    if ram[count].private == 0 && idle != key >> 10 + 1 { exchangeIdle(key, ram) }
  }

  /// Stores a value that is not zero. Returns false when there is no frame for a chunk; the array is
  /// then unchanged but for chunks that hold nothing yet. `chunk` is the bottom chunk that holds the word
  /// of `key`, or 0 where that is not known.
  @inline(__always)
  mutating func store(
    _ key: UInt64, _ value: UInt32, in chunk: UInt32 = 0, _ ram: RAM
  ) -> Bool {
    let chunk = chunk == 0 ? self.chunk(of: key, ram) : chunk
    if chunk == 0 { return storeGrowing(key, value, ram) }
    let index = Int(truncatingIfNeeded: key)
    if ram[words: chunk, index] == 0 { ram[count(chunk, ram)].private &+= 1 }
    ram[words: chunk, index] = value
    return true
  }

  @inline(never)
  private mutating func storeGrowing(_ key: UInt64, _ value: UInt32, _ ram: RAM) -> Bool {
    if height == 0 {
      guard let chunk = newChunk(ram) else { return false }
      root = chunk
      height = max(1, UInt32(73 - key.leadingZeroBitCount) / 10)
    }
    while key >> (10 * UInt64(height)) != 0 {
      guard let chunk = newChunk(ram) else { return shed(ram) }
      ram[words: chunk, 0] = root
      ram[count(chunk, ram)].private = 1
      root = chunk
      height += 1
    }
    var at = root
    var level = levels
    while level > 1 {
      level -= 1
      let index = Int(truncatingIfNeeded: key >> (10 * UInt64(level)))
      var below = ram[words: at, index]
      if below == 0 {
        guard let chunk = newChunk(ram) else {
          prune(key, ram)
          return shed(ram)
        }
        ram[words: at, index] = chunk
        ram[count(at, ram)].private += 1
        below = chunk
      }
      at = below
    }
    let index = Int(truncatingIfNeeded: key)
    if ram[words: at, index] == 0 { ram[count(at, ram)].private += 1 }
    ram[words: at, index] = value
    return true
  }

  /// Removes the value at `key`, and chunks that have become empty. Returns what was there, or 0.
  @inline(__always)
  mutating func remove(_ key: UInt64, _ ram: RAM) -> UInt32 {
    let chunk = chunk(of: key, ram)
    guard chunk != 0 else { return 0 }
    let value = ram[words: chunk, Int(truncatingIfNeeded: key)]
    if value != 0 { remove(key, in: chunk, ram) }
    return value
  }

  /// Keeps the chunk of `key`, which has become empty, and frees the one kept so far.
  @inline(never)
  private mutating func exchangeIdle(_ key: UInt64, _ ram: RAM) {
    let before = idle
    idle = key >> 10 + 1
    if before != 0 { prune((before - 1) << 10, ram) }
  }

  @inline(never)
  private mutating func prune(_ key: UInt64, _ ram: RAM) {
    // From the bottom up: find the lowest chunk on the path that keeps something.
    while true {
      var at = root
      var parent: UInt32 = 0
      var parentIndex = 0
      var level = levels
      while level > 1 {
        let index = Int(truncatingIfNeeded: key >> (10 * UInt64(level - 1)))
        let below = ram[words: at, index]
        if below == 0 { break }
        parent = at
        parentIndex = index
        at = below
        level -= 1
      }
      guard ram[count(at, ram)].private == 0 else { return }
      FrameAllocator(ram: ram).free(at, isZero: true)
      if parent == 0 {
        root = 0
        height = 0
        return
      }
      ram[words: parent, parentIndex] = 0
      ram[count(parent, ram)].private -= 1
    }
  }

  /// Takes away levels that growing added in vain.
  private mutating func shed(_ ram: RAM) -> Bool {
    while height > 0, ram[count(root, ram)].private == 0 {
      FrameAllocator(ram: ram).free(root, isZero: true)
      self = SparseArray()
    }
    return false
  }

  /// Removes everything.
  mutating func removeAll(_ ram: RAM) {
    if height != 0 { freeChunks(root, levels, ram) }
    self = SparseArray()
  }

  private func freeChunks(_ chunk: UInt32, _ level: UInt32, _ ram: RAM) {
    if level > 1 {
      for index in 0..<1024 {
        let below = ram[words: chunk, index]
        if below != 0 { freeChunks(below, level - 1, ram) }
      }
    }
    FrameAllocator(ram: ram).free(chunk)
  }

  /// For the ways down to a neighbour: on each but the last, one chunk on the way to the key has nothing more
  /// behind it, or it is the idle one.
  private static var descents: StepLimit { StepLimit(2 * (UInt64(most) + 1)) }

  /// The lowest key at or above `key` that holds a value, and the value.
  func next(from key: UInt64, _ ram: RAM) -> (key: UInt64, value: UInt32)? {
    guard height != 0 else { return nil }
    var key = key
    let end: UInt64 = 1 << (10 * UInt64(levels))
    var limit = Self.descents
    while key < end {
      limit.step()
      var at = root
      var level = levels
      descend: while true {
        level -= 1
        let shift = 10 * UInt64(level)
        var index = Int(truncatingIfNeeded: key >> shift & 1023)
        let start = index
        while index < 1024 && ram[words: at, index] == 0 { index += 1 }
        if index == 1024 {
          // Nothing more in this chunk: go on behind it.
          key = ((key >> (shift + 10)) &+ 1) << (shift + 10)
          break descend
        }
        if index != start { key = ((key >> (shift + 10)) << 10 | UInt64(index)) << shift }
        at = ram[words: at, index]
        if level == 0 { return (key, at) }
      }
      if key == 0 { return nil }
    }
    return nil
  }

  /// The highest key at or below `key` that holds a value, and the value.
  func previous(from key: UInt64, _ ram: RAM) -> (key: UInt64, value: UInt32)? {
    guard height != 0 else { return nil }
    var key = min(key, 1 << (10 * UInt64(levels)) &- 1)
    var limit = Self.descents
    while true {
      limit.step()
      var at = root
      var level = levels
      descend: while true {
        level -= 1
        let shift = 10 * UInt64(level)
        let start = Int(truncatingIfNeeded: key >> shift & 1023)
        var index = start
        while index >= 0 && ram[words: at, index] == 0 { index -= 1 }
        if index < 0 {
          let above = key >> (shift + 10)
          if above == 0 { return nil }
          key = above << (shift + 10) &- 1
          break descend
        }
        if index != start {
          key = ((key >> (shift + 10)) << 10 | UInt64(index)) << shift | (1 << shift - 1)
        }
        at = ram[words: at, index]
        if level == 0 { return (key, at) }
      }
    }
  }

  @inline(__always)
  private func count(_ chunk: UInt32, _ ram: RAM) -> Ref<Frame> {
    FrameAllocator(ram: ram).frame(chunk)
  }

  private func newChunk(_ ram: RAM) -> UInt32? {
    guard let pfn = FrameAllocator(ram: ram).allocate(zeroed: true) else { return nil }
    ram[count(pfn, ram)].mapcount = ram.word(.array)
    return pfn
  }
}
