internal import Glibc

/// Files that hold a machine, or a part of one, and that no dump replaces by mistake.
enum MachineFile {
  /// Whether a file is an image, the log of one or its history, as what it holds and its name say.
  static func isOne(_ path: ImagePath) -> Bool {
    if isImage(path.image) { return true }
    let file = OpenFile(path.image, O_RDONLY)
    let first = OpenFile.read(file.descriptor, 8, at: 0) ?? []
    if first.count == 8, word(first) == CommitRecord.magic { return true }
    return image(whoseNameHas: path) != nil
  }

  /// The image whose log or history a file of this name would be.
  static func image(whoseNameHas path: ImagePath) -> String? {
    for ending in ["-wal", "-history"] where path.image.hasSuffix(ending) {
      let image = String(path.image.dropLast(ending.count))
      if isImage(image) { return image }
    }
    return nil
  }

  /// Whether a file is an image. A dump of RAM begins as an image does; only an image ends as one.
  static func isImage(_ path: String) -> Bool {
    let file = OpenFile(path, O_RDONLY)
    guard let status = FileStatus(file.descriptor), status.isRegular,
      status.size >= ImageTrailer.size
    else { return false }
    let last = OpenFile.read(file.descriptor, 8, at: status.size - ImageTrailer.size) ?? []
    return last.count == 8 && word(last) == ImageTrailer.magic
  }

  private static func word(_ bytes: [UInt8]) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
  }
}
