internal import CHost
internal import Glibc
internal import VMemViews

/// A file that is written before anybody can find it: it gets its name when it is whole.
struct PendingFile: ~Copyable {
  private let file: OpenFile
  private let path: String
  /// A name nobody can guess, where the file system cannot do without.
  private var temporary: String?

  var descriptor: Int32 { file.descriptor }

  /// Makes a file beside `path`; the descriptor is negative, and `errno` says why, when the host refuses.
  init(for path: String) {
    self.path = path
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    // Safe: the path is a string.
    let nameless = OpenFile(adopting: unsafe chost_open_nameless(folder.hostPath))
    guard nameless.descriptor < 0 else {
      file = nameless
      return
    }
    let name = Self.newName(path)
    file = OpenFile(name, O_RDWR | O_CREAT | O_EXCL)
    // A lock tells it from what a killed process has left behind.
    if file.descriptor >= 0, chost_lock(file.descriptor, 1, 0) == 0 { temporary = name }
  }

  deinit { if let temporary { unsafe unlink(temporary.hostPath) } }

  /// Gives the file its name, which is new unless it `replaces` another. Returns the host's error
  /// number, or nil.
  mutating func publish(replacing replaces: Bool) -> Int32? {
    if temporary == nil {
      guard replaces else { return unsafe chost_name(descriptor, path.hostPath) == 0 ? nil : errno }
      let name = Self.newName(path)
      _ = chost_lock(descriptor, 1, 0)
      guard unsafe chost_name(descriptor, name.hostPath) == 0 else { return errno }
      temporary = name
    }
    guard let name = temporary else { return EIO }
    // Safe: both are strings.
    let isDone =
      unsafe (replaces
      ? rename(name.hostPath, path.hostPath) : chost_rename_new(name.hostPath, path.hostPath)) == 0
    guard isDone else { return errno }
    temporary = nil
    return nil
  }

  // MARK: Names

  private static let ending = ".new"
  private static let digits = 16

  private static func newName(_ path: String) -> String {
    let number = String(UInt64.random(in: .min ... .max), radix: 16)
    return path + "." + String(repeating: "0", count: digits - number.count) + number + ending
  }

  /// Removes what killed processes have left behind beside an image.
  static func sweep(_ path: ImagePath) {
    // Safe: the path is a string, and entries are read before the next call.
    guard let folder = unsafe opendir(path.folder.hostPath) else { return }
    defer { unsafe closedir(folder) }
    let prefixes = [path.name + ".", path.name + "-history."]
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe String(hostBytes: Array($0.prefix { $0 != 0 }))
      }
      guard name.hasSuffix(ending),
        let prefix = prefixes.first(where: { name.hasPrefix($0) }),
        name.utf8.count == prefix.utf8.count + digits + ending.utf8.count,
        name.dropFirst(prefix.count).dropLast(ending.count).allSatisfy(\.isHexDigit)
      else { continue }
      let place = path.folder == "." ? name : path.folder + name
      let file = OpenFile(place, O_RDWR)
      guard file.descriptor >= 0, FileStatus(file.descriptor)?.isRegular == true,
        chost_lock(file.descriptor, 1, 0) == 0
      else { continue }
      unsafe unlink(place.hostPath)
    }
  }
}
