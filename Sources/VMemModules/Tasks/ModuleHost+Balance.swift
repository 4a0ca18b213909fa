internal import CModule
internal import VMem

/// A lock that a task holds.
struct HeldLock {
  let address: UInt64
  /// Where it was taken.
  let caller: UInt64
  let nameAddress: UInt64
}

extension ModuleTask {
  /// Whether its function has returned with something taken that it should have given back.
  var isUnbalanced: Bool {
    preemptCount != firstCount || interruptsOff != isHardirq || !held.isEmpty
  }

  /// What `preemptCount` was when its function began.
  var firstCount: Int32 { isSoftirq || isHardirq ? 1 : 0 }
}

/// What a function leaves behind when it returns: a kernel says so, each of its callers in its own form,
/// and puts it right as far as it can.
extension ModuleHost {
  /// Complains of what a task that is over has left, and forgets it.
  func putRight(_ task: ModuleTask) {
    running = task
    defer { running = nil }
    let function = symbol(at: task.function)
    if task.isTimer {
      complain(aboutTimer: task, function)
    } else if task.isSoftirq {
      complain(aboutSoftirq: task)
    } else if task.later == .work {
      complain(aboutWork: task, function)
    } else if task.name == "insmod" {
      complain(aboutInit: task, function)
    } else {
      complain(aboutExit: task)
    }
    explain("\(function) has returned with \(remains(of: task))")
    keepLocks(of: task, "is over")
    (task.preemptCount, task.softirqsOff, task.readers) = (0, 0, 0)
    task.interruptsOff = false
  }

  /// `preemption off, and interrupts`.
  private func remains(of task: ModuleTask) -> String {
    var parts = task.held.map { lock in
      let line = sourceLine(lock.caller &- 1).map { " (\($0))" } ?? ""
      return "\(name(of: lock)) held, taken by \(symbol(at: lock.caller))\(line)"
    }
    if task.readers > 0 { parts.append("a read side of RCU not left") }
    if parts.isEmpty, task.preemptCount > task.firstCount {
      parts.append(task.softirqsOff > 0 ? "softirqs off" : "preemption off")
    }
    if task.preemptCount < task.firstCount {
      parts.append("preemption enabled more often than disabled")
    }
    if task.interruptsOff != task.isHardirq {
      parts.append("interrupts \(task.interruptsOff ? "off" : "on")")
    }
    return parts.joined(separator: ", and ")
  }

  private func name(of lock: HeldLock) -> String {
    guard lock.nameAddress != 0, let name = string(lock.nameAddress, limit: 64) else {
      return "a lock"
    }
    return String(decoding: name, as: UTF8.self)
  }

  /// Keeps who will never give locks back.
  func keepLocks(of task: ModuleTask, _ why: String) {
    for lock in task.held {
      let line = sourceLine(lock.caller &- 1).map { " (\($0))" } ?? ""
      leftLocks[lock.address] =
        "\(task.name):\(task.pid) took in \(symbol(at: lock.caller))\(line) and never gives back: it "
        + why
    }
    task.held = []
  }

  // MARK: The kernel's forms

  /// `preempt_count` as the kernel has it: softirqs that run, or are disabled, and hard ones are counted
  /// above the lower eight bits.
  func count(_ task: ModuleTask) -> UInt64 {
    let context: Int64 = task.isHardirq ? 0xffff : task.isSoftirq ? 0xff : 0
    let count = Int64(task.preemptCount) + Int64(task.softirqsOff) * 0x1ff + context
    return UInt64(UInt32(truncatingIfNeeded: count + (task.isInterrupted ? 0x1_0000 : 0)))
  }

  func complainAboutScheduling(_ task: ModuleTask) {
    let count = hex(count(task) + 1, digits: 8)
    complain(["BUG: scheduling while atomic: \(task.name)/\(task.pid)/0x\(count)"])
  }

  private func complain(aboutTimer task: ModuleTask, _ function: String) {
    guard !task.isPrecise, !hasWarnedOfTimer, task.preemptCount != 1 else { return }
    hasWarnedOfTimer = true
    let after = hex(count(task), digits: 8)
    warn(["timer: \(function) preempt leak: 00000100 -> \(after)"], at: "call_timer_fn")
  }

  private func complain(aboutSoftirq task: ModuleTask) {
    guard !task.isHardirq, task.preemptCount != 1 else { return }
    let after = hex(count(task), digits: 8)
    let softirq = task.later == .rcu ? "9 RCU rcu_core_si" : "6 TASKLET tasklet_action"
    log(
      [
        "huh, entered softirq \(softirq) with preempt_count 00000100, "
          + "exited with \(after)?"
      ], level: 3)
  }

  private func complain(aboutWork task: ModuleTask, _ function: String) {
    guard task.preemptCount != 0 else { return }
    let count = hex(count(task), digits: 8)
    let worker = function.split(separator: "+").first.map(String.init) ?? function
    let owner = task.module.map { " [\($0.name)]" } ?? ""
    if view.configuration.kernel.tellsLeakedRCU {
      complain(
        [
          "BUG: workqueue leaked atomic, lock or RCU: \(task.name)[\(task.pid)]",
          "     preempt=0x\(count) lock=0->0 RCU=0->0 workfn=\(worker)"
            + owner,
        ])
    } else {
      complain(
        [
          "BUG: workqueue leaked lock or atomic: \(task.name)/0x\(count)/\(task.pid)",
          "     last function: \(worker)\(owner)",
        ])
    }
    complainAboutScheduling(task)
  }

  private func complain(aboutInit task: ModuleTask, _ function: String) {
    var text = ""
    if task.preemptCount != 0 { text += "preemption imbalance " }
    if task.interruptsOff { text += "disabled interrupts " }
    guard !text.isEmpty else { return }
    warn(["initcall \(function) returned with \(text)"], at: "do_one_initcall")
  }

  /// A thread's function, or the exit function of a module, has returned.
  private func complain(aboutExit task: ModuleTask) {
    if task.interruptsOff, task.name != "rmmod" { warn([], at: "do_exit") }
    if task.preemptCount != 0 { complainAboutScheduling(task) }
  }

  /// What a kernel notes of a task that it ends.
  func noteCounts(ofDead task: ModuleTask) {
    let title = "note: \(task.name)[\(task.pid)] exited with"
    if task.interruptsOff { log(["\(title) irqs disabled"], level: 6) }
    if task.preemptCount != 0 {
      log(["\(title) preempt_count \(hex(count(task), digits: 1))"], level: 6)
    }
  }
}
