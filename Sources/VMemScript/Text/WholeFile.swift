internal import Glibc
internal import VMem
internal import VMemViews

/// Files of the host that are read as they are, whatever their bytes.
package enum WholeFile {
  /// The longest file that is read: 2 GiB.
  package static let maximumBytes = VmallocinfoFile.maximumBytes

  /// All bytes up to the end, of files of /proc too, whose size is 0; `-` is standard input. Returns
  /// nil, with `errno` set, when that fails: EFBIG where there are more than `most` bytes, as of a pipe
  /// without an end. Of what is no text only the first bytes are read.
  static func read(_ path: String, atMost most: Int = maximumBytes) -> [UInt8]? {
    let isInput = path == "-"
    let descriptor = isInput ? 0 : unsafe open(path.hostPath, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    let bytes = read(descriptor, most)
    let failure = errno
    if !isInput { _ = close(descriptor) }
    if bytes == nil { errno = failure }
    return bytes
  }

  private static func read(_ descriptor: Int32, _ most: Int) -> [UInt8]? {
    var information = stat()
    var room = 1 << 16
    if unsafe fstat(descriptor, &information) == 0, information.st_size > 0 {
      guard information.st_size <= most else {
        errno = EFBIG
        return nil
      }
      room = Int(information.st_size) + 1
    }
    // Room that is not filled with zeroes first: a file of a million rows is large.
    var (isRead, isText) = (true, true)
    var bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, used in
      let buffer = UnsafeMutableRawBufferPointer(buffer)
      unsafe HugePages.expect(buffer)
      let first = unsafe UnsafeMutableRawBufferPointer(
        rebasing: buffer[..<min(room, VmallocinfoFile.firstBytes)])
      isRead = unsafe fill(first, descriptor, &used)
      // Safe: so many bytes were read.
      let known = unsafe UnsafeRawBufferPointer(rebasing: first[..<used])
      isText = unsafe !VmallocinfoFile.isNoText(known.bindMemory(to: UInt8.self).span)
      if isRead, isText { isRead = unsafe fill(buffer, descriptor, &used) }
    }
    while isRead, isText, bytes.count == room {
      guard bytes.count <= most else {
        errno = EFBIG
        return nil
      }
      bytes.append(contentsOf: repeatElement(0, count: room))
      var used = room
      isRead = unsafe bytes.withUnsafeMutableBytes { unsafe fill($0, descriptor, &used) }
      room = bytes.count
      bytes.removeLast(room - used)
    }
    return isRead ? bytes : nil
  }

  /// Reads up to the end of the file or of the buffer, of which `used` bytes have something. False, with
  /// `errno` set, when that fails.
  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ descriptor: Int32, _ used: inout Int
  ) -> Bool {
    while used < buffer.count {
      // Safe: the buffer is as long as it says.
      let got = unsafe Glibc.read(descriptor, buffer.baseAddress! + used, buffer.count - used)
      if got == 0 { return true }
      if got > 0 {
        used += got
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}
