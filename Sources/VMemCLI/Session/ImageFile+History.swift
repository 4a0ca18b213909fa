internal import Glibc

extension ImageFile {
  /// Appends the commands of the log's commits to IMAGE-history, and returns how long it is then. It
  /// counts when the next checkpoint says so.
  func extendHistory() throws(ProcessFailure) -> UInt64 {
    var start = Int(trailer.history)
    var new = try newLines()
    if new.isEmpty { return trailer.history }
    // Lines that are there without their commits would be nobody's after a power cut.
    if let number = log.sync() { throw Self.failure(path.log, number, EX_IOERR) }
    try checkHistoryEnd()
    let file: OpenFile
    if let old = try openHistory(O_WRONLY) {
      file = old
    } else {
      file = OpenFile(path.history, O_WRONLY | O_CREAT | O_EXCL)
      guard file.descriptor >= 0 else { throw Self.refused(path.history, errno) }
      Self.syncFolder(of: path)
    }
    guard let status = FileStatus(file.descriptor) else {
      throw Self.failure(path.history, errno, EX_IOERR)
    }
    if status.size < start {
      // Zeroes in the place of what is gone would be no lines.
      start = status.size
      new = (start > 0 ? Replay.newline : []) + Replay.lost + Replay.newline + new
    }
    guard ftruncate(file.descriptor, start) == 0 else {
      throw Self.failure(path.history, errno, EX_IOERR)
    }
    if let number = OpenFile.write(file.descriptor, new, at: start) {
      throw Self.failure(path.history, number, EX_IOERR)
    }
    guard fdatasync(file.descriptor) == 0 else {
      throw Self.failure(path.history, errno, EX_IOERR)
    }
    return UInt64(start + new.count)
  }

  /// Refuses a history that goes on with what this machine has not written: the next checkpoint would
  /// write over it. The lines of a checkpoint that was cut off are those of the log.
  func checkHistoryEnd() throws(ProcessFailure) {
    let end = Int(trailer.history)
    guard !trailer.hasOldHistory, let size = FileStatus(path.history)?.size, size > end,
      let file = try openHistory(O_RDONLY)
    else { return }
    let pending = try newLines(onlyFirst: true)
    guard let found = OpenFile.read(file.descriptor, pending.count + 1, at: end) else {
      throw Self.failure(path.history, errno, EX_IOERR)
    }
    let same = zip(found, pending).prefix { $0 == $1 }.count
    // A power cut leaves zeroes where something was not written yet.
    if same == min(found.count, pending.count) && same > 0 || found[same] == 0 { return }
    let place = end == 0 ? "" : "from byte \(end) on "
    throw ProcessFailure(
      message:
        "\(path.history) has \(place)what this machine has not written, and its lines go there: "
        + (end == 0 ? "move the file away" : "copy that away, and truncate -s \(end) the file"),
      exitCode: EX_CANTCREAT)
  }

  /// Every line since the boot line that changed the machine.
  func history() throws(ProcessFailure) -> [UInt8] {
    try keptHistory() + newLines()
  }

  /// The lines of the commits that the image itself does not contain, or of the first of them.
  private func newLines(onlyFirst: Bool = false) throws(ProcessFailure) -> [UInt8] {
    do throws(CommitLog.Defect) {
      return try log.lines(after: trailer.sequence, onlyFirst: onlyFirst)
    } catch {
      throw Self.failure(path.log, error)
    }
  }

  /// Bytes of the history that are read at a time.
  private static let part = 1 << 20

  /// The lines of the commits that the image itself contains.
  private func keptHistory() throws(ProcessFailure) -> [UInt8] {
    guard trailer.history > 0 else { return [] }
    guard let file = try openHistory(O_RDONLY), let status = FileStatus(file.descriptor) else {
      throw Self.failure(path.history, ENOENT, EX_NOINPUT)
    }
    guard status.size >= Int(trailer.history) else {
      throw Self.corrupt(
        path.history, "it is \(status.size) bytes long, not \(trailer.history): it is cut off")
    }
    var text: [UInt8] = []
    while text.count < Int(trailer.history) {
      let count = min(Self.part, Int(trailer.history) - text.count)
      guard let bytes = OpenFile.read(file.descriptor, count, at: text.count) else {
        throw Self.failure(path.history, errno, EX_IOERR)
      }
      guard bytes.count == count else { throw Self.corrupt(path.history, "it is cut off") }
      if let zero = bytes.firstIndex(of: 0) {
        throw Self.corrupt(path.history, "byte \(text.count + zero) of it is 0, which no line has")
      }
      text += bytes
    }
    return text
  }

  // MARK: Going back

  /// Takes the last commit of the log away that has changed anything but the clock and TLBs, with those
  /// that follow it, and returns its lines. Not while a checkpoint that was cut off may have brought it home
  /// already.
  func undo() throws(ProcessFailure) -> [UInt8] {
    guard let last = try lastChange(), trailer.goal == 0 else {
      throw ProcessFailure(
        message:
          "nothing to take back: there is no commit since the last checkpoint (made every 64 frames or 512 KiB, and by `run --image`)",
        exitCode: 1)
    }
    let lines = last.commit.commands
    // Nor may it stand in a history that a checkpoint was writing.
    if !trailer.hasOldHistory, let file = try openHistory(O_WRONLY),
      let size = FileStatus(file.descriptor)?.size, size > Int(trailer.history)
    {
      guard ftruncate(file.descriptor, off_t(trailer.history)) == 0 else {
        throw Self.failure(path.history, errno, EX_IOERR)
      }
    }
    if last.start == 0, trailer.isLogged {
      // An empty log is right from here on.
      trailer.isLogged = false
      try write(trailer)
    }
    do throws(CommitLog.Defect) {
      try log.drop(last.commit, at: last.start)
    } catch {
      throw Self.failure(path.log, error)
    }
    return lines
  }

  private func lastChange() throws(ProcessFailure) -> (commit: CommitRecord, start: Int)? {
    do throws(CommitLog.Defect) {
      return try log.lastChange(after: trailer.sequence) {
        OpenFile.read(descriptor, CommitRecord.block, at: Int($0) * CommitRecord.block)
      }
    } catch {
      throw Self.failure(path.log, error)
    }
  }
}
