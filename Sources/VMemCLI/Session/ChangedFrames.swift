internal import VMem

/// The frames that a process has written to, and which of their sectors a commit takes along. They are plain
/// memory, as in `FrameOffsets`.
@safe
struct ChangedFrames: ~Copyable {
  struct Entry: BitwiseCopyable {
    let frame: UInt32
    /// Bit 0 for the frame's first sector.
    var mask: UInt8 = 0
  }

  private var entries: UnsafeMutablePointer<Entry>
  private var room = 64
  private(set) var count = 0

  /// Those of a machine in an image, ascending; nothing of them is taken along yet.
  init(of ram: RAM) {
    unsafe entries = .allocate(capacity: room)
    ram.forEachChangedFrame { append($0) }
  }

  deinit { unsafe entries.deallocate() }

  subscript(index: Int) -> Entry {
    get {
      precondition(index >= 0 && index < count)
      // Safe: checked.
      return unsafe entries[index]
    }
    set {
      precondition(index >= 0 && index < count)
      // Safe: checked.
      unsafe entries[index] = newValue
    }
  }

  /// Lets go of all other frames, which were read at most: to find those that have changed, the host passes
  /// all that it has mapped.
  func forgetOthers(of ram: RAM) {
    var next: UInt32 = 0
    for index in 0..<count {
      let frame = self[index].frame
      if frame > next { ram.forget(next..<frame) }
      next = frame + 1
    }
    ram.forget(next..<ram.frameCount)
  }

  private mutating func append(_ frame: UInt32) {
    if count == room {
      unsafe FrameOffsets.move(&entries, room)
      room *= 2
    }
    // Safe: there is room.
    unsafe (entries + count).initialize(to: Entry(frame: frame))
    count += 1
  }
}
