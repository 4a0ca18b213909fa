internal import Glibc
internal import VMemViews

/// Which regular file a path leads to, or would make: two paths of one place write over each other.
struct FilePlace: Equatable {
  private let device: dev_t
  /// Of the file, or of the folder that it would be made in.
  private let inode: ino_t
  /// What is to be made in the folder; nil for a file that is there.
  private let name: String?

  /// Of a path; nil for what is no regular file, and where none can be made.
  init?(_ path: String) {
    var status = stat()
    // Safe: a string, and room for the answer.
    if unsafe stat(path.hostPath, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else { return nil }
      self.init(status, nil)
      return
    }
    let end = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let folder = end == path.startIndex ? "." : String(path[..<end])
    // Safe: as above.
    guard unsafe stat(folder.hostPath, &status) == 0 else { return nil }
    self.init(status, String(path[end...]))
  }

  /// Of what is open; nil for what is no regular file.
  init?(descriptor: Int32) {
    var status = stat()
    // Safe: room for the answer.
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    self.init(status, nil)
  }

  private init(_ status: stat, _ name: String?) {
    (device, inode, self.name) = (status.st_dev, status.st_ino, name)
  }
}
