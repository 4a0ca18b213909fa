internal import Glibc
internal import VMem
internal import VMemScript

/// How many lines a second a script runs, from its text to its result lines.
struct ScriptBenchmark {
  /// Lines of the script: half take an area, half give it back.
  let lines: Int
  let rounds: Int

  /// Areas of the script in turn, so that names are looked up among many.
  private static let names = 1000
  private static let size: UInt64 = 16 << 10

  /// The script.
  var text: [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(lines * 24)
    for line in 0..<lines {
      let name = "a\(line / 2 % Self.names)"
      let words = line.isMultiple(of: 2) ? "\(name) = get_vm_area 16K\n" : "free_vm_area \(name)\n"
      text.append(contentsOf: words.utf8)
    }
    return text
  }

  func run() throws(ProcessFailure) -> Timings {
    let text = text
    let expected = try expectedState()
    var durations_ns: [UInt64] = []
    // The first round is not counted.
    for round in 0...rounds {
      let duration_ns = try time(text, expected)
      if round > 0 { durations_ns.append(duration_ns) }
    }
    return Timings(durations_ns)
  }

  /// What tells one history of area calls from another: how many areas are taken, how many wait for
  /// a purge, and which address comes next.
  private struct State: Equatable {
    let busyAreas: UInt64
    let lazyPages: UInt64
    let next: UInt64?
  }

  private func time(_ text: [UInt8], _ expected: State) throws(ProcessFailure) -> UInt64 {
    // Safe: the path is a literal.
    let sink = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard sink >= 0 else {
      throw ProcessFailure(
        message: "/dev/null: \(Streams.text(ofErrno: errno))", exitCode: EX_IOERR)
    }
    defer { close(sink) }
    var interpreter = Interpreter(
      machine: try Machine.booted(), options: Options(), output: sink)
    let source = ScriptSource(name: "bench", bytes: text)
    let start_ns = Timings.now_ns()
    let code = interpreter.run(source)
    let end_ns = Timings.now_ns()
    guard code == .success, Self.state(of: interpreter.machine) == expected else {
      throw ProcessFailure(
        message: "the script and the same calls made directly disagree",
        exitCode: VMemScript.ExitCode.corrupt.rawValue)
    }
    return end_ns - start_ns
  }

  /// The script's calls made without the language.
  private func expectedState() throws(ProcessFailure) -> State {
    let machine = try Machine.booted()
    for line in 0..<lines where line.isMultiple(of: 2) {
      let area = Self.area(machine)
      machine.runScheduledWork()
      if line + 1 < lines, let area { try? machine.freeVMArea(area) }
      machine.runScheduledWork()
    }
    return Self.state(of: machine)
  }

  private static func area(_ machine: borrowing Machine) -> UInt64? {
    try? machine.getVMArea(size: size)
  }

  private static func state(of machine: borrowing Machine) -> State {
    let counters = machine.counters
    return State(
      busyAreas: counters.busyAreas, lazyPages: counters.lazyPages, next: area(machine))
  }

  // MARK: Report

  func text(_ timings: Timings) -> String {
    let perLine_ps = timings.median_ns * 1000 / UInt64(lines)
    return """
      lines         \(lines)
      ns per line   \(Decimal.text(thousandths: perLine_ps))
      lines per s   \(linesPerSecond(timings.median_ns))
        slowest     \(linesPerSecond(timings.maximum_ns))
        fastest     \(linesPerSecond(timings.minimum_ns))

      """
  }

  func json(_ timings: Timings) -> String {
    let perLine_ps = timings.median_ns * 1000 / UInt64(lines)
    return "{\"bench\":\"script\",\"lines\":\(lines),\"rounds\":\(rounds)"
      + ",\"ns_per_line\":\(Decimal.text(thousandths: perLine_ps))"
      + ",\"lines_per_s\":\(linesPerSecond(timings.median_ns))"
      + ",\"lines_per_s_min\":\(linesPerSecond(timings.maximum_ns))"
      + ",\"lines_per_s_max\":\(linesPerSecond(timings.minimum_ns))}\n"
  }

  private func linesPerSecond(_ duration_ns: UInt64) -> UInt64 {
    UInt64(lines) * 1_000_000_000 / max(1, duration_ns)
  }
}
