internal import CPeer
internal import Glibc

/// First touches of the host's own pages.
@safe
final class HostPeer {
  private let size: Int
  private let file: Int32
  private let window: UnsafeMutableRawPointer

  /// nil when the host refuses.
  init?(size: Int) {
    self.size = size
    file = cpeer_memory_file(size)
    // Safe: a mapping of our own.
    let window = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
    guard file >= 0, let window = unsafe window,
      unsafe window != UnsafeMutableRawPointer(bitPattern: -1)
    else { return nil }
    unsafe self.window = window
  }

  /// Nanoseconds of first touches of as many pages of anonymous memory.
  func anonymous_ns() -> UInt64 {
    // Safe: a mapping of our own, gone at the end.
    let fresh = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let fresh = unsafe fresh, unsafe fresh != UnsafeMutableRawPointer(bitPattern: -1)
    else { return 0 }
    defer { unsafe munmap(fresh, size) }
    return unsafe touch(fresh)
  }

  /// Nanoseconds of first touches of the file's pages, none of which there is before.
  func file_ns() -> UInt64 {
    ftruncate(file, 0)
    ftruncate(file, size)
    return unsafe touch(window)
  }

  private func touch(_ pages: UnsafeMutableRawPointer) -> UInt64 {
    let start_ns = Timings.now_ns()
    for offset in stride(from: size - 4096, through: 0, by: -4096) {
      // Safe: inside the mapping.
      unsafe pages.storeBytes(of: UInt64(offset), toByteOffset: offset, as: UInt64.self)
    }
    return Timings.now_ns() - start_ns
  }

  deinit {
    // Safe: nobody else has the window.
    unsafe munmap(window, size)
    close(file)
  }
}
