import Glibc

/// Where tests find the program, the sources and their environment.
enum TestFiles {
  /// The program under test: `VMEMCTL_BINARY`, or the one built beside the tests.
  static var vmemctl: String {
    environment["VMEMCTL_BINARY"] ?? built + "/vmemctl"
  }

  /// The folder of the programs that were built beside the tests.
  static var built: String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    return parent(of: String(decoding: buffer.prefix(max(0, count)), as: UTF8.self))
  }

  /// The package's root folder.
  static var root: String {
    (0..<4).reduce(#filePath) { path, _ in parent(of: path) }
  }

  /// What a started program inherits: ours without what changes vmemctl's output.
  static var environment: [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text).split(separator: "=", maxSplits: 1)
      if pair.count == 2 { result[String(pair[0])] = String(pair[1]) }
      entry += 1
    }
    for name in ["NO_COLOR", "COLUMNS", "LINES"] { result[name] = nil }
    // No image of whoever runs the tests.
    result["VMEMCTL_IMAGE"] = "/nonexistent/vmem.img"
    return result
  }

  static func parent(of path: String) -> String {
    String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }

  static func read(_ path: String) throws(HostFailure) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw HostFailure(what: "open \(path)", number: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = Glibc.read(descriptor, &buffer, buffer.count), count != 0 {
      guard count > 0 else { throw HostFailure(what: "read \(path)", number: errno) }
      bytes += buffer.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func write(_ text: String, to path: String) throws(HostFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw HostFailure(what: "open \(path)", number: errno) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      guard count > 0 else { throw HostFailure(what: "write \(path)", number: errno) }
      written += count
    }
  }
}
