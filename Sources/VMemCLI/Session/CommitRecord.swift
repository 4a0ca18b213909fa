internal import CHost

/// The first sectors of one commit in the log: which commands ran, which sectors of which frames follow,
/// and a checksum for each of them.
///
/// Records form a chain: each names the checksum of the one before, so that what is left of an
/// abandoned record can never follow a newer one.
struct CommitRecord: Equatable {
  static let block = 4096
  static let sector = 512
  static let sectorsPerFrame = block / sector
  /// All sectors of a frame.
  static let whole: UInt8 = 0xff
  /// "VMEMLG4" and a newline, little endian.
  static let magic: UInt64 = 0x0a34_474c_4d45_4d56
  private static let fixed = 40
  /// Most frames of a record, and most bytes of lines.
  static let maximumFrames = 1 << 24
  static let maximumCommands = 1 << 30

  var sequence: UInt64 = 0
  var generation: UInt32 = 0
  /// Checksum of the record before; 0 for the first of a log.
  var previous: UInt32 = 0
  /// The lines that ran, each with its newline.
  var commands: [UInt8] = []
  var frames: [UInt32] = []
  /// Which sectors of each frame follow: bit 0 for the first. A frame's first record in a log has all.
  var masks: [UInt8] = []
  /// CRC-32C of each sector that follows.
  var sums: [UInt32] = []

  /// Bytes before the sectors of a record.
  private static func headerSize(frames: Int, sectors: Int, commands: Int) -> Int {
    (fixed + commands + frames * 5 + sectors * 4 + 4 + sector - 1) / sector * sector
  }

  var headerSize: Int {
    Self.headerSize(frames: frames.count, sectors: sums.count, commands: commands.count)
  }
  /// Bytes of the whole record.
  var size: Int { headerSize + sums.count * Self.sector }

  /// The header, and the checksum that the next record names.
  func header() -> (bytes: [UInt8], checksum: UInt32) {
    var bytes = [UInt8](repeating: 0, count: headerSize)
    var end = 0
    func put(_ value: UInt64, _ count: Int) {
      for at in 0..<count { bytes[end + at] = UInt8(truncatingIfNeeded: value >> UInt64(8 * at)) }
      end += count
    }
    put(Self.magic, 8)
    put(sequence, 8)
    put(UInt64(generation), 4)
    put(UInt64(previous), 4)
    put(UInt64(frames.count), 4)
    put(UInt64(sums.count), 4)
    put(UInt64(commands.count), 4)
    // The first sector is written whole or not at all: a checksum of its own tells that the lengths
    // are right.
    put(UInt64(ImageTrailer.checksum(bytes[..<end])), 4)
    for frame in frames { put(UInt64(frame), 4) }
    for sum in sums { put(UInt64(sum), 4) }
    for byte in masks + commands {
      bytes[end] = byte
      end += 1
    }
    let checksum = ImageTrailer.checksum(bytes[..<end])
    put(UInt64(checksum), 4)
    return (bytes, checksum)
  }

  /// What stands at some place of a log.
  enum Reading {
    case record(CommitRecord, checksum: UInt32)
    /// Not all of it was written.
    case torn
    /// It was written and is not what was written.
    case damaged
  }

