internal import Glibc

/// A file of the host whose contents an emulated file has. It is opened for each access, so that one
/// that has shrunk or vanished meanwhile is told as such.
@safe
struct HostFile {
  /// What kept an access from being done: the host's error number, or 0 for bytes that are missing.
  struct Failure: Error {
    let code: Int32
  }

  /// Path, with a zero behind it.
  private let path: UnsafePointer<CChar>

  /// The path stands in a frame of RAM, which outlives the value.
  init(path: UnsafeRawPointer) {
    // Safe: the caller's bytes end with a zero.
    unsafe self.path = path.assumingMemoryBound(to: CChar.self)
  }

  /// The absolute path that a path leads to, links followed; as it is where it leads to nothing.
  static func absolute(_ path: Span<UInt8>) -> [UInt8] {
    let typed = path.indices.map { path[$0] }
    let text = typed.map { CChar(bitPattern: $0) } + [0]
    guard let found = unsafe realpath(text, nil) else { return typed }
    defer { unsafe free(found) }
    // Safe: `realpath` ends its answer with a zero.
    return unsafe Array(UnsafeBufferPointer(start: found, count: strlen(found))).map {
      UInt8(bitPattern: $0)
    }
  }

  /// Size in bytes of a regular file.
  func size() throws(Failure) -> UInt64 {
    var status = stat()
    // Safe: a path and room for the answer.
    guard unsafe stat(path, &status) == 0 else { throw Failure(code: errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw Failure(code: EISDIR) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(code: EINVAL) }
    guard unsafe access(path, R_OK) == 0 else { throw Failure(code: errno) }
    return UInt64(status.st_size)
  }

  /// Fills `bytes` from an offset; what lies behind the end is an error.
  func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(Failure) {
    try transfer(O_RDONLY, bytes.count) { file, done in
      // Safe: the rest of the buffer.
      unsafe pread(file, bytes.baseAddress! + done, bytes.count - done, off_t(offset) + done)
    }
  }

  /// Writes `bytes` at an offset.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(Failure) {
    try transfer(O_WRONLY, bytes.count) { file, done in
      // Safe: the rest of the buffer.
      unsafe pwrite(file, bytes.baseAddress! + done, bytes.count - done, off_t(offset) + done)
    }
  }

  /// Calls `part` until all of `count` bytes are through.
  private func transfer(
    _ mode: Int32, _ count: Int, _ part: (_ file: Int32, _ done: Int) -> Int
  ) throws(Failure) {
    let file = try opened(mode)
    defer { close(file) }
    var done = 0
    while done < count {
      let now = part(file, done)
      if now < 0 && errno == EINTR { continue }
      guard now > 0 else { throw Failure(code: now < 0 ? errno : 0) }
      done += now
    }
  }

  /// Opens the file; to write only what lies at the path itself, and nothing that a symbolic link leads
  /// to which has come since.
  private func opened(_ mode: Int32) throws(Failure) -> Int32 {
    if mode != O_RDONLY {
      guard let found = unsafe realpath(path, nil) else { throw Failure(code: errno) }
      defer { unsafe free(found) }
      // Safe: both end with a zero.
      guard unsafe strcmp(found, path) == 0 else { throw Failure(code: ELOOP) }
    }
    let links = mode == O_RDONLY ? 0 : O_NOFOLLOW
    // A pipe that has taken the file's place would keep its opener waiting.
    let file = unsafe open(path, mode | links | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw Failure(code: errno) }
    var status = stat()
    // Safe: room for the answer.
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(file)
      throw Failure(code: EINVAL)
    }
    return file
  }

  /// Makes the file this long.
  func resize(_ size: UInt64) throws(Failure) {
    let file = try opened(O_WRONLY)
    defer { close(file) }
    guard ftruncate(file, off_t(size)) == 0 else { throw Failure(code: errno) }
  }
}
