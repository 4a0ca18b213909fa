internal import CModule
internal import VMem

/// The current task, kernel threads, and what leaves the CPU.
extension CallTable {
  static let tasks: [CallEntry] = [
    CallEntry("current") { call in call.task?.address ?? 0 },
    CallEntry("set_current_state") { call in
      call.task?.record.pointee.__state = call.uint(0)
      return 0
    },
    CallEntry("schedule") { call throws(CallStop) in try call.schedule() },
    CallEntry("schedule_timeout") { call throws(CallStop) in try call.scheduleTimeout() },
    CallEntry("cond_resched") { call throws(CallStop) in
      call.mightSleep()
      if call.task?.isAtomic != true { try call.yield() }
      return 0
    },
    CallEntry("yield") { call throws(CallStop) in
      try call.yield()
      return 0
    },
    CallEntry("cpu_relax") { call throws(CallStop) in
      if call.task?.memory == nil {
        call.host.pass(1)
        try call.checkForLockup()
      }
      try call.yieldAnyCPU()
      return 0
    },
    CallEntry("need_resched") { _ in 0 },
    // Made for a task that spins without a call: a quarter of a second has passed.
    CallEntry("preempted") { call throws(CallStop) in
      guard let task = call.task, task.preemptCount == 0, !task.interruptsOff else { return 0 }
      if task.memory == nil { call.host.pass(250_000) }
      try call.yield()
      return 0
    },
    CallEntry("wake_up_process") { call in
      guard let task = call.host.task(at: call[0]), !task.isOver else { return 0 }
      return call.host.wake(task) ? 1 : 0
    },
    CallEntry("might_sleep") { call in
      call.mightSleep()
      return 0
    },
    // function, data, node, format, …
    CallEntry("kthread_create_on_node") { call throws(CallStop) in
      try call.createThread(
        name: try call.formatted(3, call.arguments(from: 4)).bytes, cpu: nil)
    },
    // function, data, cpu, format
    CallEntry("kthread_create_on_cpu") { call throws(CallStop) in
      let cpu = call.uint(2)
      var name = try call.string(call[3])
      if let place = name.indices.first(where: { name[$0...].starts(with: "%u".utf8) }) {
        name.replaceSubrange(place..<place + 2, with: "\(cpu)".utf8)
      }
      return try call.createThread(name: name, cpu: cpu)
    },
    CallEntry("kthread_bind") { call in
      if let task = call.host.task(at: call[0]) { call.host.bind(task, cpu: call.uint(1)) }
      return 0
    },
    CallEntry("kthread_stop") { call throws(CallStop) in try call.stopThread() },
    CallEntry("kthread_should_stop") { call throws(CallStop) in
      guard let task = call.task else { return 0 }
      if task.shouldStop { return 1 }
      // A thread that only asks lets others run now and then.
      task.questions += 1
      if task.questions % 64 == 0, !task.isAtomic || call.host.mayLeave(task) {
        task.questions += 1
        throw call.leave()
      }
      return 0
    },
    CallEntry("kthread_exit") { call throws(CallStop) in
      call.task?.state = .finished(call[0])
      throw call.wait()
    },
    CallEntry("get_task_struct") { _ in 0 },
    CallEntry("put_task_struct") { _ in 0 },
    CallEntry("set_cpus_allowed_ptr") { call throws(CallStop) in
      let bits = try call.words(call[1], 1)[0]
      guard bits != 0 else { return UInt64(bitPattern: -22) }
      if let task = call.host.task(at: call[0]) {
        call.host.bind(task, cpu: UInt32(bits.trailingZeroBitCount))
        task.isBound = bits.nonzeroBitCount == 1
      }
      return 0
    },
  ]

