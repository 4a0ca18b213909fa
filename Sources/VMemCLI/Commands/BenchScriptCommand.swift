internal import ArgumentParser

struct BenchScriptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "script",
    abstract: "Time a script of get_vm_area and free_vm_area, its results going to /dev/null.")

  @Option(help: "Lines of the script.")
  var lines = 1_000_000

  @Option(help: "Runs of the script, each on a fresh machine.")
  var rounds = 5

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Print the script instead, to time vmemctl run from outside.")
  var print = false

  func validate() throws {
    guard (2...100_000_000).contains(lines) else {
      throw ValidationError("--lines must be 2 to 100000000")
    }
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let benchmark = ScriptBenchmark(lines: lines, rounds: rounds)
    if print { throw ExitCode(Streams.print(String(decoding: benchmark.text, as: UTF8.self))) }
    let timings = try benchmark.run()
    throw ExitCode(Streams.print(json ? benchmark.json(timings) : benchmark.text(timings)))
  }
}
