internal import CHost
internal import Glibc
internal import VMem

/// The log of an image: the commits that the image itself does not contain yet.
@safe
final class CommitLog {
  /// Bytes of address space that most logs are content with.
  private static let usualWindow = 2 << 20

  private let descriptor: Int32
  private var base: UnsafeRawPointer?
  /// Bytes of the file that are mapped, whether it has them yet or not.
  private var window = 0
  /// Where the next record goes.
  private(set) var end = 0
  private(set) var sequence: UInt64
  private var checksum: UInt32 = 0
  private let generation: UInt32
  /// Offset of the newest contents of each frame.
  private(set) var newest = FrameOffsets()
  /// Commits and their commands, oldest first.
  private(set) var commands: [Commit] = []
  /// Frames that the machine has.
  private let frameCount: UInt32
  /// What stands behind `end`.
  private(set) var rest = Rest.nothing

  /// A commit, and what made it.
  struct Commit {
    let sequence: UInt64
    let lines: [UInt8]
    /// Where its record starts.
    let start: Int
  }

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
      guard case .record(let record, let sum) = unsafe CommitRecord.read(log, at: end) else {
        break
      }
      if commands.isEmpty {
        guard record.generation == generation else { throw .otherMachine }
        guard record.previous == 0 else { break }
        // Not `sequence + 1`, which a damaged number may not have.
        if record.sequence > trailer.sequence, record.sequence - trailer.sequence > 1 { throw .gap }
      } else {
        guard record.generation == generation, record.previous == checksum,
          record.sequence == sequence &+ 1
        else { break }
      }
      guard record.frames.allSatisfy({ $0 < frameCount }) else {
        throw .damaged(sequence: record.sequence)
      }
      take(record, sum)
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

  private func take(_ record: CommitRecord, _ sum: UInt32) {
    for (index, frame) in record.frames.enumerated() {
      newest[frame] = end + record.headerSize + index * CommitRecord.block
    }
    commands.append(Commit(sequence: record.sequence, lines: record.commands, start: end))
    sequence = record.sequence
    checksum = sum
    end += record.size
  }

  /// Tells a commit that was cut short from damage: damage is what a later commit follows.
  private func judgeRest(_ log: UnsafeRawBufferPointer) throws(Defect) {
    switch unsafe CommitRecord.read(log, at: end) {
    case .torn: rest = .torn
    case .record: break
    case .damaged:
      if unsafe isFollowed(log) { throw .damaged(sequence: sequence &+ 1) }
      rest = .damaged
    }
    // What is shorter than a word may be a log that was cut short.
    if end == 0, rest != .stale, unsafe !Self.begins(log) { throw .foreign }
  }

