internal import CHost
internal import Glibc
internal import VMem
internal import VMemViews

/// An image, opened and locked, and its log.
final class ImageFile {
  let path: ImagePath
  private let file: OpenFile
  private let logFile: OpenFile
  var trailer: ImageTrailer
  let log: CommitLog
  let isWritable: Bool

  var descriptor: Int32 { file.descriptor }

  /// How an image is opened.
  struct Access {
    var isWriter: Bool
    /// Whether to wait while another process holds the image.
    var waits = true
  }

  /// Opens and locks an image, and reads its log; nothing is written. Returns nil when there is no
  /// such file.
  init?(_ path: ImagePath, _ access: Access) throws(ProcessFailure) {
    self.path = path
    isWritable = access.isWriter
    var size = 0
    guard let file = try Self.openLocked(path.image, access, &size) else { return nil }
    trailer = try Self.readTrailer(file.descriptor, size, path.image)
    self.file = file
    logFile = try Self.openLog(path, access, &size)
    do throws(CommitLog.Defect) {
      log = try CommitLog(logFile.descriptor, size: size, trailer)
    } catch {
      throw Self.failure(path.log, error)
    }
    if access.isWriter {
      try Self.checkHistory(path)
      try checkHistoryEnd()
    }
    guard log.sequence >= trailer.goal else {
      let state =
        logFile.descriptor < 0
        ? "is missing" : log.end == 0 ? "has no commits" : "ends at commit \(log.sequence)"
      throw Self.corrupt(
        path.image,
        "a checkpoint was cut off, and \(path.log), which it needs up to commit \(trailer.goal), \(state)"
      )
    }
  }

  // MARK: Opening

  /// The file, locked, and its size, or nil when there is none.
  private static func openLocked(
    _ path: String, _ access: Access, _ size: inout Int
  ) throws(ProcessFailure) -> OpenFile? {
    while true {
      let file = OpenFile(path, access.isWriter ? O_RDWR : O_RDONLY)
      if file.descriptor < 0 {
        if errno == ENOENT { return nil }
        throw refused(path, errno, EX_NOINPUT)
      }
      let opened = try checkIsAlone(file.descriptor, path)
      try lock(file.descriptor, path, access)
      // While this process waited, another machine may have taken the file's place.
      if opened.identity == FileStatus(path, followsLinks: false)?.identity {
        size = opened.size
        return file
      }
    }
  }

  /// What the host says of a file, unless it is no regular one, or other names lead to it.
  @discardableResult
  private static func checkIsAlone(
    _ descriptor: Int32, _ path: String
  ) throws(ProcessFailure) -> FileStatus {
    guard let status = FileStatus(descriptor) else { throw failure(path, errno, EX_IOERR) }
    try checkIsAlone(status, path)
    return status
  }

  private static func checkIsAlone(
    _ status: FileStatus, _ path: String
  ) throws(ProcessFailure) {
    guard status.isRegular else {
      throw notAnImage(path, "is \(status.kind); the files of an image are regular files")
    }
    guard status.names <= 1 else {
      throw ProcessFailure(
        message:
          "\(path) has \(status.names) names (hard links): an image, its log and its history "
          + "have one each, since a second name would mean a second log",
        exitCode: EX_CANTCREAT)
    }
  }

  /// Refuses what stands in the place of a history and is no file of its own, before anything is
  /// committed that will have to go there.
  static func checkHistory(_ path: ImagePath) throws(ProcessFailure) {
    guard let status = FileStatus(path.history, followsLinks: false) else { return }
    try checkIsAlone(status, path.history)
  }

  private static func lock(
    _ descriptor: Int32, _ path: String, _ access: Access
  ) throws(ProcessFailure) {
    while true {
      let number = chost_lock(descriptor, access.isWriter ? 1 : 0, access.waits ? 1 : 0)
      if number == 0 { return }
      guard number == EAGAIN || number == EACCES else { throw failure(path, number, EX_IOERR) }
      let holder = chost_lock_holder(descriptor, access.isWriter ? 1 : 0)
      if holder == 0 { continue }
      throw ProcessFailure(
        message: "\(path): \(holder > 0 ? "process \(holder)" : "another process") holds the image",
        exitCode: EX_TEMPFAIL)
    }
  }

  /// The log and its size; made by a writer where there is none, and a reader does without.
  private static func openLog(
    _ path: ImagePath, _ access: Access, _ size: inout Int
  ) throws(ProcessFailure) -> OpenFile {
    let flags = access.isWriter ? O_RDWR : O_RDONLY
    let file = OpenFile(path.log, flags)
    if file.descriptor >= 0 {
      size = try checkIsAlone(file.descriptor, path.log).size
      return file
    }
    guard errno == ENOENT else { throw refused(path.log, errno) }
    size = 0
    guard access.isWriter else { return file }
    let new = OpenFile(path.log, flags | O_CREAT | O_EXCL)
    guard new.descriptor >= 0 else { throw refused(path.log, errno) }
    syncFolder(of: path)
    return new
  }

  /// What stands in the place of a file of an image and is none, or cannot be opened.
  static func refused(
    _ path: String, _ number: Int32, _ code: Int32 = EX_IOERR
  ) -> ProcessFailure {
    if let status = FileStatus(path, followsLinks: false), !status.isRegular {
      return notAnImage(path, "is \(status.kind); the files of an image are regular files")
    }
    return failure(path, number, code)
  }

  /// Opens the history, which must be a file of its own. Returns nil where there is none.
  func openHistory(_ flags: Int32) throws(ProcessFailure) -> OpenFile? {
    let file = OpenFile(path.history, flags)
    if file.descriptor < 0 {
      if errno == ENOENT { return nil }
      throw Self.refused(path.history, errno)
    }
    try Self.checkIsAlone(file.descriptor, path.history)
    return file
  }

