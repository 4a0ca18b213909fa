internal import Glibc

/// A file without a lasting name: gone with its last descriptor.
package final class TemporaryFile {
  package let descriptor: Int32

  /// The file holds `bytes` and stands at its start.
  package init(_ bytes: [UInt8] = []) throws(HostFailure) {
    var path = Array("/tmp/vmemctl-test-XXXXXX".utf8CString)
    descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw HostFailure(what: "mkstemp", number: errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress, $0.count, off_t(written))
      }
      guard count > 0 else { throw HostFailure(what: "pwrite", number: errno) }
      written += count
    }
  }

  deinit { close(descriptor) }

  /// Everything in the file.
  package func contents() throws(HostFailure) -> [UInt8] {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    var bytes = [UInt8](repeating: 0, count: size)
    var taken = 0
    while taken < size {
      let count = bytes[taken...].withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, off_t(taken))
      }
      guard count > 0 else { throw HostFailure(what: "pread", number: errno) }
      taken += count
    }
    return bytes
  }
}
