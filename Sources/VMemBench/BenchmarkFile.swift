internal import Glibc

/// A file that a benchmark makes.
enum BenchmarkFile {
  /// A descriptor of an empty file, which replaces what stands there.
  static func create(_ path: String) throws(BenchmarkFailure) -> Int32 {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannotCreate(path, errno: errno) }
    return descriptor
  }

  static func remove(_ paths: [String]) {
    for path in paths { _ = unsafe unlink(path) }
  }

  /// Lines of a file that is not empty.
  static func lines(of path: String) throws(BenchmarkFailure) -> Int {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    let size = lseek(descriptor, 0, SEEK_END)
    guard size > 0 else { throw .host(path, errno: errno) }
    defer { close(descriptor) }
    let text = try HostMapping(
      size: Int(size), protection: PROT_READ, flags: MAP_PRIVATE, file: descriptor)
    // Safe: inside the mapping.
    return (0..<Int(size)).count {
      unsafe text.base.load(fromByteOffset: $0, as: UInt8.self) == UInt8(ascii: "\n")
    }
  }
}
