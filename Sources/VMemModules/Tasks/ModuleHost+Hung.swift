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

  @inline(__always)
  mutating func count(asks: Bool, _ now: @autoclosure () -> UInt64) {
    guard asks else { return calls = 0 }
    if calls == 0 { since = now() }
    calls += 1
  }

  mutating func reset() { calls = 0 }
}

/// What never comes to an end although nobody stands still: a kernel reports it and goes on for ever.
extension ModuleHost {
  /// Seconds of a kernel's `hung_task_timeout_secs`.
  private static let hungSeconds: UInt64 = 120
  /// Calls that ask in a row which end a task after an oops, and without one.
  private static let mostCalls: (afterOops: UInt64, ever: UInt64) = (500_000, 100_000_000)

  /// Ends the task that is waited for when nobody has done anything for long.
  ///
  /// After an oops that is `hung_task_timeout_secs`: what it would have done will not be done.
  func endIfHung(_ wanted: ModuleTask) {
    let calls = idleness.calls
    guard calls >= 100, !wanted.isOver else { return }
    let isAfterOops = wanted.module?.hasOopsed == true
    let isLong = now &- idleness.since >= Self.hungSeconds * 1_000_000
    guard
      calls >= Self.mostCalls.ever
        || isAfterOops && (isLong || calls >= Self.mostCalls.afterOops)
    else { return }
    log(
      [
        "INFO: task \(wanted.name):\(wanted.pid) blocked for more than \(Self.hungSeconds) seconds.",
        "      \(wanted.place)",
      ], level: 3)
    explain(
      "every task only asks whether it may go on"
        + (isAfterOops ? ", since one has died of an oops" : ""))
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
