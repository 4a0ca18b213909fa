internal import CHost

/// One commit where it lies in a log: which commands ran, which sectors of which frames follow, and a
/// checksum for each of them. Nothing of it is copied.
///
/// Records form a chain: each names the checksum of the one before, so that what is left of an
/// abandoned record can never follow a newer one.
@safe
struct CommitRecord {
  static let block = 4096
  static let sector = 512
  static let sectorsPerFrame = block / sector
  /// All sectors of a frame.
  static let whole: UInt8 = 0xff
  /// "VMEMLG4" and a newline, little endian.
  static let magic: UInt64 = 0x0a34_474c_4d45_4d56
  /// Bytes before the numbers of the frames: magic, sequence, generation, checksum of the record before,
  /// counts of frames, sectors and bytes of lines, and a checksum of these.
  static let fixed = 40
  /// Most frames of a record, and most bytes of lines.
  static let maximumFrames = 1 << 24
  static let maximumCommands = 1 << 30

  /// How much of each part a record has. Frames come first, then the checksums of sectors, then which sectors
  /// of each frame follow, then lines.
  struct Counts: Equatable {
    var frames: Int
    var sectors: Int
    /// Bytes of lines.
    var commands: Int

    /// Where the record's own checksum stands.
    var end: Int { CommitRecord.fixed + commands + frames * 5 + sectors * 4 }
    /// Bytes before the sectors.
    var headerSize: Int {
      (end + 4 + CommitRecord.sector - 1) / CommitRecord.sector * CommitRecord.sector
    }
    /// Bytes of the whole record.
    var size: Int { headerSize + sectors * CommitRecord.sector }
    /// Where masks stand.
    var masks: Int { CommitRecord.fixed + 4 * (frames + sectors) }
  }

  /// Its first byte; there are as many as the counts say.
  private let header: UnsafeRawPointer
  let counts: Counts

  /// The record that starts at a place, which has as many bytes as its counts say.
  init(_ header: UnsafeRawPointer) {
    unsafe self.header = header
    counts = Counts(
      frames: Int(unsafe Self.word(header, 24, 4)), sectors: Int(unsafe Self.word(header, 28, 4)),
      commands: Int(unsafe Self.word(header, 32, 4)))
  }

  var sequence: UInt64 { unsafe Self.word(header, 8, 8) }
  var generation: UInt32 { UInt32(unsafe Self.word(header, 16, 4)) }
  /// Checksum of the record before; 0 for the first of a log.
  var previous: UInt32 { UInt32(unsafe Self.word(header, 20, 4)) }
  /// The checksum that the next record names.
  var checksum: UInt32 { UInt32(unsafe Self.word(header, counts.end, 4)) }

  func frame(_ place: Int) -> UInt32 {
    precondition(place >= 0 && place < counts.frames)
    // Safe: checked.
    return UInt32(unsafe Self.word(header, Self.fixed + 4 * place, 4))
  }

  /// Which sectors of a frame follow: bit 0 for the first. A frame's first record in a log has all.
  func mask(_ place: Int) -> UInt8 {
    precondition(place >= 0 && place < counts.frames)
    // Safe: checked.
    return unsafe header.load(fromByteOffset: counts.masks + place, as: UInt8.self)
  }

  /// CRC-32C of a sector that follows.
  func sum(_ index: Int) -> UInt32 {
    precondition(index >= 0 && index < counts.sectors)
    // Safe: checked.
    return UInt32(unsafe Self.word(header, Self.fixed + 4 * (counts.frames + index), 4))
  }

  /// The lines that ran, each with its newline.
  var commands: [UInt8] {
    // Safe: the record has so many.
    unsafe [UInt8](
      UnsafeRawBufferPointer(
        start: header + counts.masks + counts.frames, count: counts.commands))
  }

  // MARK: Reading

  /// What stands at some place of a log.
  enum Reading {
    case record(CommitRecord)
    /// Not all of it was written.
    case torn
    /// It was written and is not what was written.
    case damaged
  }

  /// The number of `size` bytes at an offset.
  private static func word(_ start: UnsafeRawPointer, _ at: Int, _ size: Int) -> UInt64 {
    let place = unsafe start + at
    // Safe: callers see that it is there.
    return size == 4
      ? UInt64(UInt32(littleEndian: unsafe place.loadUnaligned(as: UInt32.self)))
      : UInt64(littleEndian: unsafe place.loadUnaligned(as: UInt64.self))
  }

