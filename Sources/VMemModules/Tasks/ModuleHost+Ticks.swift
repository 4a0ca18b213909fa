internal import CModule
internal import VMem

extension CallTable {
  /// Calls of loops that wait in place for what somebody else does.
  static let polling: Set<String> = [
    "down_read_trylock", "down_trylock", "down_write_trylock", "get_cycles", "jiffies", "ktime_get",
    "ktime_get_real", "mutex_trylock", "need_resched", "read_trylock", "spin_trylock",
    "try_wait_for_completion", "waitqueue_active", "write_trylock",
  ]
}

/// What comes between the calls of a task that does not wait: the functions of timers that are due, and
/// tasks whose sleep is over.
extension ModuleHost {
  /// Such comes at a time, if nothing does before.
  func tick(at time: UInt64) { nextTick = min(nextTick, time) }

  /// Finds when it comes next, of what is not due yet.
  func findTick() {
    nextTick = timers.reduce(.max) { $1.due > now ? min($0, $1.due) : $0 }
    for task in tasks where task.state == .ready && !task.polls {
      if let time = task.wakeTime, time > now { tick(at: time) }
    }
  }

  /// Ends a turn in front of a call: what comes first, or others, may run on this CPU or on another.
  func interrupt(_ task: ModuleTask) -> CallStop {
    hasMoved = true
    task.wasPreempted = true
    task.keepsCPU = task.isAtomic
    return .wait
  }

  /// Runs what is due, and nobody else.
  func runDue(but task: ModuleTask) {
    task.isTicked = false
    startTimers()
    for other in tasks where other !== task && other.state == .ready && isDue(other) {
      if !mayBegin(other) || isKeptAway(other) { continue }
      turn(other)
      other.isTicked = false
    }
    findTick()
  }

  private func isDue(_ task: ModuleTask) -> Bool {
    if let time = task.wakeTime, !task.polls { return time <= now }
    return task.isSoftirq || task.isHardirq
  }
}
