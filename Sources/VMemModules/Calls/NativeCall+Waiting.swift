internal import CModule
internal import VMem

/// How calls wait: they say so, and are asked again at the task's next turns.
extension NativeCall {
  /// The task that calls; nil in a function that the engine calls back outside of tasks.
  var task: ModuleTask? { host.running }

  /// Ends the turn. With a deadline it is asked again at the latest then; `polls` says that it may be
  /// able to go on before.
  func wait(
    until deadline: UInt64? = nil, polls: Bool = true, isInterruptible: Bool = false
  ) -> CallStop {
    if let task {
      if !task.isWaiting, task.preemptCount > 0 { complainAboutScheduling(task) }
      task.place = name
      task.placeCaller = caller
      task.wanted = nil
      task.polls = polls
      task.isInterruptible = isInterruptible
      if let deadline {
        task.wakeTime = deadline
        if !polls { host.tick(at: deadline) }
      }
    }
    return .wait
  }

  private func complainAboutScheduling(_ task: ModuleTask) {
    host.complainAboutScheduling(task)
    explain("\(callerName) waits in \(name) with a spinlock held, or preemption off")
  }

  /// Ends the turn once; when it is asked again, it goes on.
  func yield() throws(CallStop) {
    guard let task else { return }
    if task.memory == nil {
      task.memory = 1
      host.hasMoved = true
      throw wait()
    }
    task.memory = nil
  }

  /// Ends the turn, and not more: whoever is atomic keeps its CPU.
  func leave() -> CallStop {
    host.hasMoved = true
    guard let task, task.isAtomic else { return wait() }
    task.keepsCPU = true
    (task.place, task.placeCaller) = (name, caller)
    return .wait
  }

  /// Ends the turn once, where another task can run.
  func yieldAnyCPU() throws(CallStop) {
    guard let task, !task.isAtomic || host.mayLeave(task) else { return }
    if task.memory == nil {
      task.memory = 1
      throw leave()
    }
    task.memory = nil
  }

  /// Spins for some microseconds: timers and tasks of other CPUs run meanwhile.
  func delay(microseconds: UInt64) throws(CallStop) {
    guard let task, host.callbacks == 0, host.tasks.count > 1 || !host.timers.isEmpty else {
      host.pass(microseconds)
      return
    }
    if let end = task.wakeTime, host.now >= end { return }
    let end = task.wakeTime ?? host.time(after: microseconds)
    let stop = leave()
    (task.wakeTime, task.polls, task.isInterruptible) = (end, false, true)
    host.tick(at: end)
    throw stop
  }

  /// Waits for some microseconds.
  func sleep(microseconds: UInt64, isInterruptible: Bool = false) throws(CallStop) {
    guard let task else {
      host.pass(microseconds)
      return
    }
    if task.wakeTime == nil {
      let end = host.time(after: max(1, microseconds))
      throw wait(until: end, polls: false, isInterruptible: isInterruptible)
    }
    if host.now < task.wakeTime! { throw wait(polls: false, isInterruptible: isInterruptible) }
  }

  /// Waits until `isReady`, at most until a number of jiffies is over; what is left of them, 0 when it is
  /// over. Without a limit, always more than 0.
  func wait(
    jiffies: UInt64, isInterruptible: Bool = false, _ isReady: () throws(CallStop) -> Bool
  ) throws(CallStop) -> UInt64 {
    let isEndless = jiffies >= UInt64(Int64.max)
    if try isReady() {
      guard !isEndless, let deadline = task?.wakeTime else { return max(1, jiffies) }
      return max(1, deadline > host.now ? (deadline - host.now) / ModuleHost.jiffy : 0)
    }
    if isEndless { throw wait(isInterruptible: isInterruptible) }
    let deadline = task?.wakeTime ?? host.time(after: jiffies.times(ModuleHost.jiffy))
    if host.now >= deadline { return 0 }
    throw wait(until: deadline, isInterruptible: isInterruptible)
  }

  // MARK: Preemption and interrupts

  func disablePreemption() {
    task?.preemptCount += 1
  }

  func enablePreemption() {
    guard let task else { return }
    if task.preemptCount == 0 {
      host.log(["WARNING: at \(callerName): preempt_count underflow"], level: 4)
      return
    }
    task.preemptCount -= 1
  }
}

extension ModuleHost {
  /// Microseconds of a jiffy: HZ is 1000.
  static let jiffy: UInt64 = 1000

  /// Milliseconds since five minutes before they would overflow 32 bits, as kernels begin.
  var jiffies: UInt64 { now / Self.jiffy &+ UInt64(UInt32(truncatingIfNeeded: -300_000)) }

  /// Lets microseconds pass.
  func pass(_ microseconds: UInt64) {
    place!.pointee.advanceClock(to: time(after: microseconds))
  }

  /// The task of a `struct task_struct`.
  func task(at address: UInt64) -> ModuleTask? { tasksByAddress[address] }
}
