import Glibc
import TestSupport
import Testing

@testable import VMemScript

/// Files that are read in pieces of whole lines.
@Suite struct LineFileTests {
  /// All pieces of a file; nil when reading fails.
  static func pieces(_ path: String, atMost most: Int = .max) -> [[UInt8]]? {
    guard var file = LineFile(path: path, atMost: most) else { return nil }
    var pieces: [[UInt8]] = []
    while true {
      switch file.next() {
      case .lines(let text): pieces.append(text.bytes)
      case .end: return pieces
      case .failure: return nil
      }
    }
  }

  /// Nothing is lost, whatever the lengths of lines are, and every piece but the last ends a line.
  @Test func pieces() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/file"
    let seed = UInt64.random(in: 1...1_000_000)
    var random = SeededGenerator(seed: seed)
    let room = 1 << 18
    let letters = (0..<3 * room).map { 0x61 + UInt8($0 % 26) }
    for round in 0..<12 {
      var bytes: [UInt8] = []
      for _ in 0..<random.index(20) {
        let count = random.pick([0, 1, 77, room - 2, room - 1, room, room + 1, 3 * room])
        bytes += letters.prefix(count) + [0x0a]
      }
      if random.once(in: 2) { bytes += Array("no end".utf8) }
      try folder.write(bytes, to: "file")
      let pieces = try #require(Self.pieces(path))
      #expect(pieces.reduce(into: []) { $0 += $1 } == bytes, "seed \(seed), round \(round)")
      #expect(pieces.dropLast().allSatisfy { $0.last == 0x0a }, "seed \(seed), round \(round)")
      #expect(pieces.allSatisfy { !$0.isEmpty }, "seed \(seed), round \(round)")
    }
  }

  @Test func limits() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("a\nb\n".utf8), to: "file")
    let path = "\(folder.path)/file"
    #expect(Self.pieces(path, atMost: 4) == [Array("a\nb\n".utf8)])
    #expect(Self.pieces(path, atMost: 3) == nil && errno == EFBIG)
    #expect(Self.pieces("/nowhere") == nil && errno == ENOENT)
    #expect(Self.pieces("/tmp") == nil && errno == EISDIR)
    #expect(Self.pieces("/dev/null") == [])
  }
}
