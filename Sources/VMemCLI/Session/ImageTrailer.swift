internal import CHost

/// The last 4096 bytes of an image, behind its RAM: what the file says of itself.
struct ImageTrailer: Equatable {
  static let size = 4096
  /// "VMEMIMG" and a newline, little endian.
  private static let magic: UInt64 = 0x0a47_4d49_4d45_4d56
  static let formatVersion: UInt32 = 1
  private static let byteOrder: UInt32 = 0x0102_0304
  private static let textOffset = 64
  /// Longest `boot` line in bytes.
  static let maximumText = size - textOffset - 4

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
  /// Whether a checkpoint has begun: then frames may be newer than `sequence`.
  var isOpen = false
  /// The line that booted the machine; empty for default settings.
  var boot: [UInt8] = []

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
    guard UInt32(word(Self.size - 4, 4)) == Self.checksum(bytes[..<(Self.size - 4)]) else {
      throw .damaged
    }
    let version = UInt32(word(8, 4))
    guard version == Self.formatVersion else { throw .version(version) }
    guard UInt32(word(12, 4)) == Self.byteOrder else { throw .byteOrder }
    memory = word(16, 8)
    sequence = word(24, 8)
    history = word(32, 8)
    generation = UInt32(word(40, 4))
    superblock = UInt32(word(44, 4))
    let count = Int(word(48, 4))
    guard count <= Self.maximumText else { throw .damaged }
    isOpen = word(52, 4) != 0
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
    put(isOpen ? 1 : 0, 4)
    put(0, Self.textOffset - bytes.count)
    bytes += boot
    put(0, Self.size - 4 - bytes.count)
    put(UInt64(Self.checksum(bytes[...])), 4)
    return bytes
  }

  /// CRC-32C of bytes.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    // Safe: the buffer is as long as it says.
    unsafe bytes.withUnsafeBytes {
      unsafe $0.isEmpty ? 0 : chost_crc32c(0, $0.baseAddress!, $0.count)
    }
  }
}