  /// Whether the first sector of a record stands at a place. It is written whole or not at all: a checksum of
  /// its own tells that the counts are right.
  private static func isHeader(_ start: UnsafeRawPointer) -> Bool {
    unsafe word(start, 0, 8) == magic
      && chost_crc32c(0, start, fixed - 4) == UInt32(word(start, fixed - 4, 4))
  }

  /// Whether a record stands at an offset of a log that belongs to the machine and comes after a commit, and
  /// not next to it. What else it holds is not looked at.
  static func isLater(
    _ log: UnsafeRawBufferPointer, at offset: Int, _ generation: UInt32, than sequence: UInt64
  ) -> Bool {
    guard let start = log.baseAddress, unsafe isHeader(start + offset),
      unsafe word(start + offset, 16, 4) == UInt64(generation)
    else { return false }
    let found = unsafe word(start + offset, 8, 8)
    return found > sequence && found - sequence > 1
  }

  /// The record at an offset of a log that has been read whole before, as far as its header goes; nil where
  /// that has changed since.
  static func again(_ log: UnsafeRawBufferPointer, at offset: Int) -> CommitRecord? {
    guard let base = log.baseAddress, log.count - offset >= sector else { return nil }
    let record = unsafe CommitRecord(base + offset)
    guard unsafe isHeader(base + offset), record.counts.size <= log.count - offset,
      unsafe chost_crc32c(0, base + offset, record.counts.end) == record.checksum
    else { return nil }
    return record
  }

  /// Reads the record at an offset of a log of a machine with `most` frames.
  static func read(
    _ log: UnsafeRawBufferPointer, at offset: Int, most: Int = maximumFrames
  ) -> Reading {
    let left = log.count - offset
    guard left >= sector, let base = log.baseAddress, unsafe !isZero(log, offset, sector)
    else { return .torn }
    let start = unsafe base + offset
    let record = unsafe CommitRecord(start)
    let counts = record.counts
    guard unsafe isHeader(start), counts.frames <= min(most, maximumFrames),
      counts.sectors <= counts.frames * sectorsPerFrame, counts.commands <= maximumCommands
    else { return .damaged }
    // The counts are right, and the log ends before them.
    guard counts.size <= left else { return .torn }
    guard unsafe chost_crc32c(0, start, counts.end) == record.checksum else {
      return unsafe hasHole(log, offset, counts.end + 4) ? .torn : .damaged
    }
    var sectors = 0
    for place in 0..<counts.frames { sectors += record.mask(place).nonzeroBitCount }
    guard sectors == counts.sectors else { return .damaged }
    return unsafe record.defect(log, offset) ?? .record(record)
  }

  /// Whether a sector of a header of so many bytes is zero.
  private static func hasHole(
    _ log: UnsafeRawBufferPointer, _ offset: Int, _ count: Int
  ) -> Bool {
    for at in stride(from: 0, to: count, by: sector)
    where unsafe isZero(log, offset + at, min(sector, count - at)) {
      return true
    }
    return false
  }

  /// What is wrong with the sectors behind the header, or nil; it stands at an offset of a log.
  private func defect(_ log: UnsafeRawBufferPointer, _ offset: Int) -> Reading? {
    var isTorn = false
    let batch = 64
    let start = offset + counts.headerSize
    return unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: batch) { sums in
      for first in stride(from: 0, to: counts.sectors, by: batch) {
        let count = min(batch, counts.sectors - first)
        // Safe: the log has all sectors, and there is room for as many sums.
        unsafe chost_crc32c_blocks(
          log.baseAddress! + start + first * Self.sector, Self.sector, count, sums.baseAddress!)
        for index in first..<first + count where unsafe sums[index - first] != sum(index) {
          // What was lost reads as zeroes; anything else was changed.
          guard unsafe Self.isZero(log, start + index * Self.sector, Self.sector) else {
            return .damaged
          }
          isTorn = true
        }
      }
      return isTorn ? .torn : nil
    }
  }

  static func isZero(_ log: UnsafeRawBufferPointer, _ at: Int, _ count: Int) -> Bool {
    for place in at..<at + count where unsafe log[place] != 0 { return false }
    return true
  }
}
