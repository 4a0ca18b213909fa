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
    let folder = try ImageFolder()
    defer { folder.remove() }
    let images = areas.values.indices.map { folder.file("\($0).img") }
    for (image, count) in zip(images, areas.values) { try Self.fill(image, count) }
    var commands = zip(images, areas.values).map { image, count in
      Command(name: "\(count) areas", words: ImageFolder.vmemctl(image) + ["get_vm_area", "16K"])
    }
    commands.append(Command(name: "/bin/true", words: ["/bin/true"]))
    let database = Self.database(folder)
    if let database { commands.append(database) }
    let timings = try Timings.ofTurns(commands.count, rounds: rounds) {
      turn throws(BenchmarkFailure) in
      let start_ns = HostClock.now_ns
      try ChildProcess.run(commands[turn].words, isQuiet: true)
      return HostClock.now_ns - start_ns
    }
    for (image, count) in zip(images, areas.values) {
      try ImageFolder.check(image, areas: count + rounds + 1)
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

  /// Makes an image with so many areas.
  private static func fill(_ image: String, _ count: Int) throws(BenchmarkFailure) {
    let loop = ["repeat", "\(count)", "{", "get_vm_area", "16K", "}"]
    try ImageFolder.run(image, ["boot"])
    try ImageFolder.run(image, loop)
    try ImageFolder.check(image, areas: count)
  }

  /// The insertion of a row into a new database; nil without sqlite3.
  private static func database(_ folder: ImageFolder) -> Command? {
    let path = folder.file("rows.db")
    let create = "pragma journal_mode=wal; create table t(a integer primary key, b, c);"
    guard (try? ChildProcess.run(["sqlite3", path, create], isQuiet: true)) != nil
    else { return nil }
    let insert = "pragma synchronous=normal; insert into t(b, c) values(1, 2);"
    return Command(name: "sqlite3", words: ["sqlite3", path, insert])
  }
}