  /// The number of `size` bytes at an offset of a log, which has them.
  private static func word(_ log: UnsafeRawBufferPointer, _ at: Int, _ size: Int) -> UInt64 {
    size == 4
      ? UInt64(UInt32(littleEndian: unsafe log.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
      : UInt64(littleEndian: unsafe log.loadUnaligned(fromByteOffset: at, as: UInt64.self))
  }

  /// Whether the first sector of a record stands at an offset of a log, which has so many bytes.
  private static func isHeader(_ log: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    unsafe word(log, offset, 8) == magic
      && checksum(log, offset, 36) == UInt32(word(log, offset + 36, 4))
  }

  /// Whether a record stands at an offset of a log that belongs to the machine and comes after a commit, and
  /// not next to it. What else it holds is not looked at.
  static func isLater(
    _ log: UnsafeRawBufferPointer, at offset: Int, _ generation: UInt32, than sequence: UInt64
  ) -> Bool {
    guard unsafe isHeader(log, at: offset),
      unsafe word(log, offset + 16, 4) == UInt64(generation)
    else { return false }
    let found = unsafe word(log, offset + 8, 8)
    return found > sequence && found - sequence > 1
  }

  /// Reads the record at an offset of a log of a machine with `most` frames.
  static func read(
    _ log: UnsafeRawBufferPointer, at offset: Int, most: Int = maximumFrames
  ) -> Reading {
    let left = log.count - offset
    guard left >= sector else { return .torn }
    func word(_ at: Int, _ size: Int) -> UInt64 {
      // Safe: callers stay below `left`.
      unsafe Self.word(log, offset + at, size)
    }
    guard unsafe !isZero(log, offset, sector) else { return .torn }
    let frames = Int(word(24, 4))
    let sectors = Int(word(28, 4))
    let commands = Int(word(32, 4))
    guard unsafe isHeader(log, at: offset), frames <= min(most, maximumFrames),
      sectors <= frames * sectorsPerFrame, commands <= maximumCommands
    else { return .damaged }
    let end = fixed + commands + 5 * frames + 4 * sectors
    let size = headerSize(frames: frames, sectors: sectors, commands: commands)
    // The lengths are right, and the log ends before them.
    guard size + sectors * sector <= left else { return .torn }
    guard unsafe checksum(log, offset, end) == UInt32(word(end, 4)) else {
      let hole = stride(from: 0, to: end + 4, by: sector).contains {
        unsafe isZero(log, offset + $0, min(sector, end + 4 - $0))
      }
      return hole ? .torn : .damaged
    }
    var record = CommitRecord()
    record.sequence = word(8, 8)
    record.generation = UInt32(word(16, 4))
    record.previous = UInt32(word(20, 4))
    record.frames = (0..<frames).map { UInt32(word(fixed + 4 * $0, 4)) }
    record.sums = (0..<sectors).map { UInt32(word(fixed + 4 * frames + 4 * $0, 4)) }
    let masks = offset + fixed + 4 * (frames + sectors)
    let lines = masks + frames
    record.masks = unsafe [UInt8](log[masks..<lines])
    record.commands = unsafe [UInt8](log[lines..<lines + commands])
    guard record.masks.reduce(0, { $0 + $1.nonzeroBitCount }) == sectors else { return .damaged }
    if let defect = unsafe readSectors(log, offset + size, record) { return defect }
    return .record(record, checksum: UInt32(word(end, 4)))
  }

  /// What is wrong with the sectors behind a header, or nil.
  private static func readSectors(
    _ log: UnsafeRawBufferPointer, _ start: Int, _ record: CommitRecord
  ) -> Reading? {
    var isTorn = false
    let batch = 64
    return unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: batch) { sums in
      for first in stride(from: 0, to: record.sums.count, by: batch) {
        let count = min(batch, record.sums.count - first)
        // Safe: the log has all sectors, and there is room for as many sums.
        unsafe chost_crc32c_blocks(
          log.baseAddress! + start + first * sector, sector, count, sums.baseAddress!)
        for index in first..<first + count
        where unsafe sums[index - first] != record.sums[index] {
          // What was lost reads as zeroes; anything else was changed.
          guard unsafe isZero(log, start + index * sector, sector) else { return .damaged }
          isTorn = true
        }
      }
      return isTorn ? .torn : nil
    }
  }

  private static func checksum(_ log: UnsafeRawBufferPointer, _ at: Int, _ count: Int) -> UInt32 {
    unsafe chost_crc32c(0, log.baseAddress! + at, count)
  }

  static func isZero(_ log: UnsafeRawBufferPointer, _ at: Int, _ count: Int) -> Bool {
    for place in at..<at + count where unsafe log[place] != 0 { return false }
    return true
  }
}
