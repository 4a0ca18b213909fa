internal import VMem

/// The frames that a process has written to, and which of their sectors a commit takes along.
@safe
struct ChangedFrames: ~Copyable {
  private var frames: UnsafeMutablePointer<UInt32>
  private var masks: UnsafeMutablePointer<UInt8>
  private var room = 64
  private(set) var count = 0

  /// Those of a machine in an image, ascending; nothing of them is taken along yet.
  init(of ram: RAM) {
    unsafe frames = .allocate(capacity: room)
    unsafe masks = .allocate(capacity: room)
    ram.forEachChangedFrame { append($0) }
  }

  deinit {
    unsafe frames.deallocate()
    unsafe masks.deallocate()
  }

  func frame(_ index: Int) -> UInt32 {
    precondition(index >= 0 && index < count)
    // Safe: checked.
    return unsafe frames[index]
  }

  /// Bit 0 for a frame's first sector.
  subscript(mask index: Int) -> UInt8 {
    get {
      precondition(index >= 0 && index < count)
      // Safe: checked.
      return unsafe masks[index]
    }
    set {
      precondition(index >= 0 && index < count)
      // Safe: checked.
      unsafe masks[index] = newValue
    }
  }

  private mutating func append(_ frame: UInt32) {
    if count == room { grow() }
    // Safe: there is room.
    unsafe frames[count] = frame
    unsafe masks[count] = 0
    count += 1
  }

  private mutating func grow() {
    let (frames, masks) = unsafe (self.frames, self.masks)
    unsafe self.frames = .allocate(capacity: 2 * room)
    unsafe self.masks = .allocate(capacity: 2 * room)
    // Safe: both had `room` entries, all of them written.
    unsafe self.frames.moveInitialize(from: frames, count: room)
    unsafe self.masks.moveInitialize(from: masks, count: room)
    unsafe frames.deallocate()
    unsafe masks.deallocate()
    room *= 2
  }
}
