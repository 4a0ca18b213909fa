internal import ArgumentParser

/// `vmemctl bench`: measurements of the emulator itself.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the emulator.",
    discussion: "Build with -c release before believing a figure.",
    subcommands: [
      BenchBootCommand.self, BenchScriptCommand.self, BenchAreasCommand.self,
      BenchMapCommand.self, BenchAccessCommand.self, BenchVmallocCommand.self,
      BenchStackCommand.self,
      BenchKcoreCommand.self, BenchVmallocinfoCommand.self, BenchOneShotCommand.self,
      BenchArenaCommand.self,
    ])
}