  /// Whether a commit stands behind the one that cannot be read.
  private func isFollowed(_ log: UnsafeRawBufferPointer) -> Bool {
    var at = end + CommitRecord.block
    while at + CommitRecord.block <= log.count {
      if unsafe CommitRecord.isZero(log, at, CommitRecord.sector) {
        let data = lseek(descriptor, at + 1, Int32(CHOST_SEEK_DATA))
        if data < 0, errno == ENXIO { return false }
        at = max(at + CommitRecord.block, data & ~(CommitRecord.block - 1))
        continue
      }
      if case .record(let later, _) = unsafe CommitRecord.read(log, at: at),
        later.generation == generation, later.sequence == sequence &+ 2
      {
        return true
      }
      at += CommitRecord.block
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

  private func restart(at sequence: UInt64) {
    self.sequence = sequence
    end = 0
    checksum = 0
    newest = FrameOffsets()
    commands = []
    rest = .nothing
  }

  // MARK: Using

  /// Puts the newest contents of every frame into RAM.
  func restore(_ ram: RAM) {
    newest.forEach { frame, offset in
      guard frame < ram.frameCount else { return }
      unsafe ram.withFrame(frame) { bytes in
        // Safe: the record was read whole.
        unsafe bytes.copyMemory(
          from: UnsafeRawBufferPointer(start: base! + offset, count: CommitRecord.block))
      }
    }
  }

  /// Whether RAM has a frame as the log has it.
  func contains(_ frame: UInt32, _ ram: RAM) -> Bool {
    guard let offset = newest[frame], let base = unsafe base else { return false }
    return unsafe ram.withFrame(frame) {
      // Safe: both are a frame long.
      unsafe memcmp($0.baseAddress!, base + offset, CommitRecord.block) == 0
    }
  }

  /// Adds a commit of `frames` as RAM has them. Returns the host's error number, or nil.
  func append(_ frames: [UInt32], _ ram: RAM, commands lines: [UInt8], sync: Bool) -> Int32? {
    guard frames.count <= CommitRecord.maximumFrames, lines.count <= CommitRecord.maximumCommands
    else { return EFBIG }
    var record = CommitRecord()
    record.sequence = sequence + 1
    record.generation = generation
    record.previous = checksum
    record.commands = lines
    record.frames = frames
    let perFrame = CommitRecord.block / CommitRecord.sector
    record.sectors = unsafe [UInt32](unsafeUninitializedCapacity: frames.count * perFrame) {
      sums, count in
      for (index, frame) in frames.enumerated() {
        // Safe: a frame has as many sectors, and there is room for their sums.
        unsafe ram.withFrame(frame) {
          unsafe chost_crc32c_blocks(
            $0.baseAddress!, CommitRecord.sector, perFrame, sums.baseAddress! + index * perFrame)
        }
      }
      count = frames.count * perFrame
    }
    if let number = map(end + record.size) { return number }
    if rest != .nothing {
      guard ftruncate(descriptor, end) == 0 else { return errno }
      rest = .nothing
    }
    var (header, sum) = record.header()
    // Safe: the header lives until the write is done, frames are RAM's own, and each part is set.
    let failure: Int32? = unsafe header.withUnsafeMutableBytes { header in
      unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: frames.count + 1) { parts in
        unsafe parts[0] = iovec(iov_base: header.baseAddress, iov_len: header.count)
        for (index, frame) in frames.enumerated() {
          unsafe ram.withFrame(frame) {
            unsafe parts[index + 1] = iovec(iov_base: $0.baseAddress, iov_len: $0.count)
          }
        }
        return unsafe Self.write(descriptor, parts, at: end)
      }
    }
    if let failure {
      rest = .torn
      return failure
    }
    if sync, fdatasync(descriptor) != 0 { return errno }
    take(record, sum)
    return nil
  }

  private static func write(
    _ descriptor: Int32, _ parts: UnsafeMutableBufferPointer<iovec>, at offset: Int
  ) -> Int32? {
    var offset = offset
    var first = 0
    let all = parts.count
    while first < all {
      let count = min(all - first, 1024)
      let written = unsafe pwritev(descriptor, parts.baseAddress! + first, Int32(count), offset)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return written < 0 ? errno : EIO }
      offset += written
      var left = written
      while first < all {
        let length = unsafe parts[first].iov_len
        guard left >= length else { break }
        left -= length
        first += 1
      }
      if left > 0 {
        let part = unsafe parts[first]
        unsafe parts[first] = iovec(
          iov_base: part.iov_base + left, iov_len: part.iov_len - left)
      }
    }
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

  /// Takes a commit away, and those that follow it. Returns the host's error number, or nil.
  func drop(from commit: Commit) -> Int32? {
    ftruncate(descriptor, commit.start) == 0 ? nil : errno
  }

  /// The record of the commit at `index`.
  private func record(_ index: Int) -> CommitRecord? {
    guard let base = unsafe base,
      case .record(let record, _) = unsafe CommitRecord.read(
        UnsafeRawBufferPointer(start: base, count: end), at: commands[index].start)
    else { return nil }
    return record
  }

  /// The frame that stands at a place in the record of the commit at `index`.
  private func frame(_ place: Int, _ record: CommitRecord, _ index: Int) -> [UInt8]? {
    let start = commands[index].start + record.headerSize + place * CommitRecord.block
    guard let base = unsafe base, start + CommitRecord.block <= end else { return nil }
    // Safe: the record was read whole.
    return unsafe [UInt8](UnsafeRawBufferPointer(start: base + start, count: CommitRecord.block))
  }

  /// A frame as it was before the commit at `index`.
  private func frame(_ frame: UInt32, before index: Int, _ image: ImageFrames) -> [UInt8]? {
    for index in (0..<index).reversed() {
      guard let record = record(index) else { return nil }
      if let place = record.frames.firstIndex(of: frame) {
        return self.frame(place, record, index)
      }
    }
    return image(frame)
  }

  /// Frames as the image has them.
  typealias ImageFrames = (UInt32) -> [UInt8]?

  /// Whether the commit at `index` has done nothing but let time pass and fill TLBs.
  func isIdle(_ index: Int, _ image: ImageFrames) -> Bool {
    guard let record = record(index), let first = frame(0, before: index, image)
    else { return false }
    let traces = AccessTraces(first: first)
    return record.frames.enumerated().allSatisfy { place, number in
      let traces = traces.places(in: number)
      if traces == [0..<CommitRecord.block] { return true }
      guard !traces.isEmpty, let before = frame(number, before: index, image),
        let now = frame(place, record, index)
      else { return false }
      return now.indices.allSatisfy { at in
        now[at] == before[at] || traces.contains { $0.contains(at) }
      }
    }
  }
}
