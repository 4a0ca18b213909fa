package import ArgumentParser

/// `vmemctl bench`: measurements of the emulator itself.
package struct BenchCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the emulator.",
    discussion: """
      Each benchmark times its work and that of a peer in turns, and prints the median and the \
      spread of both, and their ratio. Build with -c release before believing a figure.
      """,
    subcommands: [
      BenchmarkCommand<BootBenchmark>.self, BenchmarkCommand<ScriptBenchmark>.self,
      BenchmarkCommand<AreasBenchmark>.self, BenchmarkCommand<MapBenchmark>.self,
      BenchmarkCommand<AccessBenchmark>.self, BenchmarkCommand<VmallocBenchmark>.self,
      BenchmarkCommand<StackBenchmark>.self, BenchmarkCommand<KcoreBenchmark>.self,
      BenchmarkCommand<VmallocinfoBenchmark>.self, BenchmarkCommand<OneShotBenchmark>.self,
      BenchmarkCommand<ArenaBenchmark>.self, BenchmarkCommand<DumpBenchmark>.self,
      BenchmarkCommand<GrowthBenchmark>.self,
    ])

  package init() {}
}
