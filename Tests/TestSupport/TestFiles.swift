internal import Glibc

/// Where tests find the program, the sources and their environment.
package enum TestFiles {
  /// The program under test: `VMEMCTL_BINARY`, or the one built beside the tests.
  package static var vmemctl: String {
    environment["VMEMCTL_BINARY"] ?? built + "/vmemctl"
  }

  /// The folder of the programs that were built beside the tests.
  package static var built: String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    return parent(of: String(decoding: buffer.prefix(max(0, count)), as: UTF8.self))
  }

  /// The package's root folder.
  package static var root: String {
    (0..<3).reduce(#filePath) { path, _ in parent(of: path) }
  }

  /// What a started program inherits: ours without what changes vmemctl's output.
  package static var environment: [String: String] {
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
    // Modules that several tests load are built once.
    result["XDG_CACHE_HOME"] = root + "/.build/test-cache"
    return result
  }

  package static func parent(of path: String) -> String {
    String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }

  /// Names of what is in a folder, sorted; nil when there is none.
  package static func names(in path: String) -> [String]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  package static func read(_ path: String) throws(HostFailure) -> String {
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

  package static func write(_ text: String, to path: String) throws(HostFailure) {
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
