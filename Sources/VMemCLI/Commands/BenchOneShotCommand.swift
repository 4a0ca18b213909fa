internal import ArgumentParser

struct BenchOneShotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oneshot",
    abstract: "Time a command on an image, commit included, beside /bin/true and sqlite3.")

  @Option(help: "Areas in the image, separated by commas.")
  var areas = PageCounts(counts: [10, 1_000_000])

  @Option(help: "Runs of each program; they take turns.")
  var rounds = 101

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard areas.counts.allSatisfy({ (1...5_000_000).contains($0) }) else {
      throw ValidationError("--areas must be 1 to 5000000 each")
    }
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let rows = try OneShotBenchmark(areas: areas.counts, rounds: rounds).run()
    throw ExitCode(
      Streams.print(json ? OneShotBenchmark.json(rows) : OneShotBenchmark.text(rows)))
  }
}
