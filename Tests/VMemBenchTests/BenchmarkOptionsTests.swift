import Testing
import VMemScript

@testable import VMemBench

/// What benchmarks are told, and what they say of it.
@Suite struct BenchmarkOptionsTests {
  private func message(_ words: String...) -> String? {
    do throws(BenchmarkFailure) {
      _ = try BenchCommand(words: words[...], isJSON: false).run()
      return nil
    } catch {
      #expect(error.exitCode == 64 && error.details.contains("--help"))
      return error.message
    }
  }

  @Test func values() throws {
    let access = try AccessBenchmark([
      "--pages", "1,4000000", "--loads=1000000000", "--rounds", "1",
    ])
    #expect(access.pages == Counts(1, 4_000_000))
    #expect(access.loads == 1_000_000_000 && access.rounds == 1)
    let areas = try AreasBenchmark(
      ["--cpus", "64", "10000000", "--seed=18446744073709551615", "--warm", "0", "--pattern=fifo"])
    #expect(areas.live == 10_000_000 && areas.cpus == 64 && areas.seed == .max)
    #expect(areas.warm == 0 && areas.pattern == .fifo)
    let boot = try BootBenchmark(["--memory", "64M,3G,5K,7"])
    #expect(boot.memory.bytes == [64 << 20, 3 << 30, 5 << 10, 7])
    #expect(try KcoreBenchmark(["--folder", "x"]).folder == "x")
    #expect(try ArenaBenchmark(["--memfd", "--memfd"]).memfd)
    #expect(try GrowthBenchmark(["--rounds", "1000"]).rounds == 1000)
  }

  @Test func numbersOutOfTheirRange() {
    #expect(message("access", "--loads", "0") == "--loads must be 1 to 1000000000, not 0")
    #expect(
      message("access", "--loads", "1000000001")
        == "--loads must be 1 to 1000000000, not 1000000001")
    #expect(message("access", "--pages=64,0") == "--pages must be 1 to 4000000, not 0")
    #expect(message("boot", "--rounds", "0") == "--rounds must be at least 1, not 0")
    #expect(message("areas", "10000001") == "AREAS must be 1 to 10000000, not 10000001")
    #expect(message("areas", "5", "--warm", "-1") == "--warm must be at least 0, not -1")
    #expect(message("areas", "5", "--seed", "0") == "--seed must be at least 1, not 0")
    #expect(message("growth", "--rounds", "1001") == "--rounds must be 1 to 1000, not 1001")
    #expect(message("growth", "--counts", "2,1") == "--counts must ascend, not go 2,1")
  }

  @Test func whatIsNoValue() {
    #expect(message("access", "--rounds", "x") == "--rounds takes a number, not `x`")
    #expect(message("access", "--rounds", "") == "--rounds takes a number, not ``")
    #expect(message("access", "--rounds") == "--rounds takes N")
    #expect(message("access", "--pages", "1,,2") == "--pages takes numbers with commas, not `1,,2`")
    #expect(
      message("boot", "--memory", "5X")
        == "--memory takes sizes with commas, such as 64G,64M, not `5X`")
    #expect(
      message("areas", "5", "--pattern", "any")
        == "--pattern takes one of lifo, fifo, random, not `any`")
    #expect(
      message("areas", "5", "--seed", "18446744073709551616")
        == "--seed takes a number, not `18446744073709551616`")
  }

  @Test func words() {
    #expect(message("acces") == "there is no benchmark `acces`; did you mean access?")
    #expect(message("--jsn") == "bench has no option `--jsn`; did you mean --json?")
    #expect(message("nonsense") == "there is no benchmark `nonsense`")
    #expect(
      message("access", "--round", "5")
        == "bench access has no option `--round`; did you mean --rounds?")
    #expect(
      message("arena", "--memfd=1")
        == "bench arena has no option `--memfd=1`; did you mean --memfd?")
    #expect(message("access", "5") == "bench access takes no `5`")
    #expect(message("areas", "5", "6") == "bench areas takes no `6`")
    #expect(message("areas") == "bench areas takes AREAS: areas that live all the time")
  }

  @Test func helpOfABenchmark() throws {
    #expect(
      try BenchCommand.help(["stack"]) == """
        vmemctl bench stack [OPTION...]

        Time native code's faults on stacks, beside the host's own first touches.

          --runs N    runs of the native code in each round (default: 256)
          --rounds N  rounds (default: 11)
          --json      print one JSON object
          --help      print this

        """)
    let areas = try BenchCommand.help(["--json", "areas"])
    #expect(areas.hasPrefix("vmemctl bench areas AREAS [OPTION...]\n"))
    #expect(areas.contains("\n  AREAS  ") && areas.contains("  areas that live all the time\n"))
    #expect(areas.contains("--pattern lifo|fifo|random ") && areas.contains("(default: random)"))
    #expect(try BenchCommand.help(["boot"]).contains("--memory SIZE,... "))
    #expect(try BenchCommand.help(["boot"]).contains("(default: 64G,64M)"))
    #expect(try BenchCommand.help(["map"]).contains("(default: 65536)"))
    #expect(throws: Misuse.self) { try BenchCommand.help(["nothing"]) }
  }

  @Test func helpOfAll() throws {
    let text = try BenchCommand.help([])
    #expect(text.contains("  stack        Time native code's faults on stacks"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }
}
