internal import CHost
internal import Glibc
internal import VMem

/// The log of an image: the commits that the image itself does not contain yet.
@safe
final class CommitLog {
  /// Bytes of address space that most logs are content with.
  private static let usualWindow = 2 << 20

  private let descriptor: Int32
  private(set) var base: UnsafeRawPointer?
  /// Bytes of the file that are mapped, whether it has them yet or not.
  private var window = 0
  /// Where the next record goes.
  private(set) var end = 0
  private(set) var sequence: UInt64
  private var checksum: UInt32 = 0
  private let generation: UInt32
  /// Offsets of the newest contents of each frame.
  private(set) var newest = FrameOffsets()
  /// Frames that the machine has.
  private let frameCount: UInt32
  /// What stands behind `end`.
  private(set) var rest = Rest.nothing
  /// Lines of commits that this process has taken away.
  private var dropped: [UInt8] = []

  /// What can stand behind the last whole commit.
  enum Rest {
    case nothing
    /// What a log held before.
    case stale
    /// A commit that was not written whole.
    case torn
    /// A commit that was written, and is not what was written.
    case damaged
  }

  enum Defect: Error, Equatable {
    case damaged(sequence: UInt64), gap
    /// It is no longer what it was when it was read.
    case changed
    /// The file is no log.
    case foreign
    /// It is the log of another machine.
    case otherMachine
    case host(Int32)
  }

  /// Reads the log of an image whose RAM contains all commits up to `trailer.sequence`.
  /// `descriptor` is negative when there is no log; `size` is that of the file in bytes.
  init(_ descriptor: Int32, size: Int, _ trailer: ImageTrailer) throws(Defect) {
    self.descriptor = descriptor
    sequence = trailer.sequence
    generation = trailer.generation
    frameCount = UInt32(trailer.memory >> 12)
    guard descriptor >= 0 else { return }
    if let number = map(size) { throw .host(number) }
    guard let base = unsafe base else { return }
    newest = noOffsets
    try unsafe read(UnsafeRawBufferPointer(start: base, count: size), trailer)
  }

  deinit { unmap() }

  /// Maps the file as far as `end`, at least. Returns the host's error number, or nil.
  private func map(_ end: Int) -> Int32? {
    guard end > window else { return nil }
    let size = max(Self.usualWindow, (end + end / 2 + 4095) & ~4095)
    // Safe: a mapping of its own; it is only read below the end of the file.
    let mapped = unsafe mmap(nil, size, PROT_READ, MAP_SHARED | MAP_NORESERVE, descriptor, 0)
    guard unsafe mapped != UnsafeMutableRawPointer(bitPattern: -1), let mapped = unsafe mapped
    else { return errno }
    unmap()
    unsafe base = UnsafeRawPointer(mapped)
    window = size
    // Safe: the range is watched as long as it is mapped.
    _ = unsafe chost_watch_range(mapped, size, CHOST_LOG, descriptor, size)
    return nil
  }

  private func unmap() {
    guard let base = unsafe base else { return }
    // Safe: nobody else has the mapping.
    unsafe chost_unwatch_range(base)
    unsafe munmap(UnsafeMutableRawPointer(mutating: base), window)
  }

  private func read(
    _ log: UnsafeRawBufferPointer, _ trailer: ImageTrailer
  ) throws(Defect) {
    while end < log.count {
      guard
        case .record(let record) = unsafe CommitRecord.read(log, at: end, most: Int(frameCount))
      else { break }
      if end == 0 {
        guard record.generation == generation else { throw .otherMachine }
        guard record.previous == 0 else { break }
        // Not `sequence + 1`, which a damaged number may not have.
        if record.sequence > trailer.sequence, record.sequence - trailer.sequence > 1 { throw .gap }
      } else {
        guard record.generation == generation, record.previous == checksum,
          record.sequence == sequence &+ 1
        else { break }
      }
      guard isUsable(record) else { throw .damaged(sequence: record.sequence) }
      take(record)
    }
    if sequence < trailer.sequence {
      // A checkpoint has brought home more than this, and nothing new can stand behind it.
      restart(at: trailer.sequence)
      rest = .stale
    } else if end < log.count {
      rest = .stale
      try unsafe judgeRest(log)
    }
  }

  /// Whether the machine has all frames of a record, and each that is new in the log is whole.
  private func isUsable(_ record: CommitRecord) -> Bool {
    for place in 0..<record.counts.frames {
      let frame = record.frame(place)
      guard frame < frameCount,
        record.mask(place) == CommitRecord.whole || newest.contains(frame)
      else { return false }
    }
    return true
  }

  private func take(_ record: CommitRecord) {
    newest.put(record, at: end)
    sequence = record.sequence
    checksum = record.checksum
    end += record.counts.size
  }

