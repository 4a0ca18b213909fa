internal import CModule
internal import VMem

/// Spinlocks, mutexes, semaphores and reader-writer locks.
extension CallTable {
  static let locks: [CallEntry] =
    entries("spin_lock", "spin_unlock", "spin_trylock", spins: true, shared: false)
    + entries("write_lock", "write_unlock", "write_trylock", spins: true, shared: false)
    + entries("read_lock", "read_unlock", "read_trylock", spins: true, shared: true)
    + entries("mutex_lock", "mutex_unlock", "mutex_trylock", spins: false, shared: false)
    + entries("down_write", "up_write", "down_write_trylock", spins: false, shared: false)
    + entries("down_read", "up_read", "down_read_trylock", spins: false, shared: true)
    + [
      CallEntry("mutex_destroy") { _ in 0 },
      CallEntry("downgrade_write") { call throws(CallStop) in
        try Lock(call, call[0]).write(count: 1, owner: 0)
        return 0
      },
      CallEntry("down") { call throws(CallStop) in
        call.mightSleep()
        let lock = try Lock(call, call[0])
        if lock.count <= 0 { throw call.wait() }
        try lock.write(count: lock.count &- 1, owner: 0)
        return 0
      },
      CallEntry("up") { call throws(CallStop) in
        let lock = try Lock(call, call[0])
        try lock.write(count: lock.count &+ 1, owner: 0)
        return 0
      },
      CallEntry("down_trylock") { call throws(CallStop) in
        let lock = try Lock(call, call[0])
        if lock.count <= 0 { return 1 }
        try lock.write(count: lock.count &- 1, owner: 0)
        return 0
      },
      CallEntry("down_timeout") { call throws(CallStop) in
        let left = try call.wait(jiffies: call[1]) { () throws(CallStop) in
          try Lock(call, call[0]).count > 0
        }
        if left == 0 { return UInt64(bitPattern: -62) }
        let lock = try Lock(call, call[0])
        try lock.write(count: lock.count &- 1, owner: 0)
        return 0
      },
      // The lock stands behind the root table's address.
      CallEntry("mmap_read_lock") { call throws(CallStop) in
        try call.take(Lock(call, call[0] &+ 8), spins: false, shared: true)
      },
      CallEntry("mmap_read_unlock") { call throws(CallStop) in
        try call.give(Lock(call, call[0] &+ 8), spins: false, shared: true)
      },
      CallEntry("mmap_write_lock") { call throws(CallStop) in
        try call.take(Lock(call, call[0] &+ 8), spins: false, shared: false)
      },
      CallEntry("mmap_write_unlock") { call throws(CallStop) in
        try call.give(Lock(call, call[0] &+ 8), spins: false, shared: false)
      },
    ]

  private static func entries(
    _ take: StaticString, _ give: StaticString, _ attempt: StaticString, spins: Bool, shared: Bool
  ) -> [CallEntry] {
    [
      CallEntry(take) { call throws(CallStop) in
        try call.take(Lock(call, call[0]), spins: spins, shared: shared)
      },
      CallEntry(give) { call throws(CallStop) in
        try call.give(Lock(call, call[0]), spins: spins, shared: shared)
      },
      CallEntry(attempt) { call throws(CallStop) in
        let lock = try Lock(call, call[0])
        guard lock.isFree(shared: shared) else { return 0 }
        if !spins, shared, call.host.hasWaiter(for: lock.address) { return 0 }
        try call.seize(lock, spins: spins, shared: shared)
        return 1
      },
    ]
  }
}

/// A `struct vmem_lock`: how many hold it (-1 a writer or owner), and the owner's pid.
struct Lock {
  let call: NativeCall
  let address: UInt64
  let count: Int32
  let owner: Int32
  let isInitialised: Bool
  let nameAddress: UInt64

  init(_ call: NativeCall, _ address: UInt64) throws(CallStop) {
    self.call = call
    self.address = address
    let words = try call.words(address, 3)
    count = Int32(truncatingIfNeeded: words[0])
    owner = Int32(truncatingIfNeeded: words[0] >> 32)
    isInitialised = UInt32(truncatingIfNeeded: words[1]) == UInt32(VMEM_LOCK_MAGIC)
    nameAddress = words[2]
  }

  var name: String {
    nameAddress == 0
      ? "lock" : String(decoding: call.host.string(nameAddress, limit: 64) ?? [], as: UTF8.self)
  }

  func isFree(shared: Bool) -> Bool { shared ? count >= 0 : count == 0 }

  func write(count: Int32, owner: Int32) throws(CallStop) {
    let word = UInt64(UInt32(bitPattern: count)) | UInt64(UInt32(bitPattern: owner)) << 32
    try call.write(word: word, to: address)
  }
}

/// A lock that a task waits for.
struct WantedLock {
  let name: String
  let address: UInt64
  var isShared = false
}

extension ModuleHost {
  /// The task that holds a lock, beside one that wants it.
  func holder(of lock: UInt64, but task: ModuleTask) -> ModuleTask? {
    tasks.first { other in
      other !== task && !other.isOver && other.held.contains { $0.address == lock }
    }
  }

  /// Whether a task waits for a lock.
  fileprivate func hasWaiter(for lock: UInt64) -> Bool {
    tasks.contains { $0.isWaiting && !$0.isOver && $0.wanted?.address == lock }
  }

  /// `insmod:100 waits in mutex_lock called by f+0x13/0xc2 [mod] for &a, which kk:101 holds`.
  func waitSentence(_ task: ModuleTask) -> String {
    var sentence = "\(task.name):\(task.pid) waits in \(task.place)"
    if task.placeCaller != 0 { sentence += " called by \(symbol(at: task.placeCaller))" }
    guard let lock = task.wanted else { return sentence }
    return sentence + " for \(lock.name), which \(holder(lock))"
  }

