internal import Glibc
internal import VMemScript

/// A command on an image, its commit included, beside starting a program that does nothing and beside
/// the insertion of a row by sqlite3, where that is installed.
struct OneShotBenchmark: Benchmark {
  static let name = "oneshot"
  static let summary = "Time a command on an image, commit included, beside /bin/true and sqlite3."

  var areas = Counts(10, 1_000_000)
  var rounds = 101

  static let options: [CommandOption<OneShotBenchmark>] = [
    CommandOption("--areas", \.areas, "areas in the image", in: 1...5_000_000),
    CommandOption("--rounds", \.rounds, "runs of each program; they take turns", in: 1...(.max)),
  ]

  private struct Command {
    let name: String
    let words: [String]
  }

  func measure() throws(BenchmarkFailure) -> Report {
    var name = Array("/tmp/vmemctl-bench-XXXXXX".utf8CString)
    // Safe: the template is a string of our own.
    guard unsafe mkdtemp(&name) != nil else { throw .cannotCreate("/tmp", errno: errno) }
    let folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? ChildProcess.run(["rm", "-rf", folder]) }
    let images = areas.values.enumerated().map { "\(folder)/\($0).img" }
    for (image, count) in zip(images, areas.values) { try Self.fill(image, count) }
    var commands = zip(images, areas.values).map { image, count in
      Command(name: "\(count) areas", words: Self.vmemctl(image) + ["get_vm_area", "16K"])
    }
    commands.append(Command(name: "/bin/true", words: ["/bin/true"]))
    let database = Self.database(folder)
    if let database { commands.append(database) }
    let timings = try Timings.ofTurns(commands.count, rounds: rounds) {
      turn throws(BenchmarkFailure) in
      let start_ns = Timings.now_ns()
      try ChildProcess.run(commands[turn].words, isQuiet: true)
      return Timings.now_ns() - start_ns
    }
    for (image, count) in zip(images, areas.values) {
      try Self.check(image, count + rounds + 1)
    }
    let nothing = Series.microseconds(timings[images.count])
    let rows = zip(commands, timings).map { command, timings in
      let series = Series.microseconds(timings)
      return Report.Row(
        labels: [.init("name", command.name)], series: [series],
        ratio: Ratio(series, timesAsLongAs: nothing))
    }
    return Report(
      list: "rows", rows: rows,
      remarks: database == nil ? ["skipped: sqlite3 not installed"] : [])
  }

  /// This program, at work on an image.
  private static func vmemctl(_ image: String) -> [String] {
    ["/proc/self/exe", "--image", image]
  }

  /// Makes an image with so many areas.
  private static func fill(_ image: String, _ count: Int) throws(BenchmarkFailure) {
    let loop = ["repeat", "\(count)", "{", "get_vm_area", "16K", "}"]
    try ChildProcess.run(vmemctl(image) + ["boot"], isQuiet: true)
    try ChildProcess.run(vmemctl(image) + loop, isQuiet: true)
    try check(image, count)
  }

  private static func check(_ image: String, _ count: Int) throws(BenchmarkFailure) {
    do throws(BenchmarkFailure) {
      try ChildProcess.run(
        vmemctl(image) + ["assert", "areas.busy", "eq", "\(count)"], isQuiet: true)
    } catch {
      throw .wrong("\(image) does not have \(count) areas")
    }
  }

  /// The insertion of a row into a new database; nil without sqlite3.
  private static func database(_ folder: String) -> Command? {
    let path = "\(folder)/rows.db"
    let create = "pragma journal_mode=wal; create table t(a integer primary key, b, c);"
    guard (try? ChildProcess.run(["sqlite3", path, create], isQuiet: true)) != nil
    else { return nil }
    let insert = "pragma synchronous=normal; insert into t(b, c) values(1, 2);"
    return Command(name: "sqlite3", words: ["sqlite3", path, insert])
  }
}
