internal import Glibc
internal import VMem

/// An image, opened and locked, and its log.
final class ImageFile {
  let path: String
  private let file: OpenFile
  private let logFile: OpenFile
  private(set) var trailer: ImageTrailer
  private(set) var log: CommitLog
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
  init?(_ path: String, _ access: Access) throws(ProcessFailure) {
    self.path = path
    isWritable = access.isWriter
    guard let file = try Self.openLocked(path, access) else { return nil }
    trailer = try Self.readTrailer(file.descriptor, path)
    self.file = file
    let logPath = path + "-wal"
    // Safe: the path is a string.
    let hasLog = unsafe Glibc.access(logPath, F_OK) == 0
    logFile = OpenFile(logPath, access.isWriter ? O_RDWR | O_CREAT : O_RDONLY)
    if logFile.descriptor < 0, access.isWriter || errno != ENOENT {
      throw Self.failure(logPath, errno, EX_IOERR)
    }
    if access.isWriter, !hasLog { Self.syncFolder(of: path) }
    do throws(CommitLog.Defect) {
      log = try CommitLog(logFile.descriptor, trailer)
    } catch {
      throw Self.failure(logPath, error)
    }
    guard log.sequence >= trailer.goal else {
      throw Self.corrupt(
        path, "a checkpoint was cut off, and its log ends before commit \(trailer.goal)")
    }
  }

  // MARK: Opening

  /// The file, locked, or nil when there is none.
  private static func openLocked(
    _ path: String, _ access: Access
  ) throws(ProcessFailure) -> OpenFile? {
    while true {
      let file = OpenFile(path, access.isWriter ? O_RDWR : O_RDONLY)
      if file.descriptor < 0 {
        if errno == ENOENT { return nil }
        throw failure(path, errno, EX_NOINPUT)
      }
      try lock(file.descriptor, path, access)
      // While this process waited, another machine may have taken the file's place.
      if isSame(file.descriptor, path) { return file }
    }
  }

  private static func lock(
    _ descriptor: Int32, _ path: String, _ access: Access
  ) throws(ProcessFailure) {
    var request = flock()
    request.l_type = Int16(access.isWriter ? F_WRLCK : F_RDLCK)
    request.l_whence = Int16(SEEK_SET)
    request.l_len = 1
    while unsafe fcntl(descriptor, access.waits ? F_SETLKW : F_SETLK, &request) != 0 {
      if errno == EINTR { continue }
      guard errno == EAGAIN || errno == EACCES else { throw failure(path, errno, EX_IOERR) }
      let wanted = request.l_type
      let holder = unsafe fcntl(descriptor, F_GETLK, &request) == 0 ? request.l_pid : 0
      if request.l_type == Int16(F_UNLCK) {
        request.l_type = wanted
        continue
      }
      throw ProcessFailure(
        message: "\(path): process \(holder) holds the image", exitCode: EX_TEMPFAIL)
    }
  }

