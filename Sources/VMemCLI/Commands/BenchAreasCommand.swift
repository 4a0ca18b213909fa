internal import ArgumentParser

struct BenchAreasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "areas",
    abstract: "Time freeing and allocating an area among many, beside the host's mmap and munmap.")

  @Argument(help: "Areas that live all the time.")
  var live: Int

  @Option(help: "CPUs of the machine; with two or more there are pools of freed sizes.")
  var cpus = 1

  @Option(help: "Which area is freed: lifo (the newest), fifo (each in turn) or random.")
  var pattern = AreasBenchmark.Pattern.random

  @Option(help: "Pairs of a free and an allocation in each repetition.")
  var pairs = 1_000_000

  @Option(help: "Pairs before the first repetition (default: as many as areas, at least 100000).")
  var warm: Int?

  @Option(help: "Repetitions.")
  var reps = 5

  @Option(help: "Seed of sizes and choices; not 0.")
  var seed: UInt64 = 1

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...10_000_000).contains(live) else {
      throw ValidationError("the number of areas must be 1 to 10000000")
    }
    guard (1...64).contains(cpus) else { throw ValidationError("--cpus must be 1 to 64") }
    guard pairs > 0, reps > 0, warm ?? 0 >= 0 else {
      throw ValidationError("--pairs and --reps must be at least 1, --warm at least 0")
    }
    guard seed != 0 else { throw ValidationError("--seed must not be 0") }
  }

  func run() throws {
    let benchmark = AreasBenchmark(
      live: live, cpus: cpus, pattern: pattern, pairs: pairs,
      warm: warm ?? max(live, 100_000), repetitions: reps, seed: seed)
    let report = try benchmark.run()
    throw ExitCode(Streams.print(json ? benchmark.json(report) : benchmark.text(report)))
  }
}

extension AreasBenchmark.Pattern: ExpressibleByArgument {}