  /// `kk:101 holds`.
  fileprivate func holder(_ lock: WantedLock) -> String {
    if let left = leftLocks[lock.address] { return left }
    guard let word = words(lock.address, 1)?[0] else { return "is gone" }
    if Int32(truncatingIfNeeded: word) > 0 { return "readers hold" }
    let owner = Int32(truncatingIfNeeded: word >> 32)
    guard let task = tasks.first(where: { $0.pid == owner && !$0.isOver }) else {
      return "pid \(owner) holds, which is gone"
    }
    return "\(task.name):\(owner) holds"
  }
}

extension NativeCall {
  private var pid: Int32 { task?.pid ?? 1 }

  fileprivate func seize(_ lock: Lock, spins: Bool, shared: Bool) throws(CallStop) {
    try lock.write(count: shared ? lock.count &+ 1 : -1, owner: shared ? 0 : pid)
    task?.held.append(
      HeldLock(address: lock.address, caller: caller, nameAddress: lock.nameAddress))
    task?.wanted = nil
    if spins { disablePreemption() }
  }

  /// Whether a reader has to let a writer go first that waits: one that has come before it, or where
  /// other readers hold the lock.
  private func hasWriter(before lock: Lock) -> Bool {
    guard let task, task.isWaiting || lock.count > 0 else { return false }
    return host.tasks.contains { other in
      other !== task && other.isWaiting && !other.isOver
        && other.wanted?.address == lock.address && other.wanted?.isShared == false
        && (!task.isWaiting || other.waitingTurn < task.waitingTurn)
    }
  }

  fileprivate func take(_ lock: Lock, spins: Bool, shared: Bool) throws(CallStop) -> UInt64 {
    if !spins { mightSleep() }
    if !lock.isInitialised { complain("bad magic: it was never initialised", lock) }
    if lock.isFree(shared: shared), spins || !shared || !hasWriter(before: lock) {
      try seize(lock, spins: spins, shared: shared)
      return 0
    }
    let isOwn = lock.owner == pid && lock.count < 0
    if spins, !isOwn, let task, let holder = host.holder(of: lock.address, but: task) {
      try spin(task, lock, holder)
    }
    if spins || isOwn { throw .oops(deadlock(lock, isOwn: isOwn, spins: spins)) }
    let stop = wait()
    task?.wanted = WantedLock(name: lock.name, address: lock.address, isShared: shared)
    throw stop
  }

  /// Spins for what a task on another CPU holds, unless that one spins for what this one holds.
  private func spin(
    _ task: ModuleTask, _ lock: Lock, _ holder: ModuleTask
  ) throws(CallStop) {
    guard holder.keepsCPU, holder.cpu != task.cpu, host.callbacks == 0 else { return }
    task.wanted = WantedLock(name: lock.name, address: lock.address)
    (task.place, task.placeCaller) = (name, caller)
    var (next, links): (ModuleTask?, Int) = (holder, 0)
    while let other = next, other.spinsFor != 0, links < 64 {
      next = host.holder(of: other.spinsFor, but: other)
      links += 1
      if next === task { throw .oops(circle(task, lock, holder)) }
    }
    let limit = UInt64(host.longestTurn) * 1_000_000
    guard !task.isWaiting || host.now &- task.waitingSince < limit else {
      throw .oops(host.lockup(of: task, host.waitSentence(task)))
    }
    task.keepsCPU = true
    task.spinsFor = lock.address
    throw .wait
  }

  private func circle(_ task: ModuleTask, _ lock: Lock, _ holder: ModuleTask) -> Oops {
    Oops(
      lines: ["BUG: spinlock lockup suspected on CPU#\(task.cpu), \(host.taskTitle)"],
      explanation: "deadlock: \(host.waitSentence(task)), and \(host.waitSentence(holder)): "
        + "a kernel hangs here",
      isReportOnly: true)
  }

  private func deadlock(_ lock: Lock, isOwn: Bool, spins: Bool) -> Oops {
    let kind = spins ? "spinlock" : "lock"
    let what = isOwn ? "recursion" : "lockup suspected"
    return Oops(
      lines: ["BUG: \(kind) \(what) on CPU#\(task?.cpu ?? 0), \(host.taskTitle)"],
      explanation: isOwn
        ? "\(callerName) takes \(lock.name) in \(name), and holds it already: a kernel hangs here"
        : "\(callerName) spins for \(lock.name), which "
          + host.holder(WantedLock(name: lock.name, address: lock.address))
          + ": a kernel hangs here",
      isReportOnly: true)
  }

  fileprivate func give(_ lock: Lock, spins: Bool, shared: Bool) throws(CallStop) -> UInt64 {
    if shared ? lock.count <= 0 : lock.count >= 0 {
      complain("already unlocked", lock)
    } else {
      if !shared, lock.owner != pid { complain("wrong owner: pid \(lock.owner) took it", lock) }
      try lock.write(count: shared ? lock.count &- 1 : 0, owner: 0)
    }
    // The last one taken is most often the first that is given back.
    if let task, let index = task.held.lastIndex(where: { $0.address == lock.address }) {
      task.held.remove(at: index)
    }
    if spins { enablePreemption() }
    return 0
  }

  private func complain(_ what: String, _ lock: Lock) {
    host.complain(["BUG: lock \(what), \(lock.name), \(host.taskTitle)"])
    explain("\(name) called by \(callerName)")
  }
}
