internal import Glibc

/// A new file that a benchmark writes to.
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
}
