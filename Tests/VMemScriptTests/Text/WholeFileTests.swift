import Glibc
import TestSupport
import Testing

@testable import VMemScript

/// Files of the host that are read whole: at most so many bytes.
@Suite struct WholeFileTests {
  @Test func theLongest() throws {
    let folder = try TemporaryFolder()
    for count in [0, 1, 65_535, 65_536, 65_537, 200_000] {
      let bytes = (0..<count).map { 0x20 + UInt8($0 % 95) }
      try folder.write(bytes, to: "file")
      let path = "\(folder.path)/file"
      #expect(WholeFile.read(path) == bytes)
      #expect(WholeFile.read(path, atMost: count) == bytes)
      #expect(ScriptSource(path: path, atMost: count)?.bytes == bytes)
      guard count > 0 else { continue }
      let longer = WholeFile.read(path, atMost: count - 1)
      #expect(longer == nil && errno == EFBIG)
      let source = ScriptSource(path: path, atMost: count - 1)
      let isRefused = source == nil
      #expect(isRefused && errno == EFBIG)
    }
  }

  /// What has no end is refused once it has too many bytes; its size is 0, as that of files of /proc.
  @Test func withoutAnEnd() {
    // Of what is no text the first bytes say so.
    #expect(WholeFile.read("/dev/zero", atMost: 1 << 20)?.count == 1 << 16)
    let isRefused = ScriptSource(path: "/dev/zero", atMost: 1 << 20) == nil
    #expect(isRefused && errno == EFBIG)
  }

  /// So is a text without an end, as a pipe may have it.
  @Test func textWithoutAnEnd() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    func write() throws { _ = try Command.run(["sh", "-c", "yes text >\(path) 2>/dev/null &"]) }
    try write()
    #expect(WholeFile.read(path, atMost: 1 << 20) == nil && errno == EFBIG)
    try write()
    #expect(LineFileTests.pieces(path, atMost: 1 << 20) == nil && errno == EFBIG)
  }

  @Test func sizesThatAreNotTold() throws {
    let status = try #require(WholeFile.read("/proc/self/status"))
    #expect(String(decoding: status, as: UTF8.self).contains("Threads:"))
    #expect(WholeFile.read("/nowhere") == nil && errno == ENOENT)
    #expect(WholeFile.read("/tmp") == nil && errno == EISDIR)
  }
}