  /// Makes the names of new files durable. What cannot be synced is none the worse for it.
  static func syncFolder(of path: ImagePath) {
    let folder = OpenFile(path.folder, O_RDONLY | O_DIRECTORY)
    if folder.descriptor >= 0 { fsync(folder.descriptor) }
  }

  /// Whether a file is the image, its log or its history.
  func isOwn(_ identity: FileStatus.Identity) -> Bool {
    FileStatus(descriptor)?.identity == identity
      || FileStatus(logFile.descriptor)?.identity == identity
      || FileStatus(path.history)?.identity == identity
  }

  /// Whether the file was made on this host and is no copy, so that paths of the host in its machine
  /// were given here.
  var isFromHere: Bool { trailer.birth != 0 && trailer.birth == chost_birth(descriptor) }

  /// Whether a path leads to this image, whatever it is called.
  func isFile(_ path: String) -> Bool {
    guard let own = FileStatus(descriptor) else { return false }
    return own.identity == FileStatus(path)?.identity
  }

  // MARK: The last block

  private static func readTrailer(
    _ descriptor: Int32, _ size: Int, _ path: String
  ) throws(ProcessFailure) -> ImageTrailer {
    guard
      let bytes = OpenFile.read(
        descriptor, ImageTrailer.size, at: max(0, size - ImageTrailer.size))
    else { throw failure(path, errno, EX_IOERR) }
    let trailer: ImageTrailer
    do throws(ImageTrailer.Defect) {
      trailer = try ImageTrailer(size < ImageTrailer.size ? [] : bytes)
    } catch {
      switch error {
      case .version(let version):
        throw notAnImage(
          path,
          "is of format \(version), not \(ImageTrailer.formatVersion): `log` of the program "
            + "that made it gives a script that makes the machine again")
      case .byteOrder: throw notAnImage(path, "has another byte order")
      case .damaged,
        .absent where beginsAsImage(descriptor):
        throw corrupt(path, "it is cut off, or its last block is damaged")
      default: throw notAnImage(path, "is not an image of vmemctl")
      }
    }
    let length = FrameChecksums.end(trailer.memory) + UInt64(ImageTrailer.size)
    guard length == UInt64(size) else {
      throw corrupt(path, "it is \(size) bytes long, not \(length)")
    }
    return trailer
  }

  private static func beginsAsImage(_ descriptor: Int32) -> Bool {
    let first = OpenFile.read(descriptor, 8, at: 0) ?? []
    return first.count == 8
      && (0..<8).reduce(0) { $0 | UInt64(first[$1]) << UInt64(8 * $1) } == RAM.imageMagic
  }

  // MARK: Failures

  static func failure(_ path: String, _ number: Int32, _ code: Int32) -> ProcessFailure {
    ProcessFailure(
      message: "\(path): \(systemMessage(number))", exitCode: isExhausted(number) ? EX_IOERR : code)
  }

  /// Why a new file is not made.
  static func notMade(_ path: String, _ number: Int32) -> ProcessFailure {
    ProcessFailure(
      message: "\(path): \(creationMessage(path, number))",
      exitCode: isExhausted(number) ? EX_IOERR : EX_CANTCREAT)
  }

  static func corrupt(_ path: String, _ what: String) -> ProcessFailure {
    ProcessFailure(message: "\(path): image corrupt: \(what)", exitCode: 4)
  }

  static func notAnImage(_ path: String, _ what: String) -> ProcessFailure {
    ProcessFailure(message: "\(path) \(what)", exitCode: EX_DATAERR)
  }

  static func failure(_ path: String, _ defect: CommitLog.Defect) -> ProcessFailure {
    switch defect {
    case .changed: corrupt(path, "it was overwritten while it was in use")
    case .damaged(let sequence): corrupt(path, "commit \(sequence) is damaged")
    case .gap: corrupt(path, "commits between the image and its log are missing")
    case .foreign:
      notAnImage(path, "is in the place of the image's log and is none; move it away")
    case .otherMachine:
      notAnImage(
        path, "is the log of another machine; move it away to where that machine's image is")
    case .host(let number): failure(path, number, EX_IOERR)
    }
  }

  // MARK: The machine

  /// The machine as the last commit left it.
  func machine() throws(ProcessFailure) -> Machine {
    if !log.newest.contains(0) {
      guard let first = OpenFile.read(descriptor, 4096, at: 0) else {
        throw Self.failure(path.image, errno, EX_IOERR)
      }
      guard ImageTrailer.checksum(first[...]) == trailer.superblock else {
        throw Self.corrupt(path.image, "its first block is damaged")
      }
    }
    do throws(ImageDefect) {
      return try Machine(image: descriptor, size: Int(trailer.memory)) { log.restore($0) }
    } catch .version(let version) {
      throw Self.notAnImage(
        path.image,
        "holds a machine of format \(version), not \(Machine.imageFormat): `log` of the program "
          + "that made it gives a script that makes the machine again")
    } catch .host {
      throw ProcessFailure(
        message: "\(path.image): the host refuses to map the image (ulimit -v, ulimit -d)",
        exitCode: EX_IOERR)
    } catch {
      throw Self.corrupt(path.image, "its first block is no machine's")
    }
  }

  /// Calls `body` for every frame of the file that is not as it was written and counts still.
  func forEachDamagedFrame(_ body: (UInt32, UInt32, UInt32) -> Void) {
    FrameChecksums.forEachDamaged(
      descriptor, memory: trailer.memory, isNewer: { log.newest.contains($0) }, body)
  }
}
