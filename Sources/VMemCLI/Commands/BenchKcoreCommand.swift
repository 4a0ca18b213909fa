internal import ArgumentParser

struct BenchKcoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kcore",
    abstract: "Time writing a dump of 1 GiB, and of 125 MiB all over 64 GiB, beside cp of the file."
  )

  @Option(help: "Folder for the files, which take 3 GiB for the while.")
  var folder = "/tmp"

  @Option(help: "Dumps and copies of each.")
  var rounds = 5

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let rows = try KcoreBenchmark(folder: folder, rounds: rounds).run()
    throw ExitCode(Streams.print(json ? KcoreBenchmark.json(rows) : KcoreBenchmark.text(rows)))
  }
}
