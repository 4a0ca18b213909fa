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
    var isLink = false
    // Safe: the buffer has room for the longest path.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, used in
      let count = unsafe buffer.withMemoryRebound(to: CChar.self) {
        unsafe readlink(path.hostPath, $0.baseAddress!, $0.count)
      }
      isLink = count > 0
      used = max(0, count)
    }
    return isLink ? String(hostBytes: bytes) : nil
  }
}