  static let contexts: [CallEntry] = [
    CallEntry("preempt_disable") { call in
      call.disablePreemption()
      return 0
    },
    CallEntry("preempt_enable") { call in
      call.enablePreemption()
      return 0
    },
    CallEntry("local_bh_disable") { call in
      call.task?.softirqsOff += 1
      call.disablePreemption()
      return 0
    },
    CallEntry("local_bh_enable") { call in
      if let task = call.task, task.softirqsOff > 0 { task.softirqsOff -= 1 }
      call.enablePreemption()
      return 0
    },
    CallEntry("preempt_count") { call in call.task.map { call.host.count($0) } ?? 0 },
    CallEntry("local_irq_save") { call in
      let before: UInt64 = call.task?.interruptsOff == true ? 1 : 0
      call.setInterrupts(off: true)
      return before
    },
    CallEntry("local_irq_restore") { call in
      call.setInterrupts(off: call[0] != 0)
      return 0
    },
    CallEntry("local_irq_disable") { call in
      call.setInterrupts(off: true)
      return 0
    },
    CallEntry("local_irq_enable") { call in
      call.setInterrupts(off: false)
      return 0
    },
    CallEntry("irqs_disabled") { call in call.task?.interruptsOff == true ? 1 : 0 },
    // Bit 0 in a softirq, 1 in a hard one, 2 with softirqs disabled.
    CallEntry("interrupt_level") { call in
      guard let task = call.task else { return 0 }
      let hard: UInt64 = task.isHardirq || task.isInterrupted ? 2 : 0
      return (hard == 0 && task.isSoftirq ? 1 : hard) | (task.softirqsOff > 0 ? 4 : 0)
    },
  ]
}

extension NativeCall {
  fileprivate func setInterrupts(off: Bool) {
    task?.interruptsOff = off
  }

  /// TASK_UNINTERRUPTIBLE, and nothing else: what a kernel reports when it lasts.
  private static let uninterruptible: UInt32 = 2

  fileprivate func schedule() throws(CallStop) -> UInt64 {
    guard let task else { return 0 }
    if task.record.pointee.__state == 0 {
      try yield()
      return 0
    }
    throw wait(isInterruptible: task.record.pointee.__state != Self.uninterruptible)
  }

  fileprivate func scheduleTimeout() throws(CallStop) -> UInt64 {
    guard let task else { return 0 }
    guard Int64(bitPattern: self[0]) >= 0 else {
      host.log(["schedule_timeout: wrong timeout value \(host.hex(self[0], digits: 1))"], level: 3)
      host.explain("\(callerName) waits for a negative time: not at all")
      task.record.pointee.__state = 0
      return 0
    }
    // The CPU is left in any case.
    let isInterruptible = task.record.pointee.__state != Self.uninterruptible
    let left = try wait(jiffies: max(1, self[0]), isInterruptible: isInterruptible) {
      task.record.pointee.__state == 0 && task.isWaiting
    }
    task.record.pointee.__state = 0
    return min(left, self[0])
  }

  fileprivate func createThread(name: [UInt8], cpu: UInt32?) throws(CallStop) -> UInt64 {
    mightSleep()
    let module = host.modules.first { $0.contains(self[0]) }
    guard let task = host.spawn(self[0], self[1], name: name, module) else {
      return UInt64(bitPattern: -12)
    }
    task.record.pointee.flags = 0x20_0000
    task.setParent(host.objects.threadDaemon)
    if let cpu { host.bind(task, cpu: cpu) }
    return task.address
  }

  fileprivate func stopThread() throws(CallStop) -> UInt64 {
    mightSleep()
    guard let thread = host.task(at: self[0]) else { throw badPointer(self[0]) }
    switch thread.state {
    case .new:
      thread.state = .finished(UInt64(bitPattern: -4))
      return UInt64(bitPattern: -4)
    case .finished(let value): return value
    // Its thread died; the kernel's would return its exit code.
    case .died: return UInt64(bitPattern: -4)
    case .ready:
      if !thread.shouldStop {
        thread.shouldStop = true
        _ = host.wake(thread)
      }
      throw wait()
    }
  }
}

extension ModuleHost {
  /// Lets a task go on; false when it was not asleep.
  func wake(_ task: ModuleTask) -> Bool {
    let wasAsleep = task.state == .new || task.record.pointee.__state != 0
    if task.state == .new { task.state = .ready } else { task.isWoken = true }
    task.record.pointee.__state = 0
    hasMoved = true
    return wasAsleep
  }
}
