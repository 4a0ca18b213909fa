import Glibc
import TestSupport
import Testing

@testable import VMem

/// A file of the host against two arrays of bytes: what the machine shows, and what the host has.
struct HostFilePropertyTests {
  private static func contents(_ path: String) -> [UInt8] {
    let file = open(path, O_RDONLY)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 200_000)
    let count = read(file, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }

  private static func bytes(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 1...255, using: &random) }
  }

  /// Any order of calls, with folios of any order and any window: reads show the array, and the host's
  /// file changes with `fsync` alone. What a file was cut by never comes back.
  @Test(arguments: 0..<6 as Range<UInt64>)
  func hostFilesAreTheirBytes(_ part: UInt64) throws {
    let seed = UInt64.random(in: 1...1_000_000)
    let place: Comment = "seed \(seed)"
    var random = SeededGenerator(seed: seed)
    var name = Array("/tmp/vmemctl-file-XXXXXX".utf8CString)
    close(mkstemp(&name))
    let path = name.dropLast().map { UInt8(bitPattern: $0) }
    let text = String(decoding: path, as: UTF8.self)
    defer { unlink(text) }
    let machine = try Machine(Configuration(memory: 16 << 20))
    var host: [UInt8] = []
    var shown = host
    func opened() throws -> UInt64 {
      try machine.files.openFile(path: path.span, order: part, window: 1 << part)
    }
    var file = try opened()
    for step in 0..<300 {
      let offset = random.index(shown.count + 5000)
      switch random.index(8) {
      case 0, 1:
        let new = Self.bytes(1 + random.index(6000), &random)
        #expect(
          try machine.files.pwrite(file, offset: UInt64(offset), new.span) == UInt64(new.count))
        shown += Array(repeating: 0, count: max(0, offset + new.count - shown.count))
        shown.replaceSubrange(offset..<offset + new.count, with: new)
      case 2, 3:
        var got: [UInt8] = []
        try machine.files.pread(file, offset: UInt64(offset), count: 9000) { chunk in
          for index in chunk.indices { got.append(chunk[index]) }
        }
        try #require(got == Array(shown.dropFirst(offset).prefix(9000)), place)
      case 4:
        let size = random.once(in: 2) ? random.index(60_000) : random.index(shown.count + 1)
        try machine.files.ftruncate(file, size: UInt64(size))
        shown = Array(shown.prefix(size)) + Array(repeating: 0, count: max(0, size - shown.count))
      case 5:
        _ = try machine.files.shrinkFolios(file, start: 0, end: 1 << 20)
      case 6:
        _ = try machine.files.fsync(file)
        host = shown
      default:
        try machine.files.closeFile(file)
        file = try opened()
        shown = host
      }
      try #require(Self.contents(text) == host, place)
      if step % 10 == 9 { try require(machine.expectSound("seed \(seed), step \(step)")) }
    }
  }
}
