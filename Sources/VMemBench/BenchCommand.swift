internal import VMem
package import VMemScript

/// `vmemctl bench BENCHMARK`: measurements of the emulator itself.
package struct BenchCommand: Equatable {
  /// A benchmark's name, and what it is told.
  let words: ArraySlice<String>
  let isJSON: Bool

  package init(words: ArraySlice<String>, isJSON: Bool) {
    (self.words, self.isJSON) = (words, isJSON)
  }

  private static var benchmarks: [any Benchmark.Type] {
    [
      BootBenchmark.self, ScriptBenchmark.self, AreasBenchmark.self, MapBenchmark.self,
      AccessBenchmark.self, VmallocBenchmark.self, StackBenchmark.self, KcoreBenchmark.self,
      VmallocinfoBenchmark.self, OneShotBenchmark.self, ArenaBenchmark.self, DumpBenchmark.self,
      GrowthBenchmark.self,
    ]
  }

  private static let usage = "vmemctl bench BENCHMARK [OPTION...]"

  private static func benchmark(named name: String) throws(Misuse) -> any Benchmark.Type {
    if let known = benchmarks.first(where: { $0.name == name }) { return known }
    let details = "  \(usage)\n  vmemctl bench --help"
    if name.hasPrefix("-") {
      throw Misuse(unknown: name, of: "bench", known: ["--json", "--help"], details: details)
    }
    let near = nearest(to: name, of: benchmarks.map { $0.name }).map { "; did you mean \($0)?" }
    throw Misuse("there is no benchmark `\(name)`\(near ?? "")", details: details)
  }

  /// Measures, and returns what is printed.
  package func run() throws(BenchmarkFailure) -> String {
    let benchmark = try benchmark()
    if let text = benchmark.printed { return text }
    let report = try benchmark.measure()
    let name = type(of: benchmark).name
    return isJSON ? report.json(of: name) : report.text(of: name)
  }

  private func benchmark() throws(BenchmarkFailure) -> any Benchmark {
    do throws(Misuse) {
      return try Self.benchmark(named: words.first ?? "").init(words.dropFirst())
    } catch {
      throw .misused(error)
    }
  }

  /// What help says of the benchmark that is the first of `words` and no option, or of all.
  package static func help(_ words: ArraySlice<String>) throws(Misuse) -> String {
    if let name = words.first(where: { !$0.hasPrefix("-") }) {
      return try benchmark(named: name).help
    }
    let about = """
      Measure the emulator. Each benchmark times its work and that of a peer in turns, and prints the
      median and the spread of both, and their ratio. Build with -c release before believing a figure.
      `vmemctl bench BENCHMARK --help` has its options.
      """
    let rows = benchmarks.map { ($0.name, $0.summary) }
    return HelpPage(usage: usage, about: about, rows: rows).text
  }

  /// What may follow `words`, which are behind `bench`.
  package static func completions(_ words: ArraySlice<String>) -> [String] {
    guard let name = words.first else { return benchmarks.map { $0.name } + ["--help"] }
    return (try? benchmark(named: name).completions(words.dropFirst())) ?? []
  }
}
