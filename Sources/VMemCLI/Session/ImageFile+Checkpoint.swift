internal import Glibc
internal import VMem

extension ImageFile {
  /// Adds a commit of `frames` to the log.
  func commit(
    _ frames: inout ChangedFrames, _ ram: RAM, commands: [UInt8], sync: Bool
  ) throws(ProcessFailure) {
    if let number = log.append(&frames, ram, commands: commands, sync: sync) {
      throw Self.failure(path.log, number, EX_IOERR)
    }
    // After the first one, so that a log that is empty later has lost it.
    if !trailer.isLogged {
      trailer.isLogged = true
      try write(trailer)
    }
  }

  /// Brings what the log has home into the image, and empties the log. `ram` is as the last commit
  /// left it, and the history is `history` bytes long.
  func checkpoint(_ ram: RAM, history: UInt64) throws(ProcessFailure) {
    guard log.end > 0 else { return }
    // Only what another process could read may be taken for the copy of what is overwritten.
    if let number = log.confirm(trailer) { throw Self.failure(path.log, number, EX_IOERR) }
    // From here on the image is no state of its own, until the log has all been written to it.
    trailer.goal = log.sequence
    try write(trailer)
    try sync()
    var next = trailer
    next.goal = 0
    next.isLogged = false
    next.history = history
    next.hasOldHistory = trailer.hasOldHistory && history == 0
    let frames = (0..<log.newest.count).map { log.newest.frame($0) }.sorted()
    let runs = Self.runs(frames)
    try check(Self.write(runs, of: ram, to: descriptor))
    let sums = frames.map { ($0, FrameChecksums.sum(ram, $0)) }
    try check(FrameChecksums.write(sums, to: descriptor, memory: next.memory))
    next.sequence = log.sequence
    next.superblock = unsafe ram.withFrame(0) {
      // Safe: a frame has 4096 bytes.
      unsafe ImageTrailer.checksum([UInt8](UnsafeRawBufferPointer($0))[...])
    }
    try write(next)
    try sync()
    trailer = next
    if let number = log.clear() { throw Self.failure(path.log, number, EX_IOERR) }
    // All frames, those too that were only read: see `ChangedFrames.forgetOthers`.
    ram.forget(0..<ram.frameCount)
  }

  /// Throws what the host has said of the image.
  private func check(_ number: Int32?) throws(ProcessFailure) {
    if let number { throw Self.failure(path.image, number, EX_IOERR) }
  }

  private func sync() throws(ProcessFailure) {
    try check(fdatasync(descriptor) == 0 ? nil : errno)
  }

  func write(_ trailer: ImageTrailer) throws(ProcessFailure) {
    let place = Int(FrameChecksums.end(trailer.memory))
    try check(OpenFile.write(descriptor, trailer.bytes, at: place))
  }
}
