internal import Glibc
internal import VMemViews

/// Where an image is, and the files beside it.
///
/// A symbolic link is followed before their names are derived: otherwise one machine would have a log
/// by each of its names.
struct ImagePath {
  let image: String

  var log: String { image + "-wal" }
  var history: String { image + "-history" }
  /// The folder that all of them are in.
  var folder: String {
    image.lastIndex(of: "/").map { String(image[...$0]) } ?? "."
  }
  /// The image's name in that folder.
  var name: String {
    String(image[(image.lastIndex(of: "/").map(image.index(after:)) ?? image.startIndex)...])
  }

  /// Links that a path may lead through, as the kernel has it.
  private static let maximumLinks = 40

  init(_ path: String) {
    var path = path
    for _ in 0..<Self.maximumLinks {
      guard let target = Self.target(of: path) else { break }
      let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
      path = target.hasPrefix("/") ? target : folder + target
    }
    image = path
  }

  /// Where a symbolic link leads, or nil for anything else.
  private static func target(of path: String) -> String? {
    // Safe: there is room for the longest path, and a byte 0 behind it.
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) { buffer in
      let count = unsafe path.withHostPath {
        unsafe readlink($0, buffer.baseAddress!, Int(PATH_MAX))
      }
      guard count > 0 else { return nil }
      unsafe buffer[count] = 0
      return unsafe String(hostWord: buffer.baseAddress!)
    }
  }
}