  /// Whether a path leads to this image, whatever it is called.
  func isFile(_ path: String) -> Bool { Self.isSame(descriptor, path) }

  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return unsafe fstat(descriptor, &opened) == 0 && stat(path, &named) == 0
      && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }

  /// Makes the names of new files durable. What cannot be synced is none the worse for it.
  static func syncFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Whether two paths lead to one file.
  static func isSame(_ path: String, _ other: String) -> Bool {
    var (one, two) = (stat(), stat())
    return unsafe stat(path, &one) == 0 && stat(other, &two) == 0
      && one.st_ino == two.st_ino && one.st_dev == two.st_dev
  }

  private static func size(_ descriptor: Int32) -> Int {
    var information = stat()
    return unsafe fstat(descriptor, &information) == 0 ? Int(information.st_size) : 0
  }

  private static func readTrailer(
    _ descriptor: Int32, _ path: String
  ) throws(ProcessFailure) -> ImageTrailer {
    let size = size(descriptor)
    let isImage = beginsAsImage(descriptor)
    let bytes = size < ImageTrailer.size ? [] : read(descriptor, size - ImageTrailer.size)
    let trailer: ImageTrailer
    do throws(ImageTrailer.Defect) {
      trailer = try ImageTrailer(bytes)
    } catch {
      switch error {
      case .version(let version): throw notAnImage(path, "is of format \(version), not 1")
      case .byteOrder: throw notAnImage(path, "has another byte order")
      case .damaged,
        .absent where isImage:
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
    let first = read(descriptor, 0)
    return first.count == 4096
      && (0..<8).reduce(0) { $0 | UInt64(first[$1]) << UInt64(8 * $1) } == RAM.imageMagic
  }

  /// 4096 bytes of a file, or fewer at its end.
  static func read(_ descriptor: Int32, _ offset: Int) -> [UInt8] {
    // Safe: the buffer has that much room.
    unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      unsafe count = max(0, pread(descriptor, buffer.baseAddress!, 4096, offset))
    }
  }

  // MARK: Failures

  static func failure(_ path: String, _ number: Int32, _ code: Int32) -> ProcessFailure {
    ProcessFailure(message: "\(path): \(Streams.text(ofErrno: number))", exitCode: code)
  }

  static func corrupt(_ path: String, _ what: String) -> ProcessFailure {
    ProcessFailure(message: "\(path): image corrupt: \(what)", exitCode: 4)
  }

  private static func notAnImage(_ path: String, _ what: String) -> ProcessFailure {
    ProcessFailure(message: "\(path) \(what)", exitCode: EX_DATAERR)
  }

  private static func failure(_ path: String, _ defect: CommitLog.Defect) -> ProcessFailure {
    switch defect {
    case .damaged(let sequence): corrupt(path, "commit \(sequence) is damaged")
    case .gap: corrupt(path, "commits between the image and its log are missing")
    case .host(let number): failure(path, number, EX_IOERR)
    }
  }

  // MARK: The machine

  /// The machine as the last commit left it.
  func machine() throws(ProcessFailure) -> Machine {
    if log.newest[0] == nil {
      let first = Self.read(descriptor, 0)
      guard ImageTrailer.checksum(first[...]) == trailer.superblock else {
        throw Self.corrupt(path, "its first block is damaged")
      }
    }
    do throws(ImageDefect) {
      return try Machine(image: descriptor, size: Int(trailer.memory)) { log.restore($0) }
    } catch .version(let version) {
      throw Self.notAnImage(path, "holds a machine of format \(version), not 1")
    } catch .host {
      throw ProcessFailure(
        message: "\(path): the host refuses to map the image (ulimit -v)", exitCode: EX_IOERR)
    } catch {
      throw Self.corrupt(path, "its first block is no machine's")
    }
  }

  /// Calls `body` for every frame of the file that is not as it was written and counts still.
  func forEachDamagedFrame(_ body: (UInt32, UInt32, UInt32) -> Void) {
    FrameChecksums.forEachDamaged(
      descriptor, memory: trailer.memory, isNewer: { log.newest[$0] != nil }, body)
  }

  // MARK: Checkpoint

  /// Brings what the log has home into the image, and empties the log. `ram` is as the last commit
  /// left it. Returns the host's error number, or nil.
  func checkpoint(_ ram: RAM) -> Int32? {
    guard log.end > 0 else { return nil }
    guard log.sync() else { return errno }
    // From here on the image is no state of its own, until the log has all been written to it.
    trailer.goal = log.sequence
    guard write(trailer), fdatasync(descriptor) == 0 else { return errno }
    var next = trailer
    next.goal = 0
    if let failure = extendHistory(&next) { return failure }
    let frames = log.newest.keys.sorted()
    for run in Self.runs(frames) {
      if let failure = write(ram, run) { return failure }
    }
    let sums = frames.map { ($0, FrameChecksums.sum(ram, $0)) }
    guard FrameChecksums.write(sums, to: descriptor, memory: next.memory) else { return errno }
    next.sequence = log.sequence
    next.superblock = unsafe ram.withFrame(0) {
      // Safe: a frame has 4096 bytes.
      unsafe ImageTrailer.checksum([UInt8](UnsafeRawBufferPointer($0))[...])
    }
    guard write(next), fdatasync(descriptor) == 0 else { return errno }
    trailer = next
    guard log.clear() else { return errno }
    for run in Self.runs(frames) { ram.forget(run) }
    return nil
  }

  private func write(_ trailer: ImageTrailer) -> Bool {
    Self.write(descriptor, trailer.bytes, at: Int(FrameChecksums.end(trailer.memory)))
  }

  private static func runs(_ frames: [UInt32]) -> [Range<UInt32>] {
    var runs: [Range<UInt32>] = []
    for frame in frames {
      if let last = runs.last, last.upperBound == frame {
        runs[runs.count - 1] = last.lowerBound..<frame + 1
      } else {
        runs.append(frame..<frame + 1)
      }
    }
    return runs
  }

  private func write(_ ram: RAM, _ run: Range<UInt32>) -> Int32? {
    for frame in run {
      let isWritten = unsafe ram.withFrame(frame) {
        // Safe: a frame has 4096 bytes.
        unsafe pwrite(descriptor, $0.baseAddress!, 4096, Int(frame) << 12) == 4096
      }
      if !isWritten { return errno }
    }
    return nil
  }

  static func write(_ descriptor: Int32, _ bytes: [UInt8], at offset: Int) -> Bool {
    var done = 0
    while done < bytes.count {
      // Safe: `done ..< count` lies in the buffer.
      let written = unsafe bytes.withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress! + done, bytes.count - done, offset + done)
      }
      if written < 0 {
        if errno == EINTR { continue }
        return false
      }
      done += written
    }
    return true
  }

  // MARK: History

  /// Appends the commands of the log's commits to IMAGE-history.
  private func extendHistory(_ next: inout ImageTrailer) -> Int32? {
    let new = log.commands.filter { $0.sequence > trailer.sequence }.flatMap { $0.lines }
    if new.isEmpty { return nil }
    let history = unsafe open(path + "-history", O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard history >= 0 else { return errno }
    defer { close(history) }
    if next.history == 0 { Self.syncFolder(of: path) }
    let start = Int(next.history)
    guard ftruncate(history, start) == 0, Self.write(history, new, at: start),
      fdatasync(history) == 0
    else { return errno }
    next.history += UInt64(new.count)
    return nil
  }

  /// Every line since the boot line that changed the machine.
  func history() throws(ProcessFailure) -> [UInt8] {
    var text: [UInt8] = []
    if trailer.history > 0 {
      let name = path + "-history"
      let file = unsafe open(name, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { throw Self.failure(name, errno, EX_NOINPUT) }
      defer { close(file) }
      let count = Int(trailer.history)
      let old = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
        unsafe used = max(0, pread(file, buffer.baseAddress!, count, 0))
      }
      guard old.count == count else { throw Self.corrupt(name, "it is cut off") }
      text += old
    }
    for commit in log.commands where commit.sequence > trailer.sequence { text += commit.lines }
    return text
  }

  // MARK: Going back

  /// Takes the last commit of the log away, and returns its lines. Not while a checkpoint that was
  /// cut off may have brought it home already.
  func undo() throws(ProcessFailure) -> [UInt8] {
    guard let last = log.commands.last, trailer.goal == 0, last.sequence > trailer.sequence else {
      throw ProcessFailure(
        message:
          "nothing to take back: there is no commit since the last checkpoint (made every 64 frames or 1 MiB, and by `run --image`)",
        exitCode: 1)
    }
    guard log.dropLast() else { throw Self.failure(path + "-wal", errno, EX_IOERR) }
    return last.lines
  }
}
