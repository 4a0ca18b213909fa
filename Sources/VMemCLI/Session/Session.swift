internal import Glibc
internal import VMem
internal import VMemScript

/// A machine that lives in an image: what runs on it is committed before its results are printed.
final class Session: Committer, Images {
  /// Frames and bytes of the log from which on the next process would notice reading it.
  private static let shortLog = (frames: 64, bytes: 512 << 10)
  /// Bytes of the log from which on a process that goes on empties it, and frames that were compared with
  /// it: a frame is compared at each commit after the one that changed it first.
  private static let longLog = (bytes: 64 << 20, compared: 100_000)
  /// Commits for which frames that were only read stay mapped.
  private static let commitsWithFrames = 256

  private let options: LineOptions
  private let path: ImagePath
  private var image: ImageFile?
  private var ram: RAM?
  /// Other images that machines of this process are mappings of.
  private var others: [ImageFile] = []
  /// Files of the host that were opened by a line of this process, by the addresses of their inodes.
  private var openedFiles: Set<UInt64> = []
  /// Whether the host has failed: then nothing is written any more.
  private var hasFailed = false
  /// Whether the history cannot be written: then commits stay in the log.
  private var lacksHistory = false
  /// Whether commits were taken back that the log is still read with.
  private var hasUndone = false
  /// Frames that were compared with the log since it was emptied.
  private var compared = 0
  private var commits = 0

  init(_ options: LineOptions, path: String) {
    self.options = options
    self.path = ImagePath(path)
  }

  private func access(isWriter: Bool) -> ImageFile.Access {
    ImageFile.Access(isWriter: isWriter, waits: options.waits)
  }

  /// Whether there is a file at the image's place.
  var exists: Bool { FileStatus(path.image) != nil || errno != ENOENT }

  /// Why a reader gets nothing of an image that was named.
  var missing: ProcessFailure {
    ProcessFailure(
      message: "\(path.image): \(systemMessage(ENOENT)): "
        + "`boot` makes a machine there, and so does the first line that changes one",
      exitCode: EX_NOINPUT)
  }

  /// The machine in the image. Where there is no image, a writer makes one with default settings,
  /// unless the machine is to be booted; then, and for readers, the machine is a fresh one.
  func open(isWriter: Bool, boots: Bool) throws(ProcessFailure) -> Machine {
    let access = self.access(isWriter: isWriter)
    image = try ImageFile(path, access)
    if image == nil, isWriter, !boots {
      do throws(ProcessFailure) {
        let fresh = try Machine.booted()
        let size = fresh.configuration.memory >> 30
        try ImageFile.create(path, fresh, ImageFile.Origin(), replacing: nil)
        Streams.complain("booted a machine of \(size) GiB in \(path.image)", options.colour)
      } catch {
        // Another process was faster.
        if !error.isTaken { throw error }
      }
      image = try ImageFile(path, access)
    }
    guard let image else { return try Machine.booted() }
    return try attach(image)
  }

  private func attach(_ image: ImageFile) throws(ProcessFailure) -> Machine {
    if let note = Self.note(image) {
      Streams.complain("\(path.log): note: \(note)", options.colour)
    }
    let machine = try image.machine()
    ram = machine.ram
    return machine
  }

  /// What is to be said of the commits that a log should have and does not.
  private static func note(_ image: ImageFile) -> String? {
    switch image.log.rest {
    case .torn: return "the last commit was cut short and is left out"
    case .damaged:
      return
        "commit \(image.log.sequence + 1), the last one, is damaged and is left out: it is not "
        + "what was written"
    case .nothing where image.log.end == 0 && image.trailer.isLogged:
      return
        "the commits after number \(image.trailer.sequence) are missing: the log was deleted or "
        + "emptied, or the power failed before it was on the disk"
    default: return nil
    }
  }

  // MARK: Committer

  func commit(_ lines: [UInt8]) -> Bool {
    guard !lines.isEmpty, let image, let ram else { return true }
    if hasFailed { return false }
    if hasUndone {
      return report(
        ProcessFailure(
          message: "\(path.image): what runs behind `undo` in one process is not kept: the machine "
            + "in memory still has what was taken back",
          exitCode: EX_IOERR))
    }
    var frames = ChangedFrames(of: ram)
    do throws(ProcessFailure) {
      try image.commit(&frames, ram, commands: lines, sync: options.isDurable)
    } catch {
      return report(error)
    }
    commits &+= 1
    if commits % Self.commitsWithFrames == 0 { frames.forgetOthers(of: ram) }
    compared += frames.count
    let isLong = image.log.end >= Self.longLog.bytes || compared >= Self.longLog.compared
    return !isLong || checkpoint(image, ram)
  }

  /// Brings the log home. Returns false when the host fails; without a history that can be written,
  /// everything stays in the log.
  private func checkpoint(_ image: ImageFile, _ ram: RAM) -> Bool {
    if lacksHistory { return true }
    let history: UInt64
    do throws(ProcessFailure) {
      history = try image.extendHistory()
    } catch {
      if error.exitCode == 4 { return report(error) }
      lacksHistory = true
      Streams.complain(
        "\(error.message); all commits are made, and stay in \(path.log) until the history can be "
          + "written", options.colour)
      return true
    }
    do throws(ProcessFailure) {
      try image.checkpoint(ram, history: history)
      compared = 0
      return true
    } catch {
      return report(error)
    }
  }

