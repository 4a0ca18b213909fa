internal import ArgumentParser

struct BenchBootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boot",
    abstract: "Time booting machines of several sizes, the last as the measure of the others.")

  @Option(help: "Sizes of RAM, separated by commas.")
  var memory = ByteSizes(bytes: [64 << 30, 64 << 20])

  @Option(help: "Machines booted of each size.")
  var rounds = 101

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let rows = try BootBenchmark(sizes: memory.bytes, rounds: rounds).run()
    throw ExitCode(Streams.print(json ? BootBenchmark.json(rows) : BootBenchmark.text(rows)))
  }
}
