internal import Glibc
internal import VMem

/// First touches of pages by native code on a stack, beside the host's own of anonymous memory and of a
/// file in memory.
struct StackBenchmark {
  /// Runs of the native code in each round.
  let runs: Int
  let rounds: Int

  struct Row {
    let policy: StackPolicy
    /// First touches in a round.
    let faults: Int
    let ours: Timings
    let anonymous: Timings
    let file: Timings
  }

  /// A static stack of 64 KiB, whose pages are only shown; a dynamic one of 16 KiB, which takes three of
  /// its four pages from the stash.
  func run() throws(ProcessFailure) -> [Row] {
    do throws(Refusal) {
      return [try measure(.static, size: 65536), try measure(.dynamic, size: 16384)]
    } catch {
      throw ProcessFailure(message: "a call was refused: \(error.rule)", exitCode: 1)
    }
  }

  private func measure(_ policy: StackPolicy, size: UInt64) throws(Refusal) -> Row {
    guard let machine = try? Machine.booted(),
      let window = HostWindow(size: Int(size)), let peer = HostPeer(size: Int(size))
    else { throw Refusal(.errno(.ENOMEM), .noHostWindow) }
    var (ours, anonymous, files): ([UInt64], [UInt64], [UInt64]) = ([], [], [])
    for round in 0...rounds {
      var (our, own, file): (UInt64, UInt64, UInt64) = (0, 0, 0)
      for _ in 0..<runs {
        our += try run(machine, policy, size, window)
        own += peer.anonymous_ns()
        file += peer.file_ns()
      }
      // The first round warms up.
      guard round > 0 else { continue }
      ours.append(our)
      anonymous.append(own)
      files.append(file)
    }
    return Row(
      policy: policy, faults: runs * Int(size >> 12), ours: Timings(ours),
      anonymous: Timings(anonymous), file: Timings(files))
  }

  /// Nanoseconds of a run that touches all pages of a new stack.
  private func run(
    _ machine: borrowing Machine, _ policy: StackPolicy, _ size: UInt64,
    _ window: borrowing HostWindow
  ) throws(Refusal) -> UInt64 {
    let stack = try machine.allocateStack(size: size, policy: policy)
    window.hide()
    // A frame a page, as the peers touch one byte of each.
    let used = try machine.runOnStack(stack, depth: size, frame: 4096, in: window)
    let duration_ns = window.duration_ns
    guard used == size, try machine.load(stack) == size,
      try machine.load(stack + size - 4096) == 4096
    else { throw Refusal(.null, .notMapped, stack) }
    machine.schedule()
    try machine.freeStack(stack)
    machine.runScheduledWork()
    return duration_ns
  }

  // MARK: Report

  func text(_ rows: [Row]) -> String {
    var text = "policy    faults  ns/fault       min       max      file  anonymous   ratio\n"
    for row in rows {
      text += "\(row.policy)".padded(to: 8)
      text += Decimal.column("\(row.faults)", width: 8)
      for duration_ns in [
        row.ours.median_ns, row.ours.minimum_ns, row.ours.maximum_ns, row.file.median_ns,
      ] {
        text += Decimal.column(each(duration_ns, row), width: 10)
      }
      text += Decimal.column(each(row.anonymous.median_ns, row), width: 11)
      text += Decimal.column(ratio(row), width: 8) + "\n"
    }
    return text
  }

  func json(_ rows: [Row]) -> String {
    let objects = rows.map { row in
      "{\"policy\":\"\(row.policy)\",\"faults\":\(row.faults)"
        + ",\"ns_per_fault\":\(each(row.ours.median_ns, row))"
        + ",\"ns_per_fault_max\":\(each(row.ours.maximum_ns, row))"
        + ",\"file_ns_per_fault\":\(each(row.file.median_ns, row))"
        + ",\"anonymous_ns_per_fault\":\(each(row.anonymous.median_ns, row))"
        + ",\"ratio\":\(ratio(row))}"
    }
    return "{\"bench\":\"stack\",\"runs\":\(runs),\"rounds\":\(rounds)"
      + ",\"rows\":[\(objects.joined(separator: ","))]}\n"
  }

  private func each(_ duration_ns: UInt64, _ row: Row) -> String {
    Decimal.ratio(duration_ns, UInt64(row.faults))
  }

  /// Against the host's file in memory, which is what a window shows.
  private func ratio(_ row: Row) -> String {
    Decimal.ratio(row.ours.median_ns, max(1, row.file.median_ns))
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
