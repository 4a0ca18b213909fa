internal import ArgumentParser

struct BenchMapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map",
    abstract: "Time mapping and unmapping pages of a sparse area, beside mmap(MAP_FIXED) of each.")

  @Option(help: "Pages mapped by one call.")
  var pages = 65536

  @Option(help: "Times everything is mapped and unmapped.")
  var rounds = 11

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...4_000_000).contains(pages) else {
      throw ValidationError("--pages must be 1 to 4000000")
    }
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let benchmark = MapBenchmark(pages: pages, rounds: rounds)
    let report = try benchmark.run()
    throw ExitCode(Streams.print(json ? benchmark.json(report) : benchmark.text(report)))
  }
}
