internal import Glibc

/// A mapping of the host's memory, gone at the end.
@safe
struct HostMapping: ~Copyable {
  /// The first byte.
  let base: UnsafeMutableRawPointer
  /// In bytes.
  let size: Int

  /// Maps memory that can be written: anonymous, or a file from its start.
  init(size: Int, flags: Int32, file: Int32 = -1) throws(BenchmarkFailure) {
    try self.init(size: size, protection: PROT_READ | PROT_WRITE, flags: flags, file: file)
  }

  init(
    size: Int, protection: Int32, flags: Int32, file: Int32 = -1
  ) throws(BenchmarkFailure) {
    self.size = size
    // Safe: the host chooses a place that nobody has.
    let base = unsafe mmap(nil, size, protection, flags, file, 0)
    guard let base = unsafe base, unsafe base != UnsafeMutableRawPointer(bitPattern: -1) else {
      throw .host("mmap", errno: errno)
    }
    unsafe self.base = base
  }

  deinit {
    // Safe: nobody else has the mapping.
    unsafe munmap(base, size)
  }
}
