internal import Glibc
internal import VMem
internal import VMemScript
internal import VMemViews

/// How many lines a second a script runs, from its text to its result lines, beside the same calls
/// made without the language.
struct ScriptBenchmark: Benchmark {
  static let name = "script"
  static let summary =
    "Time a script of get_vm_area and free_vm_area, its results going to /dev/null."

  var lines = 1_000_000
  var rounds = 5
  var print = false

  static let options: [CommandOption<ScriptBenchmark>] = [
    CommandOption(
      "--lines", \.lines, "lines of the script: half take an area, half give it back",
      in: 2...100_000_000),
    CommandOption(
      "--rounds", \.rounds, "runs of the script, each on a fresh machine", in: 1...(.max)),
    CommandOption("--print", "print the script instead, to time vmemctl run from outside") {
      $0.print = true
    },
  ]

  var printed: String? { print ? String(decoding: text, as: UTF8.self) : nil }

  /// Areas of the script in turn, so that names are looked up among many.
  private static let names = 1000
  private static let size: UInt64 = 16 << 10

  /// The script.
  private var text: [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(lines * 24)
    for line in 0..<lines {
      let name = "a\(line / 2 % Self.names)"
      let words = line.isMultiple(of: 2) ? "\(name) = get_vm_area 16K\n" : "free_vm_area \(name)\n"
      text.append(contentsOf: words.utf8)
    }
    return text
  }

  func measure() throws(BenchmarkFailure) -> Report {
    let text = text
    var states: [State?] = [nil, nil]
    let timings = try Timings.ofTurns(2, rounds: rounds) { turn throws(BenchmarkFailure) in
      let (duration_ns, state) = turn == 0 ? try script_ns(text) : try calls_ns()
      states[turn] = state
      if let script = states[0], let calls = states[1], script != calls {
        throw .wrong("the script and the same calls made directly disagree")
      }
      return duration_ns
    }
    let ours = Series.nanoseconds("ns_per_line", timings[0], each: lines)
    let rate = Series.rate("lines_per_s", timings[0], pieces: lines)
    let peer = Series.nanoseconds("peer_ns_per_line", timings[1], each: lines)
    return Report(
      facts: [.init("lines", lines), .init("rounds", rounds)],
      rows: [.init(series: [ours, rate, peer], ratio: Ratio(ours, timesAsLongAs: peer))])
  }

  /// What tells one history of area calls from another: how many areas are taken, how many wait for
  /// a purge, and which address comes next.
  private struct State: Equatable {
    let busyAreas: UInt64
    let lazyPages: UInt64
    let next: UInt64?

    init(_ machine: borrowing Machine) {
      let counters = machine.counters
      busyAreas = counters.busyAreas
      lazyPages = counters.lazyPages
      next = ScriptBenchmark.area(machine)
    }
  }

  private func script_ns(_ text: [UInt8]) throws(BenchmarkFailure) -> (UInt64, State) {
    // Safe: the path is a literal.
    let sink = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard sink >= 0 else { throw .host("/dev/null", errno: errno) }
    defer { close(sink) }
    var interpreter = Interpreter(
      machine: try Machine.booted(), options: Options(), output: sink)
    let source = ScriptSource(name: "bench", bytes: text)
    let start_ns = HostClock.now_ns
    let code = interpreter.run(source)
    let duration_ns = HostClock.now_ns - start_ns
    guard code == .success else { throw .wrong("the script ends with \(code.rawValue)") }
    return (duration_ns, State(interpreter.machine))
  }

  /// The script's calls made without the language.
  private func calls_ns() throws(BenchmarkFailure) -> (UInt64, State) {
    let machine = try Machine.booted()
    let start_ns = HostClock.now_ns
    for line in 0..<lines where line.isMultiple(of: 2) {
      let area = Self.area(machine)
      if line + 1 < lines, let area { try? machine.vmAreas.freeVMArea(area) }
    }
    return (HostClock.now_ns - start_ns, State(machine))
  }

  private static func area(_ machine: borrowing Machine) -> UInt64? {
    try? machine.vmAreas.getVMArea(size: size)
  }
}
