internal import CHost
internal import Glibc
internal import VMem

/// The log of an image: the commits that the image itself does not contain yet.
@safe
final class CommitLog {
  /// Bytes of address space for the log; it is checkpointed long before it is as large.
  private static let window = 1 << 30

  private let descriptor: Int32
  private let base: UnsafeRawPointer?
  /// Where the next record goes.
  private(set) var end = 0
  /// Where the last record starts.
  private var lastStart: Int?
  private(set) var sequence: UInt64
  private var checksum: UInt32 = 0
  private let generation: UInt32
  /// Offset of the newest contents of each frame.
  private(set) var newest: [UInt32: Int] = [:]
  /// Commits and their commands, oldest first.
  private(set) var commands: [(sequence: UInt64, lines: [UInt8])] = []
  /// Whether there are bytes behind `end` that are no record.
  private(set) var hasRest = false
  /// Whether the newest commit was not written whole.
  private(set) var isTorn = false

  enum Defect: Error, Equatable { case damaged(sequence: UInt64), gap, host(Int32) }

  /// Reads the log of an image whose RAM contains all commits up to `trailer.sequence`.
  /// `descriptor` is negative when there is no log.
  init(_ descriptor: Int32, _ trailer: ImageTrailer) throws(Defect) {
    self.descriptor = descriptor
    sequence = trailer.sequence
    generation = trailer.generation
    guard descriptor >= 0 else {
      unsafe base = nil
      return
    }
    var information = stat()
    guard unsafe fstat(descriptor, &information) == 0 else { throw .host(errno) }
    // Safe: a mapping of its own; it is only read below the end of the file.
    let mapped = unsafe mmap(
      nil, Self.window, PROT_READ, MAP_SHARED | MAP_NORESERVE, descriptor, 0)
    guard unsafe mapped != UnsafeMutableRawPointer(bitPattern: -1), let mapped = unsafe mapped
    else { throw .host(errno) }
    unsafe base = UnsafeRawPointer(mapped)
    let size = min(Int(information.st_size), Self.window)
    try unsafe read(UnsafeRawBufferPointer(start: mapped, count: size), trailer)
  }

  deinit {
    // Safe: nobody else has the mapping.
    if let base = unsafe base {
      unsafe munmap(UnsafeMutableRawPointer(mutating: base), Self.window)
    }
  }

  private func read(
    _ log: UnsafeRawBufferPointer, _ trailer: ImageTrailer
  ) throws(Defect) {
    while end < log.count {
      guard case .record(let record, let sum) = unsafe CommitRecord.read(log, at: end) else {
        break
      }
      if commands.isEmpty {
        // A log of another machine that the file has held is of no use any more.
        guard record.previous == 0, record.generation == generation else { break }
        // Not `sequence + 1`, which a damaged number may not have.
        if record.sequence > trailer.sequence, record.sequence - trailer.sequence > 1 { throw .gap }
      } else {
        guard record.generation == generation, record.previous == checksum,
          record.sequence == sequence + 1
        else { break }
      }
      take(record, sum)
    }
    hasRest = end < log.count
    if sequence < trailer.sequence {
      // A checkpoint has brought home more than this.
      restart(at: trailer.sequence)
      hasRest = true
    } else if hasRest {
      try unsafe judgeRest(log)
    }
  }

  private func take(_ record: CommitRecord, _ sum: UInt32) {
    for (index, frame) in record.frames.enumerated() {
      newest[frame] = end + record.headerSize + index * CommitRecord.block
    }
    lastStart = end
    commands.append((record.sequence, record.commands))
    sequence = record.sequence
    checksum = sum
    end += record.size
  }

  /// Tells a commit that was cut short from damage: damage is what a later commit follows.
  private func judgeRest(_ log: UnsafeRawBufferPointer) throws(Defect) {
    switch unsafe CommitRecord.read(log, at: end) {
    case .torn: isTorn = true
    case .record: break
    case .damaged:
      var at = end + CommitRecord.block
      while at + CommitRecord.block <= log.count {
        if case .record(let later, _) = unsafe CommitRecord.read(log, at: at),
          later.generation == generation, later.sequence == sequence + 2
        {
          throw .damaged(sequence: sequence + 1)
        }
        at += CommitRecord.block
      }
      isTorn = true
    }
  }

  private func restart(at sequence: UInt64) {
    self.sequence = sequence
    end = 0
    checksum = 0
    lastStart = nil
    newest = [:]
    commands = []
    isTorn = false
  }

  // MARK: Using

  /// Puts the newest contents of every frame into RAM.
  func restore(_ ram: RAM) {
    for (frame, offset) in newest where frame < ram.frameCount {
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
    var record = CommitRecord()
    record.sequence = sequence + 1
    record.generation = generation
    record.previous = checksum
    record.commands = lines
    record.frames = frames
    record.sectors.reserveCapacity(frames.count * 8)
    for frame in frames {
      unsafe ram.withFrame(frame) { bytes in
        for at in stride(from: 0, to: CommitRecord.block, by: CommitRecord.sector) {
          unsafe record.sectors.append(
            chost_crc32c(0, bytes.baseAddress! + at, CommitRecord.sector))
        }
      }
    }
    if hasRest {
      guard ftruncate(descriptor, end) == 0 else { return errno }
      hasRest = false
    }
    var (header, sum) = record.header()
    // Safe: the header lives until the write is done, and frames are RAM's own.
    let failure: Int32? = unsafe header.withUnsafeMutableBytes { header in
      var parts = unsafe [iovec(iov_base: header.baseAddress, iov_len: header.count)]
      for frame in frames {
        unsafe ram.withFrame(frame) {
          unsafe parts.append(iovec(iov_base: $0.baseAddress, iov_len: $0.count))
        }
      }
      return unsafe Self.write(descriptor, &parts, at: end)
    }
    if let failure {
      hasRest = true
      return failure
    }
    if sync, fdatasync(descriptor) != 0 { return errno }
    take(record, sum)
    return nil
  }

  private static func write(
    _ descriptor: Int32, _ parts: inout [iovec], at offset: Int
  ) -> Int32? {
    var offset = offset
    var first = 0
    let all = unsafe parts.count
    while first < all {
      let count = min(all - first, 1024)
      let written = unsafe parts.withUnsafeBufferPointer {
        unsafe pwritev(descriptor, $0.baseAddress! + first, Int32(count), offset)
      }
      if written < 0 {
        if errno == EINTR { continue }
        return errno
      }
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

  /// Makes what was written durable.
  func sync() -> Bool { descriptor < 0 || fdatasync(descriptor) == 0 }

  /// Empties the log after a checkpoint.
  func clear() -> Bool {
    restart(at: sequence)
    hasRest = false
    return ftruncate(descriptor, 0) == 0
  }

  /// Takes the last commit away. Returns false when there is none, or the host refuses.
  func dropLast() -> Bool {
    guard let lastStart else { return false }
    return ftruncate(descriptor, lastStart) == 0
  }
}
