internal import CHost
internal import VMem

/// The last 4096 bytes of an image: what the file says of itself.
///
/// All that ever changes stands in the first sector with the checksum, so that the block is written
/// whole or not at all: one that is damaged is no checkpoint that was cut off.
struct ImageTrailer: Equatable {
  static let size = 4096
  /// "VMEMIMG" and a newline, little endian.
  static let magic: UInt64 = 0x0a47_4d49_4d45_4d56
  static let formatVersion: UInt32 = 4
  private static let byteOrder: UInt32 = 0x0102_0304
  private static let checksumOffset = 52
  private static let textOffset = 80
  /// Longest `boot` line in bytes.
  static let maximumText = size - textOffset

  /// Bytes of RAM.
  var memory: UInt64 = 0
  /// Which of the machines that the file has held; a log belongs to one of them.
  var generation: UInt32 = 1
  /// The last commit that the RAM of the file contains.
  var sequence: UInt64 = 0
  /// CRC-32C of frame 0 as the file has it.
  var superblock: UInt32 = 0
  /// Bytes of the history that belong to commits up to `sequence`.
  var history: UInt64 = 0
  /// The commit that a checkpoint which has begun brings home, or 0: frames may be newer than
  /// `sequence` then, and only a log that reaches that commit makes them whole.
  var goal: UInt64 = 0
  /// Whether the log has got commits since the last checkpoint: an empty one has lost them then.
  var isLogged = false
  /// Whether the history is still that of the machine whose place this one has taken.
  var hasOldHistory = false
  /// What tells the file from its copies (`chost_birth`), or 0: paths of the host in the machine are
  /// only those that this host's users have given while it is right.
  var birth: UInt64 = 0
  /// The line that booted the machine; empty for default settings.
  var boot: [UInt8] = []

  /// More commits, or bytes of history, than anybody can have.
  private static let maximumCount: UInt64 = 1 << 60

  private static func isPossible(memory: UInt64) -> Bool {
    memory > 0 && memory % 4096 == 0 && memory <= Configuration.maximumMemory
  }

  /// Why bytes are no trailer.
  enum Defect: Error, Equatable { case absent, version(UInt32), byteOrder, damaged }

  init() {}

  init(_ bytes: [UInt8]) throws(Defect) {
    func word(_ at: Int, _ count: Int) -> UInt64 {
      (0..<count).reduce(0) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
    }
    guard bytes.count == Self.size else { throw .absent }
    guard word(0, 8) == Self.magic else {
      throw word(0, 8).byteSwapped == Self.magic ? .byteOrder : .absent
    }
    guard UInt32(word(Self.checksumOffset, 4)) == Self.ownChecksum(bytes) else { throw .damaged }
    let version = UInt32(word(8, 4))
    guard version == Self.formatVersion else { throw .version(version) }
    guard UInt32(word(12, 4)) == Self.byteOrder else { throw .byteOrder }
    memory = word(16, 8)
    sequence = word(24, 8)
    history = word(32, 8)
    guard Self.isPossible(memory: memory), sequence <= Self.maximumCount,
      history <= Self.maximumCount, word(56, 8) <= Self.maximumCount
    else { throw .damaged }
    generation = UInt32(word(40, 4))
    superblock = UInt32(word(44, 4))
    let count = Int(word(48, 4))
    guard count <= Self.maximumText else { throw .damaged }
    goal = word(56, 8)
    isLogged = word(64, 8) & 1 != 0
    hasOldHistory = word(64, 8) & 2 != 0
    birth = word(72, 8)
    boot = Array(bytes[Self.textOffset..<Self.textOffset + count])
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.size)
    func put(_ value: UInt64, _ count: Int) {
      for at in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * at))) }
    }
    put(Self.magic, 8)
    put(UInt64(Self.formatVersion), 4)
    put(UInt64(Self.byteOrder), 4)
    put(memory, 8)
    put(sequence, 8)
    put(history, 8)
    put(UInt64(generation), 4)
    put(UInt64(superblock), 4)
    put(UInt64(boot.count), 4)
    put(0, 4)
    put(goal, 8)
    put((isLogged ? 1 : 0) | (hasOldHistory ? 2 : 0), 8)
    put(birth, 8)
    bytes += boot
    bytes += [UInt8](repeating: 0, count: Self.size - bytes.count)
    let checksum = Self.ownChecksum(bytes)
    for at in 0..<4 {
      bytes[Self.checksumOffset + at] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * at))
    }
    return bytes
  }

  /// The checksum of a trailer: its own place counts as zero.
  private static func ownChecksum(_ bytes: [UInt8]) -> UInt32 {
    let before = checksum(bytes[..<checksumOffset])
    var zero: UInt32 = 0
    // Safe: four bytes.
    let with = unsafe withUnsafeBytes(of: &zero) { unsafe chost_crc32c(before, $0.baseAddress!, 4) }
    return checksum(bytes[(checksumOffset + 4)...], behind: with)
  }

  /// CRC-32C of bytes, which follow bytes of the checksum `before`.
  static func checksum(_ bytes: ArraySlice<UInt8>, behind before: UInt32 = 0) -> UInt32 {
    // Safe: the buffer is as long as it says.
    unsafe bytes.withUnsafeBytes {
      unsafe $0.isEmpty ? before : chost_crc32c(before, $0.baseAddress!, $0.count)
    }
  }
}
