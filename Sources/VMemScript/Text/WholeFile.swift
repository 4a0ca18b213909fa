internal import Glibc
internal import VMemViews

/// Files of the host that are read as they are, whatever their bytes.
enum WholeFile {
  /// All bytes up to the end, of files of /proc too, whose size is 0; `-` is standard input. Returns
  /// nil, with `errno` set, when that fails.
  static func read(_ path: String) -> [UInt8]? {
    let isInput = path == "-"
    let descriptor = isInput ? 0 : unsafe open(path.hostPath, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    var information = stat()
    var room = 1 << 16
    if unsafe fstat(descriptor, &information) == 0, information.st_size > 0 {
      room = Int(information.st_size) + 1
    }
    var bytes = [UInt8](repeating: 0, count: room)
    var used = 0
    while true {
      if used == bytes.count { bytes.append(contentsOf: repeatElement(0, count: used)) }
      // Safe: the array is as long as it says.
      let got = unsafe bytes.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress! + used, $0.count - used)
      }
      if got > 0 {
        used += got
      } else if got == 0 {
        break
      } else if errno != EINTR {
        let failure = errno
        if !isInput { _ = close(descriptor) }
        errno = failure
        return nil
      }
    }
    if !isInput { _ = close(descriptor) }
    bytes.removeLast(bytes.count - used)
    return bytes
  }
}
