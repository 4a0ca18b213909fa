internal import CHost
internal import Glibc
internal import VMem
internal import VMemViews

extension ImageFile {
  /// What a new image has beside its machine.
  struct Origin {
    /// The line that booted the machine.
    var boot: [UInt8] = []
    /// The lines that have run since.
    var history: [UInt8] = []
    /// Whether all paths of the host in the machine were given on this host.
    var isOwn = true
  }

  /// Writes a machine into a new image, which is there whole or not at all. An image that is there
  /// already is only replaced when `old` is it.
  static func create(
    _ path: ImagePath, _ machine: borrowing Machine, _ origin: Origin, replacing old: ImageFile?
  ) throws(ProcessFailure) {
    guard origin.boot.count <= ImageTrailer.maximumText else {
      throw ProcessFailure(
        message: "a `boot` of \(origin.boot.count) bytes; the most is \(ImageTrailer.maximumText)",
        exitCode: EX_DATAERR)
    }
    if old == nil { try checkIsFree(path) }
    PendingFile.sweep(path)
    var image = PendingFile(for: path.image)
    guard image.descriptor >= 0 else {
      throw notMade(path.image, errno)
    }
    if let old, let status = FileStatus(old.descriptor) {
      fchmod(image.descriptor, status.permissions)
    }
    let keepsHistory = old != nil && origin.history.isEmpty
    if let number = write(machine, origin, keepsHistory, to: image.descriptor) {
      throw failure(path.image, number, EX_IOERR)
    }
    // A log of the old machine must not come back; until now it was not needed any more.
    if let number = old?.log.erase() { throw failure(path.log, number, EX_IOERR) }
    try keep(origin.history, path, replaces: old != nil)
    if let number = image.publish(replacing: old != nil) {
      if old == nil, !origin.history.isEmpty { unsafe unlink(path.history.hostPath) }
      throw number == EEXIST ? exists(path) : failure(path.image, number, EX_CANTCREAT)
    }
    syncFolder(of: path)
  }

  /// Refuses a place that an image is in, or what another one has left.
  private static func checkIsFree(_ path: ImagePath) throws(ProcessFailure) {
    if FileStatus(path.image, followsLinks: false) != nil { throw exists(path) }
    if let image = MachineFile.image(whoseNameHas: path) {
      throw ProcessFailure(
        message: "\(path.image) belongs to the machine in \(image): name another file",
        exitCode: EX_CANTCREAT)
    }
    try checkHistory(path)
    if let status = FileStatus(path.history), status.size > 0 {
      throw ProcessFailure(
        message:
          "\(path.history) has the lines of a machine whose image is gone: move it to where that is, "
          + "or remove it",
        exitCode: EX_CANTCREAT)
    }
    try checkLogIsFree(path)
  }

  private static func checkLogIsFree(_ path: ImagePath) throws(ProcessFailure) {
    let log = OpenFile(path.log, O_RDONLY)
    guard log.descriptor >= 0 else {
      if errno == ENOENT { return }
      throw refused(path.log, errno)
    }
    guard let status = FileStatus(log.descriptor), status.isRegular else {
      throw refused(path.log, EINVAL)
    }
    guard status.size > 0 else { return }
    let first = OpenFile.read(log.descriptor, CommitRecord.sector, at: 0) ?? []
    guard unsafe first.withUnsafeBytes({ unsafe CommitLog.begins($0) }) else {
      throw notAnImage(path.log, "is in the place of the image's log and is none; move it away")
    }
    throw ProcessFailure(
      message:
        "\(path.log) has commits of a machine whose image is gone: move it to where that is, "
        + "or remove it",
      exitCode: EX_CANTCREAT)
  }

  /// Writes all of an image. Returns the host's error number, or nil.
  private static func write(
    _ machine: borrowing Machine, _ origin: Origin, _ keepsHistory: Bool, to descriptor: Int32
  ) -> Int32? {
    var trailer = ImageTrailer()
    trailer.memory = machine.configuration.memory
    // Any number that no other machine of this name has had: a log it left behind is not ours.
    trailer.generation = UInt32.random(in: 1 ... .max)
    trailer.boot = origin.boot
    trailer.history = UInt64(origin.history.count)
    trailer.hasOldHistory = keepsHistory
    trailer.birth = origin.isOwn ? chost_birth(descriptor) : 0
    var sums: [(UInt32, UInt32)] = []
    unsafe machine.forEachUsedFrame { frame, bytes in
      if frame == 0 {
        unsafe trailer.superblock = ImageTrailer.checksum(
          [UInt8](UnsafeRawBufferPointer(bytes))[...])
      }
      sums.append((frame, FrameChecksums.sum(machine.ram, frame)))
    }
    if let failure = write(runs(sums.map(\.0)), of: machine.ram, to: descriptor) { return failure }
    if let number = FrameChecksums.write(sums, to: descriptor, memory: trailer.memory) {
      return number
    }
    let end = Int(FrameChecksums.end(trailer.memory))
    return OpenFile.write(descriptor, trailer.bytes, at: end)
      ?? (fdatasync(descriptor) == 0 ? nil : errno)
  }

  /// Writes the lines that made a new image's machine, before the image is there.
  private static func keep(
    _ history: [UInt8], _ path: ImagePath, replaces: Bool
  ) throws(ProcessFailure) {
    if history.isEmpty { return }
    var file = PendingFile(for: path.history)
    guard file.descriptor >= 0 else { throw notMade(path.history, errno) }
    if let number = OpenFile.write(file.descriptor, history, at: 0) {
      throw failure(path.history, number, EX_IOERR)
    }
    guard fdatasync(file.descriptor) == 0 else {
      throw failure(path.history, errno, EX_IOERR)
    }
    if let number = file.publish(replacing: replaces) {
      throw failure(path.history, number, EX_CANTCREAT)
    }
  }

  static func exists(_ path: ImagePath) -> ProcessFailure {
    ProcessFailure(
      message:
        "\(path.image) holds a machine already; boot --force makes another, as do quiz and "
        + "import_vmallocinfo",
      exitCode: EX_CANTCREAT, isTaken: true)
  }
}
