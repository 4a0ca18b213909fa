internal import ArgumentParser

struct BenchStackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stack",
    abstract: "Time native code's faults on stacks, beside the host's own first touches.")

  @Option(help: "Runs of the native code in each round.")
  var runs = 256

  @Option(help: "Rounds.")
  var rounds = 11

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...1_000_000).contains(runs) else {
      throw ValidationError("--runs must be 1 to 1000000")
    }
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let benchmark = StackBenchmark(runs: runs, rounds: rounds)
    let rows = try benchmark.run()
    throw ExitCode(Streams.print(json ? benchmark.json(rows) : benchmark.text(rows)))
  }
}
