internal import VMem
internal import VMemViews

/// Invariants of the whole machine, beside those that the engine asserts of what a call touches.
extension Interpreter {
  /// Frames up to which everything is checked after each verb.
  private static let smallMachine: UInt64 = 1024
  /// Verbs after which everything is checked in debug builds.
  private static let interval = 1000

  /// Checks the machine when it is its turn.
  @inline(__always)
  mutating func checkInvariants() throws(LineFailure) {
    #if DEBUG
      unchecked += 1
      if unchecked >= Self.interval || isSmall { try checkNow() }
    #else
      if isSmall { try checkNow() }
    #endif
  }

  @inline(__always)
  private var isSmall: Bool { UInt64(machine.ram.frameCount) <= Self.smallMachine }

  @inline(never)
  private mutating func checkNow() throws(LineFailure) {
    unchecked = 0
    let violations = machine.check()
    if !violations.isEmpty { throw .unsound(violations) }
  }

  /// In debug builds, what the last verbs left is checked too.
  mutating func checkAtEnd() {
    guard unchecked > 0, exit != .corrupt else { return }
    do throws(LineFailure) {
      try checkNow()
    } catch {
      if case .unsound(let violations) = error { show(violations) }
    }
  }

  /// Ends a script whose machine is no longer sound.
  mutating func fail(_ violations: [Violation], _ line: Line) -> Flow {
    flush()
    show(violations)
    return .stop
  }

  private mutating func show(_ violations: [Violation]) {
    exit = exit.combined(with: .corrupt)
    messages.write("vmemctl: the machine is no longer sound:\n")
    var text = ViewOutput(descriptor: nil, format: .text)
    Views.violations(violations, to: &text)
    messages.write(text.writer.takeString())
  }
}
