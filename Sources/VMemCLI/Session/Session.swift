internal import Glibc
internal import VMem
internal import VMemScript

/// A machine that lives in an image: what runs on it is committed before its results are printed.
final class Session: Committer, Images {
  /// Frames and bytes of the log from which on the next process would notice reading it.
  private static let shortLog = (frames: 64, bytes: 1 << 20)
  /// Bytes of the log from which on a process that goes on empties it.
  private static let longLog = 64 << 20

  private let options: LineOptions
  private let path: String
  private var image: ImageFile?
  private var ram: RAM?
  /// Lines that ran since the last commit.
  private var lines: [UInt8] = []
  /// Other images that machines of this process are mappings of.
  private var others: [ImageFile] = []
  /// Whether the host has failed: then nothing is written any more.
  private var hasFailed = false

  init(_ options: LineOptions, path: String) {
    self.options = options
    self.path = path
  }

  /// Whether there is a file at the image's place.
  var exists: Bool { unsafe access(path, F_OK) == 0 }

  /// The machine in the image. Where there is no image, a writer makes one with default settings,
  /// unless the machine is to be booted; then, and for readers, the machine is a fresh one.
  func open(isWriter: Bool, boots: Bool) throws(ProcessFailure) -> Machine {
    let access = ImageFile.Access(isWriter: isWriter, waits: options.waits)
    image = try ImageFile(path, access)
    if image == nil, isWriter, !boots {
      do throws(ProcessFailure) {
        let fresh = try Machine.booted()
        let size = fresh.configuration.memory >> 30
        try ImageFile.create(path, fresh, boot: [], replacing: nil)
        Streams.complain("booted a machine of \(size) GiB in \(path)", options.colour)
      } catch {
        // Another process was faster.
        if error.message != ImageFile.exists(path).message { throw error }
      }
      image = try ImageFile(path, access)
    }
    guard let image else { return try Machine.booted() }
    return try attach(image)
  }

  private func attach(_ image: ImageFile) throws(ProcessFailure) -> Machine {
    if image.log.isTorn {
      Streams.complain(
        "\(path): note: the last commit was cut short and is left out", options.colour)
    }
    let machine = try image.machine()
    ram = machine.ram
    return machine
  }

  // MARK: Committer

  func ran(_ text: [UInt8]) {
    lines += Replay.line(text)
  }

  func failed() { lines += Replay.failure }

  func commit() -> Bool {
    guard !lines.isEmpty, let image, let ram else { return true }
    guard !hasFailed else { return false }
    var frames: [UInt32] = []
    ram.forEachChangedFrame { if !image.log.contains($0, ram) { frames.append($0) } }
    let failure = image.log.append(frames, ram, commands: lines, sync: options.isDurable)
    guard report(failure) else { return false }
    lines.removeAll(keepingCapacity: true)
    return image.log.end < Self.longLog || report(image.checkpoint(ram))
  }

  func boot(_ machine: consuming Machine, _ text: [UInt8]) throws(CommitFailure) -> Machine {
    do throws(ProcessFailure) {
      if let image, let ram {
        guard options.isForced else { throw ImageFile.exists(path) }
        // Until the new one stands in its place, the old machine is all that there is.
        if let number = image.checkpoint(ram) { throw ImageFile.failure(path, number, EX_IOERR) }
      }
      try ImageFile.create(path, machine, boot: text, replacing: image)
      image = nil
      image = try ImageFile(path, ImageFile.Access(isWriter: true, waits: options.waits))
      guard let image else { throw ImageFile.failure(path, ENOENT, EX_CANTCREAT) }
      return try attach(image)
    } catch {
      throw Self.failure(error)
    }
  }

  private func report(_ failure: Int32?) -> Bool {
    guard let failure else { return true }
    hasFailed = true
    Streams.complain("\(path): \(Streams.text(ofErrno: failure))", options.colour)
    return false
  }

  // MARK: Images

  func isOwn(_ path: String) -> Bool {
    ["", "-wal", "-history"].contains { ImageFile.isSame(path, self.path + $0) }
  }

  func snapshot(_ machine: borrowing Machine, to path: String) throws(CommitFailure) {
    do throws(ProcessFailure) {
      let boot = image?.trailer.boot ?? Replay.unknown
      let history = try image?.history() ?? []
      try ImageFile.create(
        path, machine, boot: boot, history: history + (image == nil ? [] : lines), replacing: nil)
    } catch {
      guard error.message != ImageFile.exists(path).message else {
        throw CommitFailure(
          message: "\(path) is there already, and a snapshot replaces nothing: remove it first",
          exit: .cannotCreate)
      }
      throw Self.failure(error)
    }
  }

  func open(_ path: String) throws(CommitFailure) -> Machine {
    do throws(ProcessFailure) {
      // Opening the file of the session once more would end its lock; it has what was committed.
      if let image, image.isFile(path) {
        guard commit() else { throw ImageFile.failure(path, EIO, EX_IOERR) }
        return try image.machine()
      }
      let access = ImageFile.Access(isWriter: false, waits: options.waits)
      guard let other = try ImageFile(path, access) else {
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
      return Replay.script(boot + (try image.history()) + lines)
    } catch {
      throw Self.failure(error)
    }
  }

  func undo() throws(CommitFailure) -> [UInt8] {
    do throws(ProcessFailure) {
      return try kept().undo()
    } catch {
      throw Self.failure(error)
    }
  }

  private func kept() throws(ProcessFailure) -> ImageFile {
    guard let image else {
      throw ProcessFailure(message: "\(path): there is no image", exitCode: EX_NOINPUT)
    }
    return image
  }

  private static func failure(_ error: ProcessFailure) -> CommitFailure {
    CommitFailure(message: error.message, exit: ExitCode(rawValue: error.exitCode) ?? .inputOutput)
  }

  // MARK: Leaving

  /// Brings a long log home. `wasLong` says whether the process was more than one command.
  func leave(after code: ExitCode, wasLong: Bool) -> ExitCode {
    guard let image, let ram, image.isWritable, !hasFailed, code != .corrupt,
      code != .interrupted
    else { return code }
    let isLong =
      image.log.newest.count > Self.shortLog.frames || image.log.end > Self.shortLog.bytes
    guard wasLong || isLong else { return code }
    return report(image.checkpoint(ram)) ? code : code.combined(with: .inputOutput)
  }
}
