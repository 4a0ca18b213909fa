internal import Glibc

/// A folder of images that this program works on in processes of its own.
struct ImageFolder {
  private let path: String

  init() throws(BenchmarkFailure) {
    var name = Array("/tmp/vmemctl-bench-XXXXXX".utf8CString)
    // Safe: the template is a string of our own.
    guard unsafe mkdtemp(&name) != nil else { throw .cannotCreate("/tmp", errno: errno) }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes it with all that is in it.
  func remove() { try? ChildProcess.run(["rm", "-rf", path]) }

  /// The path of a file in it.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The words of this program at work on an image.
  static func vmemctl(_ image: String) -> [String] { ["/proc/self/exe", "--image", image] }

  /// Carries out a line on an image.
  static func run(_ image: String, _ words: [String]) throws(BenchmarkFailure) {
    try ChildProcess.run(vmemctl(image) + words, isQuiet: true)
  }

  /// Throws unless an image has so many areas.
  static func check(_ image: String, areas: Int) throws(BenchmarkFailure) {
    do throws(BenchmarkFailure) {
      try run(image, ["assert", "areas.busy", "eq", "\(areas)"])
    } catch {
      throw .wrong("\(image) does not have \(areas) areas")
    }
  }
}
