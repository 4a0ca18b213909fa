internal import Glibc

/// A folder that goes, with everything in it, when nobody needs it any more.
package final class TemporaryFolder {
  package let path: String

  package init() throws(HostFailure) {
    var name = Array("/tmp/vmemctl-test-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw HostFailure(what: "mkdtemp", number: errno) }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for file in files { unlink("\(path)/\(file)") }
    rmdir(path)
  }

  /// Names of the files in it, sorted.
  package var files: [String] { TestFiles.names(in: path) ?? [] }

  /// The whole contents of a file; empty when there is none.
  package func bytes(_ name: String) throws(HostFailure) -> [UInt8] {
    let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count == bytes.count else { throw HostFailure(what: "read \(name)", number: errno) }
    return bytes
  }

  /// Writes a file; blocks of zeroes become holes.
  package func write(_ bytes: [UInt8], to name: String) throws(HostFailure) {
    let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw HostFailure(what: "open \(name)", number: errno) }
    defer { close(descriptor) }
    guard ftruncate(descriptor, bytes.count) == 0 else {
      throw HostFailure(what: "ftruncate \(name)", number: errno)
    }
    let zeroes = [UInt8](repeating: 0, count: 4096)
    let isWritten = bytes.withUnsafeBytes { buffer in
      stride(from: 0, to: bytes.count, by: 4096).allSatisfy { at in
        let (block, count) = (buffer.baseAddress! + at, min(4096, bytes.count - at))
        return memcmp(block, zeroes, count) == 0 || pwrite(descriptor, block, count, at) == count
      }
    }
    guard isWritten else { throw HostFailure(what: "write \(name)", number: errno) }
  }

  /// Bytes that a file takes on the disk.
  package func usage(_ name: String) -> Int {
    var information = stat()
    return stat("\(path)/\(name)", &information) == 0 ? Int(information.st_blocks) * 512 : 0
  }
}