  func boot(_ machine: consuming Machine, _ text: ArraySlice<UInt8>) throws(CommitFailure)
    -> Machine
  {
    do throws(ProcessFailure) {
      if let image, let ram {
        guard options.isForced else { throw ImageFile.exists(path) }
        // Until the new one stands in its place, the old machine is all that there is.
        try image.checkpoint(ram, history: try image.extendHistory())
      }
      let origin = ImageFile.Origin(boot: Array(text))
      try ImageFile.create(path, machine, origin, replacing: image)
      image = nil
      image = try ImageFile(path, access(isWriter: true))
      guard let image else { throw ImageFile.failure(path.image, ENOENT, EX_CANTCREAT) }
      return try attach(image)
    } catch {
      throw Self.failure(error)
    }
  }

  private func report(_ failure: ProcessFailure) -> Bool {
    hasFailed = true
    Streams.complain(failure.message, options.colour)
    return false
  }

  // MARK: Images

  func isOwn(_ path: String) -> Bool {
    if let status = FileStatus(path) { return isOwn(status.identity) }
    // A file that is not there yet may be going to be the log or the history.
    let (other, folder) = (ImagePath(path), FileStatus(self.path.folder)?.identity)
    return folder != nil && FileStatus(other.folder)?.identity == folder
      && [self.path.name, self.path.name + "-wal", self.path.name + "-history"]
        .contains(other.name)
  }

  func isOwn(_ descriptor: Int32) -> Bool {
    FileStatus(descriptor).map { isOwn($0.identity) } ?? false
  }

  private func isOwn(_ identity: FileStatus.Identity) -> Bool {
    if let image { return image.isOwn(identity) }
    return [path.image, path.log, path.history].contains {
      FileStatus($0)?.identity == identity
    }
  }

  var mayReplace: Bool { options.isForced }

  func belongsToAMachine(_ path: String) -> Bool { MachineFile.isOne(ImagePath(path)) }

  func took(_ file: UInt64) { openedFiles.insert(file) }

  func isTrusted(_ file: UInt64) -> Bool {
    guard let image else { return true }
    return image.isFromHere || openedFiles.contains(file)
  }

  func snapshot(_ machine: borrowing Machine, to path: String) throws(CommitFailure) {
    let target = ImagePath(path)
    do throws(ProcessFailure) {
      var origin = ImageFile.Origin(boot: Replay.unknown)
      if let image {
        origin.boot = image.trailer.boot
        origin.history = try image.history()
        origin.isOwn = image.isFromHere
      }
      try ImageFile.create(target, machine, origin, replacing: try replaced(target))
    } catch {
      guard !error.isTaken else {
        throw CommitFailure(
          message: "\(path) is there already: remove it first, or say --force", exit: .cannotCreate)
      }
      throw Self.failure(error)
    }
  }

  /// The image that a snapshot takes the place of, with all commits brought home.
  private func replaced(_ path: ImagePath) throws(ProcessFailure) -> ImageFile? {
    guard options.isForced, FileStatus(path.image, followsLinks: false) != nil else { return nil }
    let access = self.access(isWriter: true)
    guard let old = try ImageFile(path, access) else { return nil }
    let machine = try old.machine()
    try old.checkpoint(machine.ram, history: try old.extendHistory())
    return old
  }

  func open(_ path: String) throws(CommitFailure) -> Machine {
    do throws(ProcessFailure) {
      // The session's own machine is what was committed; its lock would keep this process waiting.
      if let image, image.isFile(path) {
        return try image.machine()
      }
      let access = self.access(isWriter: false)
      guard let other = try ImageFile(ImagePath(path), access) else {
        throw ImageFile.failure(path, ENOENT, EX_NOINPUT)
      }
      let machine = try other.machine()
      others.append(other)
      return machine
    } catch {
      throw Self.failure(error)
    }
  }

  func forEachDamagedFrame(_ body: (UInt32, UInt32, UInt32) -> Void) {
    image?.forEachDamagedFrame(body)
  }

  func history() throws(CommitFailure) -> [UInt8] {
    do throws(ProcessFailure) {
      let image = try kept()
      let boot = image.trailer.boot + (image.trailer.boot.isEmpty ? [] : [UInt8(ascii: "\n")])
      return Replay.script(boot + (try image.history()))
    } catch {
      throw Self.failure(error)
    }
  }

  func undo() throws(CommitFailure) -> [UInt8] {
    do throws(ProcessFailure) {
      let image = try kept()
      hasUndone = true
      return Replay.readable(try image.undo())
    } catch {
      // Where there is nothing to take back, nothing has been.
      if error.exitCode == 1 { hasUndone = false }
      throw Self.failure(error)
    }
  }

  private func kept() throws(ProcessFailure) -> ImageFile {
    guard let image else {
      throw ProcessFailure(message: "\(path.image): there is no image", exitCode: EX_NOINPUT)
    }
    return image
  }

  private static func failure(_ error: ProcessFailure) -> CommitFailure {
    CommitFailure(message: error.message, exit: ExitCode(rawValue: error.exitCode) ?? .inputOutput)
  }

  // MARK: Leaving

  /// Brings a long log home. `wasLong` says whether the process was more than one command.
  func leave(after code: ExitCode, wasLong: Bool) -> ExitCode {
    guard let image, let ram, image.isWritable, !hasFailed, !hasUndone, code != .corrupt,
      code != .interrupted
    else { return code }
    let isLong =
      image.log.newest.count > Self.shortLog.frames || image.log.end > Self.shortLog.bytes
    guard wasLong || isLong else { return code }
    PendingFile.sweep(path)
    return checkpoint(image, ram) ? code : code.combined(with: .inputOutput)
  }
}
