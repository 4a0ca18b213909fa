import Testing

@testable import VMemCLI

/// Sectors are summed several at a time; what is written and read is the CRC-32C of each.
struct SectorSumTests {
  private static let masks: [UInt8] = [0xff, 0b1000_0001, 0b0011_1010, 0xff]
  private static var sectors: Int { masks.reduce(0) { $0 + $1.nonzeroBitCount } }

  private static func record(_ sectors: [UInt8]) -> SpelledCommit {
    let size = CommitRecord.sector
    var record = SpelledCommit()
    record.frames = [7, 8, 1000, 1001]
    record.masks = masks
    record.sums = (0..<Self.sectors).map {
      ImageTrailer.checksum(sectors[$0 * size..<($0 + 1) * size])
    }
    return record
  }

  @Test func eachSectorCounts() {
    let size = CommitRecord.sector
    var sectors = (0..<Self.sectors * size).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 >> 7) }
    let header = Self.record(sectors).header
    #expect(header.count == size && Self.isWhole(header + sectors))
    for sector in 0..<Self.sectors {
      sectors[sector * size + sector * 21] ^= 1
      #expect(!Self.isWhole(header + sectors), "sector \(sector)")
      sectors[sector * size + sector * 21] ^= 1
    }
    #expect(!Self.isWhole(header + sectors.dropLast()))
  }

  /// Masks that name more or fewer sectors than follow.
  @Test(arguments: [0, 0xfe, 0b1100_0001, 1] as [UInt8])
  func masksAreThoseOfTheSectors(_ mask: UInt8) {
    let sectors = [UInt8](repeating: 3, count: Self.sectors * CommitRecord.sector)
    var record = Self.record(sectors)
    record.masks[1] = mask
    #expect(!Self.isWhole(record.header + sectors))
  }

  private static func isWhole(_ log: [UInt8]) -> Bool {
    log.withUnsafeBytes {
      if case .record = CommitRecord.read($0, at: 0) { true } else { false }
    }
  }
}
