internal import Glibc
internal import VMem

extension ImageFile {
  /// Writes a machine into a new image, which is there whole or not at all. An image that is there
  /// already is only replaced when `old` is it.
  static func create(
    _ path: String, _ machine: borrowing Machine, boot: [UInt8], history: [UInt8] = [],
    replacing old: ImageFile?
  ) throws(ProcessFailure) {
    var trailer = ImageTrailer()
    trailer.memory = machine.configuration.memory
    // Any number that no other machine of this name has had: a log it left behind is not ours.
    trailer.generation = UInt32.random(in: 1 ... .max)
    guard boot.count <= ImageTrailer.maximumText else {
      throw ProcessFailure(
        message: "a `boot` of \(boot.count) bytes; the most is \(ImageTrailer.maximumText)",
        exitCode: EX_DATAERR)
    }
    trailer.boot = boot
    trailer.history = UInt64(history.count)
    let temporary = "\(path).\(getpid()).new"
    let file = OpenFile(temporary, O_RDWR | O_CREAT | O_TRUNC)
    let descriptor = file.descriptor
    guard descriptor >= 0 else { throw failure(path, errno, EX_CANTCREAT) }
    var sums: [(UInt32, UInt32)] = []
    var number: Int32 = 0
    unsafe machine.forEachUsedFrame { frame, bytes in
      if frame == 0 {
        unsafe trailer.superblock = ImageTrailer.checksum(
          [UInt8](UnsafeRawBufferPointer(bytes))[...])
      }
      sums.append((frame, FrameChecksums.sum(machine.ram, frame)))
      // Safe: a frame has 4096 bytes.
      if number == 0,
        unsafe pwrite(descriptor, bytes.baseAddress!, 4096, Int(frame) << 12) != 4096
      {
        number = errno
      }
    }
    let end = Int(FrameChecksums.end(trailer.memory))
    if number == 0,
      !FrameChecksums.write(sums, to: descriptor, memory: trailer.memory)
        || !write(descriptor, trailer.bytes, at: end)
    {
      number = errno
    }
    if number == 0, fdatasync(descriptor) != 0 { number = errno }
    if number == 0 {
      // Safe: both are strings.
      let isDone =
        old != nil ? unsafe rename(temporary, path) == 0 : unsafe link(temporary, path) == 0
      number = isDone ? 0 : errno
      syncFolder(of: path)
      if old != nil && isDone { return }
    }
    unsafe unlink(temporary)
    if number == 0 { return try keep(history, path) }
    if number == EEXIST { throw exists(path) }
    throw failure(path, number, EX_CANTCREAT)
  }

  /// Writes the lines that made a new image's machine.
  private static func keep(_ history: [UInt8], _ path: String) throws(ProcessFailure) {
    if history.isEmpty { return }
    let name = path + "-history"
    let descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(name, errno, EX_CANTCREAT) }
    defer { close(descriptor) }
    guard write(descriptor, history, at: 0), fdatasync(descriptor) == 0 else {
      throw failure(name, errno, EX_IOERR)
    }
  }

  static func exists(_ path: String) -> ProcessFailure {
    ProcessFailure(
      message: "\(path) holds a machine already; boot --force makes another",
      exitCode: EX_CANTCREAT)
  }
}
