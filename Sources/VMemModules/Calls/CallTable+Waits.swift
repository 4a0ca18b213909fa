internal import CModule
internal import VMem

/// Wait queues, completions, and read-copy update.
extension CallTable {
  /// `done` of a completion that everybody may pass.
  private static let everybody: UInt64 = 0xffff_ffff

  static let waits: [CallEntry] = [
    // queue, wakes seen, state, timeout
    CallEntry("wait_on") { call throws(CallStop) in
      call.mightSleep()
      call.task?.waitsOn = call[0]
      let left = try call.wait(jiffies: call[3], isInterruptible: call[2] & 1 == 1) {
        () throws(CallStop) in
        // Whoever wakes the task itself (kthread_stop) makes it look again, too.
        if call.task?.isWoken == true { return true }
        return try call.words(call[0] &+ 8, 1)[0] != call[1]
      }
      call.task?.isWoken = false
      return left
    },
    CallEntry("wake_up") { call throws(CallStop) in
      let wakes = try call.words(call[0] &+ 8, 1)[0]
      try call.write(word: wakes &+ 1, to: call[0] &+ 8)
      call.host.wake(call[0], exclusive: Int(call.int(1)), states: call.uint(2))
      return 0
    },
    CallEntry("waitqueue_active") { call in
      call.host.joined[call[0]]?.isEmpty == false
        || call.host.tasks.contains { $0.isWaiting && $0.waitsOn == call[0] } ? 1 : 0
    },
    // queue, entry, state
    CallEntry("prepare_to_wait") { call throws(CallStop) in
      let words = try call.words(call[1], 2)
      let entry = QueueEntry(task: words[1], isExclusive: words[0] & 1 != 0)
      var list = call.host.joined[call[0]] ?? []
      // Those that are all woken come first.
      if !list.contains(where: { $0.task == entry.task }) {
        let place = entry.isExclusive ? list.count : 0
        list.insert(entry, at: place)
      }
      call.host.joined[call[0]] = list
      if call.int(2) >= 0 { call.task?.record.pointee.__state = call.uint(2) }
      return 0
    },
    CallEntry("finish_wait") { call throws(CallStop) in
      let task = try call.words(call[1] &+ 8, 1)[0]
      call.host.joined[call[0]]?.removeAll { $0.task == task }
      call.task?.record.pointee.__state = 0
      return 0
    },
    CallEntry("complete") { call throws(CallStop) in
      let done = try call.done(0)
      if done != everybody { try call.write(word: done + 1, size: 4, to: call[0]) }
      return 0
    },
    CallEntry("complete_all") { call throws(CallStop) in
      try call.write(word: everybody, size: 4, to: call[0])
      return 0
    },
    // completion, state, timeout
    CallEntry("wait_for_completion") { call throws(CallStop) in
      call.mightSleep()
      let left = try call.wait(jiffies: call[2], isInterruptible: call[1] & 1 == 1) {
        () throws(CallStop) in try call.done(0) > 0
      }
      if left > 0 { try call.takeDone() }
      return left
    },
    CallEntry("try_wait_for_completion") { call throws(CallStop) in
      guard try call.done(0) > 0 else { return 0 }
      try call.takeDone()
      return 1
    },
  ]

  static let rcu: [CallEntry] = [
    CallEntry("rcu_read_lock") { call in
      if let task = call.task {
        if task.readers == 0 { task.readSide = call.host.turns }
        task.readers += 1
      }
      call.disablePreemption()
      return 0
    },
    CallEntry("rcu_read_unlock") { call in
      call.task?.readers -= 1
      call.enablePreemption()
      return 0
    },
    CallEntry("rcu_read_lock_held") { call in call.task?.readers ?? 0 > 0 ? 1 : 0 },
    CallEntry("synchronize_rcu") { call throws(CallStop) in
      call.mightSleep()
      guard let task = call.task else { return 0 }
      if task.memory == nil {
        task.memory = call.host.turns
        call.host.hasMoved = true
        throw call.wait()
      }
      if call.host.hasReaders(since: task.memory!, but: task) { throw call.wait() }
      task.memory = nil
      return 0
    },
    // head, function
    CallEntry("call_rcu") { call in
      let module = call.host.modules.first { $0.contains(call[1]) }
      guard let task = call.host.spawnSoftirq(call[1], call[0], module) else { return 0 }
      call.host.begin(task, for: call[0], .rcu)
      return 0
    },
    CallEntry("rcu_barrier") { call throws(CallStop) in
      if call.host.hasLater(.rcu) { throw call.wait() }
      return 0
    },
    // head, address
    CallEntry("kvfree_rcu") { call in
      call.host.deferFree(call.address(1), call.event)
      return 0
    },
    CallEntry("kvfree_rcu_mightsleep") { call throws(CallStop) in
      call.mightSleep()
      call.host.deferFree(call.address(0), call.event)
      return 0
    },
    CallEntry("kvfree_rcu_barrier") { call in
      call.host.freeDeferred()
      return 0
    },
    CallEntry("srcu_read_lock") { call in
      var state = call.host.srcu[call[0]] ?? SRCUState()
      state.readers[state.current] += 1
      call.host.srcu[call[0]] = state
      return UInt64(state.current)
    },
    CallEntry("srcu_read_unlock") { call in
      call.host.srcu[call[0]]?.readers[Int(call.int(1)) & 1] -= 1
      return 0
    },
    CallEntry("synchronize_srcu") { call throws(CallStop) in
      call.mightSleep()
      var state = call.host.srcu[call[0]] ?? SRCUState()
      guard let task = call.task else { return 0 }
      if task.memory == nil {
        task.memory = UInt64(state.current) + 1
        state.current ^= 1
        call.host.srcu[call[0]] = state
        call.host.hasMoved = true
        throw call.wait()
      }
      if state.readers[Int(task.memory! - 1)] > 0 { throw call.wait() }
      task.memory = nil
      return 0
    },
    // srcu, head, function
    CallEntry("call_srcu") { call in
      call.host.later(call[2], call[1], name: "rcu_preempt", kind: .rcu)
      return 0
    },
    CallEntry("srcu_barrier") { call throws(CallStop) in
      if call.host.hasLater(.rcu) { throw call.wait() }
      return 0
    },
    CallEntry("cleanup_srcu_struct") { call in
      call.host.srcu[call[0]] = nil
      return 0
    },
  ]
}

