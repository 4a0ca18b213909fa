internal import ArgumentParser

struct BenchVmallocCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vmalloc",
    abstract: "Time vmalloc and vfree by size, beside mmap, touching every page, and munmap.")

  @Option(help: "Pages of each allocation, separated by commas.")
  var pages = PageCounts(counts: [1, 4, 64, 512])

  @Option(help: "Rounds of each size.")
  var rounds = 11

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard pages.counts.allSatisfy({ (1...100_000).contains($0) }) else {
      throw ValidationError("--pages must be 1 to 100000 each")
    }
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let rows = try VmallocBenchmark(sizes: pages.counts, rounds: rounds).run()
    throw ExitCode(Streams.print(json ? VmallocBenchmark.json(rows) : VmallocBenchmark.text(rows)))
  }
}

/// Numbers of pages as an option takes them: `1,4,64`.
struct PageCounts: ExpressibleByArgument, Equatable {
  let counts: [Int]

  init(counts: [Int]) { self.counts = counts }

  init?(argument: String) {
    let counts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard counts.allSatisfy({ $0 != nil }) else { return nil }
    self.counts = counts.compactMap { $0 }
  }

  var defaultValueDescription: String { counts.map { "\($0)" }.joined(separator: ",") }
}
