internal import CModule
internal import VMem

/// Work queues: each piece of work is a task; those of a queue of one run one after the other.
extension CallTable {
  static let work: [CallEntry] = [
    // format, flags, active, …
    CallEntry("alloc_workqueue") { call throws(CallStop) in
      let name = try call.formatted(0, call.arguments(from: 3)).bytes
      let queue = call.host.objects.keep([UInt8](repeating: 0, count: 16))
      call.host.workQueues[queue] = WorkQueue(
        name: String(decoding: name, as: UTF8.self), isOrdered: call.int(2) == 1,
        given: call.event)
      return queue
    },
    CallEntry("destroy_workqueue") { call throws(CallStop) in
      if call.host.hasWork(of: call[0]) { throw call.wait() }
      call.host.workQueues[call[0]] = nil
      return 0
    },
    CallEntry("flush_workqueue") { call throws(CallStop) in
      if call.host.hasWork(of: call[0]) { throw call.wait() }
      return 0
    },
    // queue, work
    CallEntry("queue_work") { call throws(CallStop) in try call.queue(call[1], on: call[0]) },
    // queue, work, jiffies
    CallEntry("queue_delayed_work") { call throws(CallStop) in
      try call.queue(call[1], on: call[0], delay: call[2])
    },
    CallEntry("mod_delayed_work") { call throws(CallStop) in
      let was = try call.cancel(call[1])
      _ = try call.queue(call[1], on: call[0], delay: call[2])
      return was ? 1 : 0
    },
    CallEntry("flush_work") { call throws(CallStop) in try call.flush(call[0]) },
    // It does not wait for the delay to end.
    CallEntry("flush_delayed_work") { call throws(CallStop) in
      call.host.pending(call[0])?.wakeTime = nil
      return try call.flush(call[0])
    },
    // A tasklet begins with its work.
    CallEntry("tasklet_schedule") { call throws(CallStop) in
      try call.queue(call[0], on: 0, context: .softirq)
    },
    CallEntry("irq_work_queue") { call throws(CallStop) in
      try call.queue(call[0], on: 0, context: .irq)
    },
    CallEntry("cancel_work_sync") { call throws(CallStop) in
      let was = try call.cancel(call[0])
      if call.host.runs(call[0]) { throw call.wait() }
      return was ? 1 : 0
    },
    // work, whether to wait
    CallEntry("cancel_delayed_work") { call throws(CallStop) in
      let was = try call.cancel(call[0])
      if call.uint(1) & 0xff != 0, call.host.runs(call[0]) { throw call.wait() }
      return was ? 1 : 0
    },
  ]
}

struct WorkQueue {
  let name: String
  let isOrdered: Bool
  let given: Ledger.Event
}

extension NativeCall {
  /// Where `struct work_struct` keeps its function: behind the mark that it is pending and a list entry.
  private static let functionOffset: UInt64 = 24

  fileprivate func queue(
    _ work: UInt64, on queue: UInt64, delay: UInt64 = 0, context: ExecutionContext = .process
  ) throws(CallStop) -> UInt64 {
    let function = try words(work &+ Self.functionOffset, 1)[0]
    guard try words(work, 1)[0] == 0 else { return 0 }
    guard let task = host.begin(function, work, context) else { return 0 }
    try write(word: 1, to: work)
    task.queue = queue
    task.begin = { [host] in _ = host.write([UInt8](repeating: 0, count: 8), to: work) }
    if delay > 0 {
      task.wakeTime = host.time(after: delay.times(ModuleHost.jiffy))
      task.polls = false
    }
    return 1
  }

  /// Waits for what is queued, not for what the work queues itself meanwhile.
  fileprivate func flush(_ work: UInt64) throws(CallStop) -> UInt64 {
    let begun = task?.memory
    let last = begun ?? UInt64(host.nextPID)
    task?.memory = last
    if host.runs(work, before: Int32(truncatingIfNeeded: last)) { throw wait() }
    task?.memory = nil
    return begun == nil ? 0 : 1
  }

  /// Takes work back that has not begun; whether there was such.
  fileprivate func cancel(_ work: UInt64) throws(CallStop) -> Bool {
    guard let task = host.pending(work) else { return false }
    task.end()
    host.tasks.removeAll { $0 === task }
    try write(word: 0, to: work)
    return true
  }
}

extension ModuleHost {
  /// A worker, or the function of a tasklet or of irq_work.
  fileprivate func begin(
    _ function: UInt64, _ work: UInt64, _ context: ExecutionContext
  ) -> ModuleTask? {
    if context == .process { return later(function, work, name: "kworker/0:1", kind: .work) }
    let module = modules.first { $0.contains(function) }
    guard let task = spawnSoftirq(function, work, module) else { return nil }
    if context == .irq { (task.isHardirq, task.interruptsOff) = (true, true) }
    begin(task, for: work, .work)
    return task
  }

  /// Work that has not begun.
  fileprivate func pending(_ work: UInt64) -> ModuleTask? {
    tasks.first { $0.subject == work && $0.begin != nil }
  }

  fileprivate func hasWork(of queue: UInt64) -> Bool {
    tasks.contains { $0.later == .work && $0.queue == queue && !$0.isOver && $0 !== running }
  }

  /// Whether a task may begin: others of its queue come first, if it does one after the other.
  func mayBegin(_ task: ModuleTask) -> Bool {
    // What call_rcu was given waits for the readers of then.
    if task.later == .rcu, !task.isWaiting { return !hasReaders(since: task.readSide, but: task) }
    guard task.begin != nil, workQueues[task.queue]?.isOrdered == true else { return true }
    let queued = tasks.filter { $0.later == .work && $0.queue == task.queue && !$0.isOver }
    let first = queued.first { $0.begin == nil } ?? queued.first { ($0.wakeTime ?? 0) <= now }
    return first === task
  }
}