  /// Calls `body` with each commit, oldest first, and with where its record starts, until that says no.
  /// Throws when the log is no longer what it was.
  func forEachCommit(_ body: (CommitRecord, Int) -> Bool) throws(Defect) {
    guard let base = unsafe base else { return }
    let log = unsafe UnsafeRawBufferPointer(start: base, count: end)
    var (start, checksum) = (0, UInt32(0))
    while start < end {
      guard let record = unsafe CommitRecord.again(log, at: start), record.previous == checksum
      else { throw .changed }
      guard body(record, start) else { return }
      checksum = record.checksum
      start += record.counts.size
    }
    guard checksum == self.checksum else { throw .changed }
  }

  /// The lines of all commits after one, or of the first of them: those of the machine in memory, which
  /// still has what was taken away.
  func lines(after sequence: UInt64, onlyFirst: Bool = false) throws(Defect) -> [UInt8] {
    var lines: [UInt8] = []
    try forEachCommit { record, _ in
      guard record.sequence > sequence else { return true }
      lines += record.commands
      return !onlyFirst
    }
    return lines + dropped
  }

  /// Takes a commit away, and those that follow it. Throws when the log is no longer what it was, or with the
  /// host's error number.
  func drop(_ commit: CommitRecord, at start: Int) throws(Defect) {
    var gone: [UInt8] = []
    var offsets = noOffsets
    try forEachCommit { record, at in
      if at < start { offsets.put(record, at: at) } else { gone += record.commands }
      return true
    }
    let (sequence, checksum) = (commit.sequence &- 1, commit.previous)
    if let number = cut(at: start) { throw .host(number) }
    (self.sequence, self.checksum, end) = (sequence, checksum, start)
    newest = offsets
    dropped = gone + dropped
  }

  /// Tells a commit that was cut short from damage: damage is what a later commit follows.
  private func judgeRest(_ log: UnsafeRawBufferPointer) throws(Defect) {
    switch unsafe CommitRecord.read(log, at: end, most: Int(frameCount)) {
    case .torn: rest = .torn
    case .record: break
    case .damaged:
      if unsafe isFollowed(log) { throw .damaged(sequence: sequence &+ 1) }
      rest = .damaged
    }
    // What is shorter than a word may be a log that was cut short.
    if end == 0, rest != .stale, unsafe !Self.begins(log) { throw .foreign }
  }

  /// Whether a commit stands behind the one that cannot be read, whether or not the ones between them can.
  /// No older one does: what a log is cut off at is on the disk before anything is written there.
  private func isFollowed(_ log: UnsafeRawBufferPointer) -> Bool {
    var at = end + CommitRecord.sector
    while at + CommitRecord.sector <= log.count {
      if unsafe CommitRecord.isZero(log, at, CommitRecord.sector) {
        let data = lseek(descriptor, at + 1, Int32(CHOST_SEEK_DATA))
        if data < 0, errno == ENXIO { return false }
        at = max(at + CommitRecord.sector, data & ~(CommitRecord.sector - 1))
        continue
      }
      if unsafe CommitRecord.isLater(log, at: at, generation, than: sequence) { return true }
      at += CommitRecord.sector
    }
    return false
  }

  /// Whether bytes are the beginning of a log, or what a power cut has left of one.
  static func begins(_ log: UnsafeRawBufferPointer) -> Bool {
    let count = min(8, log.count)
    let isMagic = (0..<count).allSatisfy {
      unsafe log[$0] == UInt8(truncatingIfNeeded: CommitRecord.magic >> UInt64(8 * $0))
    }
    return unsafe isMagic || CommitRecord.isZero(log, 0, min(CommitRecord.sector, log.count))
  }

  /// Offsets of no frame yet; where the host has mapped the log is what nobody knows who writes one.
  var noOffsets: FrameOffsets { unsafe FrameOffsets(seed: UInt64(UInt(bitPattern: base))) }

  private func restart(at sequence: UInt64) {
    self.sequence = sequence
    end = 0
    checksum = 0
    newest = noOffsets
    rest = .nothing
  }

  // MARK: Using

  /// Puts the newest contents of every frame into RAM.
  func restore(_ ram: RAM) {
    guard let base = unsafe base else { return }
    for place in 0..<newest.count {
      let frame = newest.frame(place)
      guard frame < ram.frameCount else { continue }
      unsafe ram.withFrame(frame) { bytes in
        for sector in 0..<CommitRecord.sectorsPerFrame {
          // Safe: the records were read whole, and a frame has as many sectors.
          unsafe memcpy(
            bytes.baseAddress! + sector * CommitRecord.sector,
            base + newest.offset(place, sector), CommitRecord.sector)
        }
      }
    }
  }

  /// The sectors of a frame that RAM has otherwise than the log: all of a frame that the log has not.
  private func changedSectors(_ frame: UInt32, _ ram: RAM) -> UInt8 {
    guard let place = newest.place(frame), let base = unsafe base else { return CommitRecord.whole }
    return unsafe ram.withFrame(frame) { bytes in
      var mask: UInt8 = 0
      for sector in 0..<CommitRecord.sectorsPerFrame {
        // Safe: as in `restore`.
        let isChanged = unsafe memcmp(
          bytes.baseAddress! + sector * CommitRecord.sector,
          base + newest.offset(place, sector), CommitRecord.sector)
        if isChanged != 0 { mask |= 1 << sector }
      }
      return mask
    }
  }

