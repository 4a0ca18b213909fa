internal import Glibc

/// A file that is closed with its owner, and with its last one every lock on it.
struct OpenFile: ~Copyable {
  /// Negative when the host has refused; `errno` says why until the next call.
  let descriptor: Int32

  /// Opens a file, made with the usual permissions where `flags` say so.
  init(_ path: String, _ flags: Int32) {
    // Safe: the path is a string.
    descriptor = unsafe open(path, flags | O_CLOEXEC, 0o666)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
