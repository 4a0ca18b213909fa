internal import Glibc
internal import VMemViews

/// What the host says of a file.
@safe
struct FileStatus {
  /// Which file it is, whatever it is called.
  struct Identity: Hashable {
    let device: dev_t
    let inode: ino_t
  }

  private let status: stat

  /// What differs once a file has been written.
  struct Instant: Equatable {
    let inode: ino_t
    let size: Int
    let seconds: Int
    let nanoseconds: Int
  }

  /// Of a file that is open; nil when the host refuses.
  init?(_ descriptor: Int32) {
    var status = stat()
    // Safe: room for the answer.
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.status = status
  }

  /// Of what a path leads to, or of the link that it is; nil when there is none.
  init?(_ path: String, followsLinks: Bool = true) {
    var status = stat()
    // Safe: room for the answer.
    let answer = unsafe path.withHostPath {
      unsafe followsLinks ? stat($0, &status) : lstat($0, &status)
    }
    guard answer == 0 else { return nil }
    self.status = status
  }

  var identity: Identity { Identity(device: status.st_dev, inode: status.st_ino) }
  var size: Int { Int(status.st_size) }
  var permissions: mode_t { status.st_mode & 0o7777 }
  var changed: Instant {
    Instant(
      inode: status.st_ino, size: size, seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec)
  }
  /// Names that the file has.
  var names: Int { Int(status.st_nlink) }
  var isRegular: Bool { status.st_mode & S_IFMT == S_IFREG }

  /// What kind of file it is.
  var kind: String {
    switch status.st_mode & S_IFMT {
    case S_IFDIR: "a folder"
    case S_IFIFO: "a FIFO"
    case S_IFSOCK: "a socket"
    case S_IFLNK: "a symbolic link"
    case S_IFREG: "a file"
    default: "a device"
    }
  }
}
