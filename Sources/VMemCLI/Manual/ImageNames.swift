internal import Glibc
internal import VMemViews

/// Paths that lead to images, for completion: those of images, and folders on the way to others.
enum ImageNames {
  /// The paths that begin with what was typed, sorted.
  static func beginning(with typed: String) -> [String] {
    let slash = typed.lastIndex(of: "/")
    let folder = slash.map { String(typed[...$0]) } ?? ""
    let start = slash.map { typed[typed.index(after: $0)...] } ?? typed[...]
    return entries(folder.isEmpty ? "." : folder).filter {
      $0.hasPrefix(start) && ($0.first != "." || start.first == ".")
    }
    .compactMap { name in
      let path = folder + name
      if isFolder(path) { return path + "/" }
      return MachineFile.isImage(path) ? path : nil
    }
    .sorted()
  }

  private static func entries(_ folder: String) -> [String] {
    // Safe: the path is a string, and entries are read before the next call.
    guard let folder = unsafe opendir(folder.hostPath) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe String(hostBytes: Array($0.prefix { $0 != 0 }))
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path.hostPath, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
