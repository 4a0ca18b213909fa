internal import CModule
internal import VMem

/// How calls wait: they say so, and are asked again at the task's next turns.
extension NativeCall {
  /// The task that calls; nil in a function that the engine calls back outside of tasks.
  var task: ModuleTask? { host.running }

  /// Ends the turn. With a deadline it is asked again at the latest then; `polls` says that it may be
  /// able to go on before.
  func wait(until deadline: UInt64? = nil, polls: Bool = true) -> CallStop {
    if let task {
      if !task.isWaiting, task.preemptCount > 0 { complainAboutScheduling(task) }
      task.place = name
      task.placeCaller = caller
      task.wanted = nil
      task.polls = polls
      if let deadline { task.wakeTime = deadline }
    }
    return .wait
  }

  private func complainAboutScheduling(_ task: ModuleTask) {
    host.log(
      [
        "BUG: scheduling while atomic: \(task.name)/\(task.pid)/0x"
          + host.hex(UInt64(task.preemptCount) + 1, digits: 8)
      ], level: 3)
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

  /// Waits for some microseconds.
  func sleep(microseconds: UInt64) throws(CallStop) {
    guard let task else {
      host.pass(microseconds)
      return
    }
    if task.wakeTime == nil {
      throw wait(until: host.time(after: max(1, microseconds)), polls: false)
    }
    if host.now < task.wakeTime! { throw wait(polls: false) }
  }

  /// Waits until `isReady`, at most until a number of jiffies is over; what is left of them, 0 when it is
  /// over. Without a limit, always more than 0.
  func wait(jiffies: UInt64, _ isReady: () throws(CallStop) -> Bool) throws(CallStop) -> UInt64 {
    let isEndless = jiffies >= UInt64(Int64.max)
    if try isReady() {
      guard !isEndless, let deadline = task?.wakeTime else { return max(1, jiffies) }
      return max(1, deadline > host.now ? (deadline - host.now) / ModuleHost.jiffy : 0)
    }
    if isEndless { throw wait() }
    let deadline = task?.wakeTime ?? host.time(after: jiffies.times(ModuleHost.jiffy))
    if host.now >= deadline { return 0 }
    throw wait(until: deadline)
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
