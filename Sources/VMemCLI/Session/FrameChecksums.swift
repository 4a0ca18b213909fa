internal import CHost
internal import Glibc
internal import VMem

/// The checksums of an image's frames, which stand between its RAM and its last block: they tell
/// damage that no structure shows, such as another frame number in an entry that is as good as any.
///
/// A frame of zeroes has the sum 0, so that a sparse image has sparse sums.
enum FrameChecksums {
  private static let block = 4096
  private static let perBlock = block / 4

  /// Where the sums of an image with `memory` bytes of RAM end: in whole blocks.
  static func end(_ memory: UInt64) -> UInt64 {
    // A size that was read from a file may be any number.
    let blocks = (memory >> 12 + UInt64(perBlock) - 1) / UInt64(perBlock)
    return memory &+ blocks &* UInt64(block)
  }

  /// The sum of a frame as RAM has it.
  static func sum(_ ram: RAM, _ frame: UInt32) -> UInt32 {
    unsafe ram.withFrame(frame) { unsafe sum(UnsafeRawBufferPointer($0)) }
  }

  private static func sum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    // Safe: a frame has 4096 bytes.
    unsafe chost_crc32c(0, bytes.baseAddress!, block) ^ zeroes
  }

  /// CRC-32C of 4096 zeroes.
  private static let zeroes: UInt32 = 0x98f9_4189

  /// Writes the sums of frames, which are ascending. Returns the host's error number, or nil.
  static func write(
    _ sums: [(frame: UInt32, sum: UInt32)], to file: Int32, memory: UInt64
  ) -> Int32? {
    var next = 0
    while next < sums.count {
      let place = Int(memory) + Int(sums[next].frame) / perBlock * block
      guard var bytes = OpenFile.read(file, block, at: place) else { return errno }
      // Behind the end of a new file, and in its holes, all sums are 0.
      bytes += [UInt8](repeating: 0, count: block - bytes.count)
      let first = Int(sums[next].frame) / perBlock * perBlock
      while next < sums.count, Int(sums[next].frame) < first + perBlock {
        for at in 0..<4 {
          bytes[(Int(sums[next].frame) - first) * 4 + at] = UInt8(
            truncatingIfNeeded: sums[next].sum >> UInt32(8 * at))
        }
        next += 1
      }
      if let failure = OpenFile.write(file, bytes, at: place) { return failure }
    }
    return nil
  }

  /// Calls `body` for every frame of a file that is not as it was written, ascending, with its sum and
  /// the one it should have; `isNewer` frames are in the log and need not be right.
  static func forEachDamaged(
    _ file: Int32, memory: UInt64, isNewer: (UInt32) -> Bool,
    _ body: (_ frame: UInt32, _ sum: UInt32, _ expected: UInt32) -> Void
  ) {
    let frames = Int(memory >> 12)
    for first in stride(from: 0, to: frames, by: perBlock) {
      let count = min(perBlock, frames - first)
      let sums = OpenFile.read(file, block, at: Int(memory) + first * 4) ?? []
      let hasSums = sums.contains { $0 != 0 }
      guard hasSums || hasData(file, first << 12, (first + count) << 12) else { continue }
      for index in 0..<count where !isNewer(UInt32(first + index)) {
        let at = index * 4
        let expected =
          at + 4 > sums.count
          ? 0 : (0..<4).reduce(0) { $0 | UInt32(sums[at + $1]) << UInt32(8 * $1) }
        let bytes = OpenFile.read(file, block, at: (first + index) << 12) ?? []
        let found =
          bytes.count < block ? ~expected : unsafe bytes.withUnsafeBytes { unsafe sum($0) }
        if found != expected { body(UInt32(first + index), found, expected) }
      }
    }
  }

  /// Whether a part of a file is more than a hole.
  private static func hasData(_ file: Int32, _ from: Int, _ to: Int) -> Bool {
    let data = lseek(file, from, Int32(CHOST_SEEK_DATA))
    return data >= 0 ? data < to : errno != ENXIO
  }
}
