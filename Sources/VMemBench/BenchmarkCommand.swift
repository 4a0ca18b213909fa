internal import ArgumentParser
internal import Glibc
internal import VMemViews

/// `vmemctl bench NAME`: a benchmark as a command of the process.
struct BenchmarkCommand<Measured: Benchmark>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: Measured.name, abstract: Measured.summary, discussion: Measured.discussion)
  }

  @OptionGroup var benchmark: Measured

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard benchmark.rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let text = try benchmark.printed ?? figures()
    var writer = ByteWriter(descriptor: STDOUT_FILENO)
    writer.write(text)
    writer.flush()
    throw ExitCode(writer.failure?.exitCode ?? 0)
  }

  private func figures() throws(BenchmarkFailure) -> String {
    let report = try benchmark.measure()
    return json ? report.json(of: Measured.name) : report.text(of: Measured.name)
  }
}
