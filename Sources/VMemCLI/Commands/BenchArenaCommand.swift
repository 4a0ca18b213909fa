internal import ArgumentParser

struct BenchArenaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "arena",
    abstract: "Time first touches of an arena's pages, beside the host's own bpf_arena.",
    discussion: """
      Pages that a program allocates are measured in batches, beside madvise(MADV_POPULATE_WRITE) of \
      as many. Where bpf(2) gives no arena, the peer is a memfd.
      """)

  @Option(help: "Pages of the arena.")
  var pages = 4096

  @Option(help: "Times every page is touched, and allocated in each batch.")
  var rounds = 7

  @Flag(help: "Measure beside a memfd even where bpf(2) gives an arena.")
  var memfd = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...262_144).contains(pages) else {
      throw ValidationError("--pages must be 1 to 262144")
    }
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let benchmark = ArenaBenchmark(pages: pages, rounds: rounds, wantsMemory: memfd)
    let report = try benchmark.run()
    throw ExitCode(Streams.print(json ? benchmark.json(report) : benchmark.text(report)))
  }
}
