/// An offset for each of some frames: a hash table of open addressing. Arrays of integers are all that it
/// is made of, since a command makes one, and types that Swift makes while it runs cost it more.
struct FrameOffsets {
  /// Frame numbers plus one; 0 where there is none.
  private var keys: [UInt64] = []
  private var offsets: [Int] = []
  private(set) var count = 0

  private func slot(_ key: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 32) & (keys.count - 1)
    while keys[slot] != 0, keys[slot] != key { slot = (slot + 1) & (keys.count - 1) }
    return slot
  }

  /// The offset of a frame; nil for one that has none.
  subscript(frame: UInt32) -> Int? {
    get {
      if count == 0 { return nil }
      let slot = slot(UInt64(frame) + 1)
      return keys[slot] == 0 ? nil : offsets[slot]
    }
    set {
      guard let newValue else { preconditionFailure("offsets are not taken out") }
      if 4 * count >= 3 * keys.count { grow() }
      let slot = slot(UInt64(frame) + 1)
      if keys[slot] == 0 { count += 1 }
      keys[slot] = UInt64(frame) + 1
      offsets[slot] = newValue
    }
  }

  private mutating func grow() {
    let (oldKeys, oldOffsets) = (keys, offsets)
    let size = max(64, 2 * keys.count)
    keys = [UInt64](repeating: 0, count: size)
    offsets = [Int](repeating: 0, count: size)
    for (key, offset) in zip(oldKeys, oldOffsets) where key != 0 {
      let slot = slot(key)
      (keys[slot], offsets[slot]) = (key, offset)
    }
  }

  /// Calls `body` with each frame and its offset, in no order.
  func forEach(_ body: (UInt32, Int) -> Void) {
    for (slot, key) in keys.enumerated() where key != 0 { body(UInt32(key - 1), offsets[slot]) }
  }

  /// Every frame that has an offset, in no order.
  var frames: [UInt32] {
    var frames: [UInt32] = []
    frames.reserveCapacity(count)
    forEach { frame, _ in frames.append(frame) }
    return frames
  }
}
