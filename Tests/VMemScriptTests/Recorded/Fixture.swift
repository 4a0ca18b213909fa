import Glibc
import Testing

/// Files under Tests/Fixtures, recorded from real kernels.
enum Fixture {
  /// The folder, with a slash at the end.
  static var folder: String {
    let path = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return path.dropLast(3).joined(separator: "/") + "/Fixtures/"
  }

  static func exists(_ name: String) -> Bool { access(folder + name, R_OK) == 0 }

  static func text(_ name: String) throws -> String {
    let descriptor = open(folder + name, O_RDONLY)
    try #require(descriptor >= 0, "cannot open \(name)")
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(descriptor, &chunk, chunk.count), count > 0 {
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func lines(_ name: String) throws -> [String] {
    try text(name).split(separator: "\n").map(String.init)
  }
}
