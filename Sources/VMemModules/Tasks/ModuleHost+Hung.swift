internal import CModule
internal import VMem

extension CallTable {
  /// Calls that change nothing for anybody else: who makes only these waits for something, or spins.
  static let asking: Set<String> = [
    "cond_resched", "cpu_relax", "current", "delay", "down", "down_read", "down_read_trylock",
    "down_timeout", "down_trylock", "down_write", "down_write_trylock", "finish_wait",
    "get_cycles", "interrupt_level", "irqs_disabled", "jiffies", "kthread_should_stop",
    "ktime_get", "ktime_get_real", "local_bh_disable", "local_bh_enable", "local_irq_disable",
    "local_irq_enable", "local_irq_restore", "local_irq_save", "might_sleep", "msleep",
    "msleep_interruptible",
    "mutex_lock", "mutex_trylock", "mutex_unlock", "need_resched", "per_cpu_address",
    "preempt_count", "preempt_disable", "preempt_enable", "preempted", "prepare_to_wait", "printk",
    "ratelimit",
    "raw_smp_processor_id", "rcu_read_lock", "rcu_read_lock_held", "rcu_read_unlock", "read_lock",
    "read_trylock", "read_unlock", "schedule", "schedule_timeout", "set_current_state",
    "smp_processor_id", "snprintf", "spin_lock", "spin_trylock", "spin_unlock", "sprintf",
    "srcu_read_lock", "srcu_read_unlock", "try_wait_for_completion", "up", "up_read", "up_write",
    "usleep_range", "vprintk", "wait_for_completion", "wait_on", "waitqueue_active", "write_lock",
    "write_trylock", "write_unlock", "yield",
  ]
}

/// Calls since anybody has done more than ask.
struct Idleness {
  private(set) var calls: UInt64 = 0
  /// When the first of them was made, in microseconds since boot.
  private(set) var since: UInt64 = 0
  /// In which turn of a task that was.
  private(set) var turn: UInt64 = 0

  /// Calls at which time passes.
  private var next: UInt64 = Idleness.distance
  private static let distance: UInt64 = 1000

  /// Whether there were many calls since it was so last.
  mutating func isLong() -> Bool {
    guard calls >= next else { return false }
    next = calls + Self.distance
    return true
  }

  @inline(__always)
  mutating func count(asks: Bool, _ turn: UInt64, _ now: @autoclosure () -> UInt64) {
    guard asks else { return reset() }
    if calls == 0 { (since, self.turn) = (now(), turn) }
    calls += 1
  }

  @inline(__always)
  mutating func reset() { (calls, next) = (0, Self.distance) }
}

/// For how long somebody has waited for a task.
struct Patience {
  /// Microseconds since boot.
  let begun: UInt64
  var rounds = 0
}

/// What never comes to an end although nobody stands still: a kernel reports it and goes on for ever.
extension ModuleHost {
  /// Seconds of a kernel's `hung_task_timeout_secs`, and its `hung_task_warnings`.
  private static let hungSeconds: UInt64 = 120
  private static let hungPeriod = hungSeconds * 1_000_000
  static let mostReports: UInt64 = 10
  /// Calls that ask in a row which end a task after an oops.
  private static let mostCallsAfterOops: UInt64 = 500_000
  /// Seconds of the machine that a function of a module may take in turns.
  private static let longestRun: UInt64 = 86_400

  /// Ends the task that is waited for when nobody has done anything for long.
  func endIfHung(_ wanted: ModuleTask, _ patience: inout Patience) {
    guard !wanted.isOver else { return }
    patience.rounds += 1
    if isStuck(wanted) {
      return end(wanted, "it has waited in \(wanted.place) for 20 minutes, and nobody ends that")
    }
    if let why = idlers(wanted) {
      if hungWarnings > 0 { reportHung(wanted) }
      return end(wanted, why)
    }
    if patience.rounds >= 100_000, now &- patience.begun >= Self.longestRun * 1_000_000 {
      end(wanted, "it has run for a day of the machine, and comes to no end")
    }
  }

  /// Whether a task waits without a limit for as long as a kernel would report it.
  private func isStuck(_ wanted: ModuleTask) -> Bool {
    guard wanted.isWaiting, wanted.wakeTime == nil else { return false }
    return now &- wanted.waitingSince >= Self.mostReports * Self.hungPeriod
  }

  /// Reports each task every two minutes that it waits in one call which no signal ends.
  func reportHungTasks() {
    nextHungCheck = now + Self.hungPeriod
    for task in tasks where task.isWaiting && !task.isOver && !task.isInterruptible {
      let due = task.waitingSince + (task.hungReports + 1) * Self.hungPeriod
      if due <= now {
        task.hungReports = (now - task.waitingSince) / Self.hungPeriod
        if hungWarnings > 0 { reportHung(task) }
      }
      let next = task.waitingSince + (task.hungReports + 1) * Self.hungPeriod
      nextHungCheck = min(nextHungCheck, next)
    }
  }

  /// Why nobody will do more than ask; nil while somebody may. After an oops, what the dead task would have
  /// done will not be done.
  private func idlers(_ wanted: ModuleTask) -> String? {
    let calls = idleness.calls
    guard calls >= 100 else { return nil }
    let seconds = (now &- idleness.since) / 1_000_000
    let text = "every task only asks whether it may go on"
    if wanted.module?.hasOopsed == true {
      guard seconds >= Self.hungSeconds || calls >= Self.mostCallsAfterOops else { return nil }
      return text + ", since one has died of an oops"
    }
    // A sleep that began before ends by itself, and so does a timer's.
    let isAwaited = tasks.contains { $0.state == .ready && sleepsThrough($0) }
    if isAwaited || !timers.isEmpty { return nil }
    let isLong = seconds >= Self.hungSeconds * Self.mostReports && calls >= 1000
    return isLong || calls >= UInt64(longestTurn) * 1_000_000 ? text : nil
  }

  /// Whether a task sleeps since before anybody began to only ask: when that ends, something happens.
  func sleepsThrough(_ task: ModuleTask) -> Bool {
    task.isWaiting && task.wakeTime != nil && task.waitingTurn < idleness.turn
  }

  private func reportHung(_ task: ModuleTask) {
    hungWarnings -= 1
    let seconds = max(Self.hungSeconds, (now &- task.waitingSince) / 1_000_000)
    log(
      [
        "INFO: task \(task.name):\(task.pid) blocked for more than \(seconds) seconds.",
        "      \(task.place)",
      ], level: 3)
  }

  private func end(_ wanted: ModuleTask, _ why: String) {
    explain(why)
    wanted.state = .died
    isDeadlocked = true
    idleness.reset()
  }
}

extension NativeCall {
  /// A task that only spins is reported when it has done so for as long as a kernel's watchdog waits: each
  /// turn takes a microsecond.
  func checkForLockup() throws(CallStop) {
    guard let task else { return }
    if host.idleness.calls < task.relaxed { task.relaxed = 0 }
    task.relaxed += 1
    guard task.relaxed > UInt64(host.longestTurn) * 1_000_000 else { return }
    throw .oops(
      host.lockup(of: task, "\(callerName) spins in \(name) for what nobody does"))
  }
}