  /// Adds a commit of what RAM has otherwise than the log in any of the frames that the process has written
  /// to. Returns the host's error number, or nil.
  func append(
    _ changed: inout ChangedFrames, _ ram: RAM, commands lines: [UInt8], sync: Bool
  ) -> Int32? {
    guard changed.count <= CommitRecord.maximumFrames, lines.count <= CommitRecord.maximumCommands
    else { return EFBIG }
    var (frames, sectors, runs) = (0, 0, 0)
    for index in 0..<changed.count {
      let mask = changedSectors(changed[index].frame, ram)
      changed[index].mask = mask
      if mask != 0 { frames += 1 }
      sectors += mask.nonzeroBitCount
      runs += (mask & ~(mask << 1)).nonzeroBitCount
    }
    let header = CommitHeader(frames: frames, sectors: sectors, commands: lines)
    var place = 0
    for index in 0..<changed.count where changed[index].mask != 0 {
      header.set(place, frame: changed[index].frame, mask: changed[index].mask)
      place += 1
    }
    return unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: runs + 1) { parts in
      unsafe Self.list(header.record, ram, UnsafeMutableBufferPointer(rebasing: parts.dropFirst()))
      var sums = unsafe header.sums
      for index in 1..<runs + 1 {
        let part = unsafe parts[index]
        let length = unsafe part.iov_len / CommitRecord.sector
        // Safe: a part is so many sectors of RAM, and there is room for the sums of all.
        unsafe chost_crc32c_blocks(part.iov_base, CommitRecord.sector, length, sums)
        unsafe sums += length
      }
      header.seal(sequence: sequence + 1, generation: generation, previous: checksum)
      return unsafe write(header, parts, sync: sync)
    }
  }

  /// Lists the sectors of a record as RAM has them: neighbours in one frame as one part.
  private static func list(
    _ record: CommitRecord, _ ram: RAM, _ parts: UnsafeMutableBufferPointer<iovec>
  ) {
    var next = 0
    for place in 0..<record.counts.frames {
      var (mask, sector) = (record.mask(place), 0)
      while mask != 0 {
        let skipped = mask.trailingZeroBitCount
        let length = (~(mask >> skipped)).trailingZeroBitCount
        sector += skipped
        unsafe ram.withFrame(record.frame(place)) {
          // Safe: a frame has as many sectors as a mask has bits.
          unsafe parts.initializeElement(
            at: next,
            to: iovec(
              iov_base: $0.baseAddress! + sector * CommitRecord.sector,
              iov_len: length * CommitRecord.sector))
        }
        next += 1
        sector += length
        mask = (mask >> skipped) >> length
      }
    }
  }

  /// Writes a record, whose sectors are all but the first of `parts`, behind the others.
  private func write(
    _ header: borrowing CommitHeader, _ parts: UnsafeMutableBufferPointer<iovec>, sync: Bool
  ) -> Int32? {
    let record = header.record
    if let number = map(end + record.counts.size) { return number }
    if rest != .nothing {
      if let number = cut(at: end) { return number }
      rest = .nothing
    }
    // Safe: the header lives until the write is done.
    unsafe parts.initializeElement(
      at: 0, to: iovec(iov_base: header.written.baseAddress, iov_len: header.written.count))
    if let failure = unsafe OpenFile.write(descriptor, parts, at: end) {
      rest = .torn
      return failure
    }
    if sync, fdatasync(descriptor) != 0 { return errno }
    take(record)
    return nil
  }

  /// Makes what was written durable, and reads it back: whether another process would find every
  /// commit. Returns the host's error number, or nil.
  func confirm(_ trailer: ImageTrailer) -> Int32? {
    if let number = sync() { return number }
    guard let size = FileStatus(descriptor)?.size else { return errno }
    do throws(Defect) {
      let found = try CommitLog(descriptor, size: size, trailer)
      return found.sequence == sequence && found.end == end ? nil : EIO
    } catch {
      guard case .host(let number) = error else { return EIO }
      return number
    }
  }

  /// Brings what was appended to the disk. Returns the host's error number, or nil.
  func sync() -> Int32? { fdatasync(descriptor) == 0 ? nil : errno }

  /// Empties the log after a checkpoint. Returns the host's error number, or nil.
  func clear() -> Int32? {
    restart(at: sequence)
    return ftruncate(descriptor, 0) == 0 ? nil : errno
  }

  /// Empties the log for good: nothing of it comes back after a power cut.
  func erase() -> Int32? {
    if descriptor < 0 { return nil }
    if let number = clear() { return number }
    return sync()
  }

  /// Ends the file at an offset. A cut is on the disk before anything is written behind it: what a power cut
  /// leaves of that must not stand beside what was there. Returns the host's error number, or nil.
  private func cut(at offset: Int) -> Int32? {
    ftruncate(descriptor, offset) == 0 ? sync() : errno
  }
}
