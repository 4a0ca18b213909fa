internal import Glibc
internal import VMemViews

/// A file that is closed with its owner, and with its last one every lock on it.
struct OpenFile: ~Copyable {
  /// Negative when the host has refused; `errno` says why until the next call.
  let descriptor: Int32

  /// Opens a file, made with the usual permissions where `flags` say so. The path itself is no symbolic
  /// link, and a pipe in its place keeps nobody waiting.
  init(_ path: String, _ flags: Int32) {
    descriptor = unsafe path.withHostPath {
      unsafe open($0, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0o666)
    }
  }

  /// Takes an open file over.
  init(adopting descriptor: Int32) { self.descriptor = descriptor }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes all of `bytes` at an offset of a file. Returns the host's error number, or nil.
  static func write(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int
  ) -> Int32? {
    var done = 0
    while done < bytes.count {
      // Safe: `done ..< count` lies in the buffer.
      let written = unsafe pwrite(
        descriptor, bytes.baseAddress! + done, bytes.count - done, offset + done)
      if written < 0 && errno == EINTR { continue }
      // A host that takes nothing would never end.
      guard written > 0 else { return written < 0 ? errno : EIO }
      done += written
    }
    return nil
  }

  /// Writes all of `bytes` at an offset of a file. Returns the host's error number, or nil.
  static func write(_ descriptor: Int32, _ bytes: [UInt8], at offset: Int) -> Int32? {
    // Safe: the buffer lives until the write is done.
    unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0, at: offset) }
  }

  /// Writes all of `parts` one behind the other, from an offset of a file on; they are no more afterwards
  /// what they were. Returns the host's error number, or nil.
  static func write(
    _ descriptor: Int32, _ parts: UnsafeMutableBufferPointer<iovec>, at offset: Int
  ) -> Int32? {
    var offset = offset
    var first = 0
    let all = parts.count
    while first < all {
      let count = min(all - first, 1024)
      let written = unsafe pwritev(descriptor, parts.baseAddress! + first, Int32(count), offset)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return written < 0 ? errno : EIO }
      offset += written
      var left = written
      while first < all {
        let length = unsafe parts[first].iov_len
        guard left >= length else { break }
        left -= length
        first += 1
      }
      if left > 0 {
        let part = unsafe parts[first]
        unsafe parts[first] = iovec(
          iov_base: part.iov_base + left, iov_len: part.iov_len - left)
      }
    }
    return nil
  }

  /// As many bytes of a file as there are behind an offset, at most `count`; nil when the host fails.
  static func read(_ descriptor: Int32, _ count: Int, at offset: Int) -> [UInt8]? {
    var isRead = true
    // Safe: the buffer has that much room.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      while used < count {
        let got = unsafe pread(descriptor, buffer.baseAddress! + used, count - used, offset + used)
        if got < 0 && errno == EINTR { continue }
        isRead = got >= 0
        guard got > 0 else { return }
        used += got
      }
    }
    return isRead ? bytes : nil
  }
}