/// A task that has joined a wait queue by hand.
struct QueueEntry {
  let task: UInt64
  /// Whether it is one of those that only some are woken of.
  let isExclusive: Bool
}

/// Readers of a `struct srcu_struct`, by the side that they entered on.
struct SRCUState {
  var readers = [0, 0]
  var current = 0
}

extension NativeCall {
  fileprivate func done(_ index: Int) throws(CallStop) -> UInt64 {
    try words(self[index], 1)[0] & 0xffff_ffff
  }

  fileprivate func takeDone() throws(CallStop) {
    let done = try done(0)
    if done != 0xffff_ffff { try write(word: done - 1, size: 4, to: self[0]) }
  }
}

extension ModuleHost {
  /// What a task that the kernel starts itself is for.
  enum LaterKind { case rcu, work }

  /// Runs a function with an argument as a task of the kernel's own.
  @discardableResult
  func later(_ function: UInt64, _ argument: UInt64, name: String, kind: LaterKind) -> ModuleTask? {
    let module = modules.first { $0.contains(function) }
    guard let task = spawn(function, argument, name: Array(name.utf8), module) else { return nil }
    begin(task, for: argument, kind)
    return task
  }

  func begin(_ task: ModuleTask, for subject: UInt64, _ kind: LaterKind) {
    task.subject = subject
    task.later = kind
    task.readSide = turns
    task.state = .ready
  }

  /// Wakes the tasks of a queue that are in one of some states: all but the exclusive ones, and as many of
  /// these, 0 for all.
  func wake(_ queue: UInt64, exclusive count: Int, states: UInt32) {
    var left = count
    for entry in joined[queue] ?? [] {
      guard let task = task(at: entry.task), !task.isOver else { continue }
      let state = task.record.pointee.__state
      // A task that has joined, and not set its state yet, is awake.
      if state != 0, state & states == 0 { continue }
      if wake(task), entry.isExclusive {
        left -= 1
        if left == 0 { return }
      }
    }
  }

  func hasLater(_ kind: LaterKind) -> Bool {
    tasks.contains { $0.later == kind && !$0.isOver && $0 !== running }
  }

  /// Keeps what kvfree_rcu is given until nobody reads any more; a full page of such does not wait for the
  /// end of the task's turn.
  fileprivate func deferFree(_ address: UInt64, _ asked: Ledger.Event) {
    deferredFrees.append((address, asked))
    if deferredFrees.count >= SelfTest.bulkMaximum { freeDeferred() }
  }

  /// Frees what kvfree_rcu was given, once nobody reads any more.
  func freeDeferred() {
    guard !deferredFrees.isEmpty, !tasks.contains(where: { $0.readers > 0 }) else { return }
    let frees = deferredFrees
    deferredFrees = []
    for (address, event) in frees { free(address, event) }
  }

  private func free(_ address: UInt64, _ asked: Ledger.Event) {
    let event = Ledger.Event(call: asked.call, caller: asked.caller, time: now)
    if let (cache, start) = slab.object(at: address), start == address { checkRest(address, cache) }
    let entry = ledger.remove(address, event)
    if map.isVmallocAddress(address) {
      _ = try? place!.pointee.mappings.vfree(address)
    } else if let (cache, start) = slab.object(at: address), start == address,
      slab.size(of: address) != nil
    {
      slab.put(address, cache)
      watch(address..<address + cache.stride)
    } else if let entry, entry.kind == .object {
      let first = (address &- map.pageOffset) >> 12
      _ = try? place!.pointee.pageSets.freePages(Array(first..<first + entry.size >> 12))
    }
  }
}
