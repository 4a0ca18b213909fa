internal import Glibc
internal import VMemViews

/// Work on the history of an image, in processes of their own: neither the lines that are kept nor the
/// commits that are taken back may be dearer for the lines before them.
enum HistoryWork: String, CaseIterable {
  /// The lines of a script, kept and listed.
  case history
  /// A command and its undo, on an image with so many lines.
  case undo

  /// Most areas, one for each line, that an image's machine of default size has room for.
  static let most = 1_000_000
  /// Commands of a round, each of which is taken back.
  private static let commands = 16
  private static let line = "get_vm_area 16K\n"

  /// Durations of all of it; of `undo`, as if there were a command for each line.
  func time(_ count: Int, rounds: Int) throws(BenchmarkFailure) -> Timings {
    let folder = try ImageFolder()
    defer { folder.remove() }
    let scripts = (all: folder.file("all"), one: folder.file("one"))
    try Self.write(scripts.all, lines: count)
    switch self {
    case .history:
      try Self.write(scripts.one, lines: 1)
      // Starting programs and booting is no line's cost.
      var one_ns = UInt64.max
      for _ in 0..<5 { one_ns = min(one_ns, try Self.keep_ns(folder, scripts.one, 1)) }
      return try Timings.ofRounds(rounds) { () throws(BenchmarkFailure) in
        let all_ns = try Self.keep_ns(folder, scripts.all, count)
        return [all_ns - min(one_ns, all_ns - 1)]
      }[0]
    case .undo:
      let image = folder.file("kept.img")
      try ImageFolder.run(image, ["run", scripts.all])
      let timings = try Timings.ofRounds(rounds) { () throws(BenchmarkFailure) in
        let duration_ns = try Timings.duration_ns { () throws(BenchmarkFailure) in
          for _ in 0..<Self.commands {
            try ImageFolder.run(image, ["get_vm_area", "16K"])
            try ImageFolder.run(image, ["undo"])
          }
        }
        return [duration_ns / UInt64(Self.commands) * UInt64(count)]
      }[0]
      try ImageFolder.check(image, areas: count)
      return timings
    }
  }

  private static func write(_ path: String, lines: Int) throws(BenchmarkFailure) {
    let descriptor = try BenchmarkFile.create(path)
    defer { close(descriptor) }
    var writer = ByteWriter(descriptor: descriptor)
    for _ in 0..<lines { writer.write(line) }
    writer.flush()
    guard writer.failure == nil else { throw .host(path, errno: EIO) }
  }

  /// Nanoseconds of a script on a new image, and of its history, which has as many lines.
  private static func keep_ns(
    _ folder: ImageFolder, _ script: String, _ lines: Int
  ) throws(BenchmarkFailure) -> UInt64 {
    let (image, listed) = (folder.file("new.img"), folder.file("listed"))
    defer { BenchmarkFile.remove([image, image + "-wal", image + "-history"]) }
    let duration_ns = try Timings.duration_ns { () throws(BenchmarkFailure) in
      try ImageFolder.run(image, ["run", script])
      try ChildProcess.run(ImageFolder.vmemctl(image) + ["log"], output: listed)
    }
    let found = try BenchmarkFile.lines(of: listed)
    guard found == lines else { throw .wrong("\(found) lines of history, not \(lines)") }
    return duration_ns
  }
}
