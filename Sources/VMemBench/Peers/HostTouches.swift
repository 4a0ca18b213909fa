internal import CPeer
internal import Glibc
internal import VMemScript

/// First touches of the host's own pages.
struct HostTouches: ~Copyable {
  private let file: Int32
  private let window: HostMapping

  /// `size` is in bytes.
  init(size: Int) throws(BenchmarkFailure) {
    file = cpeer_memory_file(size)
    window = try HostMapping(size: size, flags: MAP_SHARED, file: file)
  }

  /// Nanoseconds of first touches of as many pages of anonymous memory.
  func anonymous_ns() throws(BenchmarkFailure) -> UInt64 {
    let fresh = try HostMapping(size: window.size, flags: MAP_PRIVATE | MAP_ANONYMOUS)
    return Self.touch(fresh)
  }

  /// Nanoseconds of first touches of the file's pages, none of which there is before.
  func file_ns() -> UInt64 {
    ftruncate(file, 0)
    ftruncate(file, window.size)
    return Self.touch(window)
  }

  private static func touch(_ pages: borrowing HostMapping) -> UInt64 {
    let start_ns = HostClock.now_ns
    for offset in stride(from: pages.size - 4096, through: 0, by: -4096) {
      // Safe: inside the mapping.
      unsafe pages.base.storeBytes(of: UInt64(offset), toByteOffset: offset, as: UInt64.self)
    }
    return HostClock.now_ns - start_ns
  }

  deinit { close(file) }
}
