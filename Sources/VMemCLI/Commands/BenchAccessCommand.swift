internal import ArgumentParser

struct BenchAccessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "access",
    abstract: "Time loads through a CPU's TLB, beside raw loads of as much memory.")

  @Option(help: "Pages that are loaded from at random, one figure or more with commas.")
  var pages = "64,1024,32768"

  @Option(help: "Loads in each round.")
  var loads = 4_000_000

  @Option(help: "Rounds.")
  var rounds = 7

  @Flag(help: "Print one JSON object.")
  var json = false

  private var counts: [Int] {
    pages.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
  }

  func validate() throws {
    guard counts.allSatisfy({ (1...4_000_000).contains($0) }) else {
      throw ValidationError("--pages takes numbers from 1 to 4000000")
    }
    guard loads > 0, loads <= 1_000_000_000 else {
      throw ValidationError("--loads must be 1 to 1000000000")
    }
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let benchmark = AccessBenchmark(pages: counts, loads: loads, rounds: rounds)
    let rows = try benchmark.run()
    throw ExitCode(Streams.print(json ? benchmark.json(rows) : benchmark.text(rows)))
  }
}
