internal import ArgumentParser

struct BenchVmallocinfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vmallocinfo",
    abstract: "Time writing the rows of vmallocinfo to /dev/null, beside snprintf of the same.")

  @Option(help: "Areas, a row each.")
  var areas = 1_000_000

  @Option(help: "Times all rows are written.")
  var rounds = 11

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...10_000_000).contains(areas) else {
      throw ValidationError("--areas must be 1 to 10000000")
    }
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let benchmark = VmallocinfoBenchmark(areas: areas, rounds: rounds)
    let report = try benchmark.run()
    throw ExitCode(Streams.print(json ? benchmark.json(report) : benchmark.text(report)))
  }
}
