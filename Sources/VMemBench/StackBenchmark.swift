internal import VMem
internal import VMemScript

/// First touches of pages by native code on a stack, beside the host's own of anonymous memory and of a
/// file in memory. The ratio is to the file, which is what a window shows.
struct StackBenchmark: Benchmark {
  static let name = "stack"
  static let summary = "Time native code's faults on stacks, beside the host's own first touches."

  var runs = 256
  var rounds = 11

  static let options: [CommandOption<StackBenchmark>] = [
    CommandOption(
      "--runs", \.runs, "runs of the native code in each round", in: 1...1_000_000),
    CommandOption("--rounds", \.rounds, "rounds", in: 1...(.max)),
  ]

  func measure() throws(BenchmarkFailure) -> Report {
    // A static stack of 64 KiB, whose pages are only shown; a dynamic one of 16 KiB, which takes
    // three of its four pages from the stash.
    Report(
      facts: [.init("runs", runs), .init("rounds", rounds)], list: "rows",
      rows: [try measure(.static, size: 65536), try measure(.dynamic, size: 16384)])
  }

  private func measure(
    _ policy: StackPolicy, size: UInt64
  ) throws(BenchmarkFailure) -> Report.Row {
    let machine = try Machine.booted()
    let peer = try HostTouches(size: Int(size))
    guard let window = HostWindow(size: Int(size)) else {
      throw .refused(Refusal(.errno(.ENOMEM), .noHostWindow))
    }
    let timings = try Timings.ofRounds(rounds) { () throws(BenchmarkFailure) in
      var durations_ns: [UInt64] = [0, 0, 0]
      for _ in 0..<runs {
        durations_ns[0] += try run_ns(machine, policy, size, window)
        durations_ns[1] += peer.file_ns()
        durations_ns[2] += try peer.anonymous_ns()
      }
      return durations_ns
    }
    let faults = runs * Int(size >> 12)
    let names = ["ns_per_fault", "file_ns_per_fault", "anonymous_ns_per_fault"]
    let series = zip(names, timings).map { Series.nanoseconds($0, $1, each: faults) }
    return Report.Row(
      labels: [.init("policy", "\(policy)"), .init("faults", faults)], series: series,
      ratio: Ratio(series[0], timesAsLongAs: series[1]))
  }

  /// Nanoseconds of a run that touches all pages of a new stack.
  private func run_ns(
    _ machine: borrowing Machine, _ policy: StackPolicy, _ size: UInt64,
    _ window: borrowing HostWindow
  ) throws(BenchmarkFailure) -> UInt64 {
    let duration_ns: UInt64
    let isRight: Bool
    do throws(Refusal) {
      let stack = try machine.stacks.allocateStack(size: size, policy: policy)
      window.hide()
      // A frame a page, as the peers touch one byte of each.
      let used = try machine.stacks.runOnStack(stack, depth: size, frame: 4096, in: window)
      duration_ns = window.duration_ns
      let words = (try machine.mmu.load(stack), try machine.mmu.load(stack + size - 4096))
      isRight = used == size && words == (size, 4096)
      try machine.schedule()
      try machine.stacks.freeStack(stack)
    } catch {
      throw .refused(error)
    }
    guard isRight else { throw .wrong("the stack does not hold what the code wrote") }
    return duration_ns
  }
}
