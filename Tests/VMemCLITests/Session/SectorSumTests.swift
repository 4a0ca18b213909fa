import Testing

@testable import VMemCLI

/// Sectors are summed several at a time; what is written and read is the CRC-32C of each.
struct SectorSumTests {
  @Test(arguments: 0..<24)
  func eachSectorCounts(_ sector: Int) {
    let size = CommitRecord.sector
    var frames = (0..<3 * CommitRecord.block).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 >> 7) }
    var record = CommitRecord()
    record.frames = [7, 8, 1000]
    record.sectors = (0..<24).map { ImageTrailer.checksum(frames[$0 * size..<($0 + 1) * size]) }
    let header = record.header().bytes
    #expect(Self.isWhole(header + frames))
    frames[sector * size + sector * 21] ^= 1
    #expect(!Self.isWhole(header + frames))
  }

  private static func isWhole(_ log: [UInt8]) -> Bool {
    log.withUnsafeBytes {
      if case .record = CommitRecord.read($0, at: 0) { true } else { false }
    }
  }
}
