internal import CModule
internal import VMem

/// Clocks, which advance with calls and readings only, and delays.
extension CallTable {
  /// What the clock of the wall shows when the machine boots: seconds of 1 January 2026.
  private static let bootTime: UInt64 = 1_767_225_600

  static let time: [CallEntry] = [
    CallEntry("jiffies") { call in
      call.host.pass(1)
      return call.host.jiffies
    },
    CallEntry("ktime_get") { call in
      call.host.pass(1)
      return call.host.now * 1000
    },
    CallEntry("ktime_get_real") { call in
      call.host.pass(1)
      return bootTime * 1_000_000_000 + call.host.now * 1000
    },
    CallEntry("get_cycles") { call in
      call.host.pass(1)
      return call.host.now * 1000
    },
    CallEntry("msleep") { call throws(CallStop) in
      call.mightSleep()
      // At least to the next jiffy.
      try call.sleep(microseconds: UInt64(max(1, call.uint(0))).times(1000))
      return 0
    },
    CallEntry("msleep_interruptible") { call throws(CallStop) in
      call.mightSleep()
      try call.sleep(
        microseconds: UInt64(max(1, call.uint(0))).times(1000), isInterruptible: true)
      return 0
    },
    CallEntry("usleep_range") { call throws(CallStop) in
      call.mightSleep()
      try call.sleep(microseconds: call[0])
      return 0
    },
    CallEntry("delay") { call throws(CallStop) in
      try call.delay(microseconds: max(1, call[0] / 1000))
      return 0
    },
  ]

  static let timers: [CallEntry] = [
    // timer, jiffies
    CallEntry("mod_timer") { call throws(CallStop) in try call.startTimer(expires: call[1]) },
    CallEntry("add_timer") { call throws(CallStop) in
      guard try call.words(call[0] &+ 40, 1)[0] == 0 else {
        if call.host.explained.insert(call.caller).inserted {
          call.host.warn([], at: "add_timer")
          call.explain("add_timer of a timer that is pending: mod_timer changes when it is due")
        }
        return 0
      }
      return try call.startTimer(expires: try call.words(call[0] &+ 16, 1)[0])
    },
    CallEntry("timer_delete") { call throws(CallStop) in
      let was = call.host.removeTimer(call[0])
      try call.write(word: 0, to: call[0] &+ 40)
      return was ? 1 : 0
    },
    CallEntry("timer_delete_sync") { call throws(CallStop) in
      let was = call.host.removeTimer(call[0])
      if call.host.runs(call[0]) { throw call.wait() }
      try call.write(word: 0, to: call[0] &+ 40)
      return was ? 1 : 0
    },
    // timer, nanoseconds, mode: bit 0 for from now on
    CallEntry("hrtimer_start") { call throws(CallStop) in
      _ = call.host.removeTimer(call[0])
      let function = try call.words(call[0] &+ 8, 1)[0]
      // A time that has passed is due at once.
      let microseconds = UInt64(max(0, Int64(bitPattern: call[1]))) / 1000
      let wanted = call[2] & 1 == 1 ? call.host.time(after: microseconds) : microseconds
      try call.write(word: wanted &* 1000, to: call[0])
      // HRTIMER_MODE_SOFT.
      let kind = call[2] & 4 == 0 ? ModuleTimer.Kind.precise : .soft
      try call.add(ModuleTimer(kind, call[0], function, due: wanted), pending: 16)
      return 0
    },
    CallEntry("hrtimer_cancel") { call throws(CallStop) in
      let was = call.host.removeTimer(call[0])
      if call.host.runs(call[0]) { throw call.wait() }
      try call.write(word: 0, to: call[0] &+ 16)
      return was ? 1 : 0
    },
  ]
}

/// A timer that is pending.
struct ModuleTimer {
  enum Kind { case ordinary, precise, soft }
  let kind: Kind
  /// Of the structure in the module.
  let address: UInt64
  let function: UInt64
  /// Microseconds since boot.
  let due: UInt64
  var module: LoadedModule?

  init(_ kind: Kind, _ address: UInt64, _ function: UInt64, due: UInt64) {
    self.kind = kind
    self.address = address
    self.function = function
    self.due = due
  }

  /// Where the structure says that it is pending.
  var pendingOffset: UInt64 { kind == .ordinary ? 40 : 16 }
}

extension NativeCall {
  /// Whether it was pending.
  fileprivate func startTimer(expires: UInt64) throws(CallStop) -> UInt64 {
    let was = host.removeTimer(self[0])
    let function = try words(self[0] &+ 24, 1)[0]
    try write(word: expires, to: self[0] &+ 16)
    let left = Int64(bitPattern: expires &- host.jiffies)
    // Timers are looked at when a jiffy begins: what has passed is due at the next.
    let due = host.time(after: UInt64(max(1, left)).times(ModuleHost.jiffy))
    try add(ModuleTimer(.ordinary, self[0], function, due: due), pending: 40)
    return was ? 1 : 0
  }

  fileprivate func add(_ timer: ModuleTimer, pending offset: UInt64) throws(CallStop) {
    var timer = timer
    timer.module = host.modules.first { $0.contains(timer.function) }
    try write(word: 1, to: timer.address &+ offset)
    host.timers.append(timer)
    host.tick(at: timer.due)
  }
}

extension ModuleHost {
  /// Takes a pending timer away; whether there was one.
  func removeTimer(_ address: UInt64) -> Bool {
    let count = timers.count
    timers.removeAll { $0.address == address }
    return timers.count < count
  }

  /// Whether a task runs for a structure: a timer, work, or what call_rcu was given.
  ///
  /// - Parameter next: the PID that came next when somebody began to wait for it.
  func runs(_ address: UInt64, before next: Int32 = .max) -> Bool {
    tasks.contains { $0.subject == address && !$0.isOver && $0 !== running && $0.pid < next }
  }

  /// Starts the functions of timers that are due, each as a task that must not sleep.
  func startTimers() {
    // Every round of the scheduler asks; mostly none is due.
    guard timers.contains(where: { $0.due <= now }) else { return }
    let due = timers.filter { $0.due <= now }.sorted { $0.due < $1.due }
    timers.removeAll { $0.due <= now }
    for timer in due {
      _ = write([UInt8](repeating: 0, count: 8), to: timer.address &+ timer.pendingOffset)
      guard let task = spawnSoftirq(timer.function, timer.address, timer.module) else { continue }
      task.subject = timer.address
      task.isTimer = true
      task.isPrecise = timer.kind != .ordinary
      if timer.kind == .precise { (task.isHardirq, task.interruptsOff) = (true, true) }
      task.state = .ready
      if timer.kind != .ordinary { task.onEnd = { self.restart(timer, $0) } }
    }
    hasMoved = true
  }

  /// A function that runs in a softirq: in the idle task's name, and without leaving the CPU.
  func spawnSoftirq(
    _ function: UInt64, _ argument: UInt64, _ module: LoadedModule?
  ) -> ModuleTask? {
    let name = Array("swapper/\(place!.pointee.cpu)".utf8)
    guard let task = spawn(function, argument, name: name, pid: 0, module) else { return nil }
    task.isSoftirq = true
    task.preemptCount = 1
    return task
  }

  /// HRTIMER_RESTART: it is due again at the time that its structure says.
  private func restart(_ timer: ModuleTimer, _ answer: UInt64) {
    guard UInt32(truncatingIfNeeded: answer) == 1, let next = words(timer.address, 1)?[0] else {
      return
    }
    // One that is due again at once does not keep the CPU: a kernel puts it off, too.
    let due = next / 1000 > now ? next / 1000 : time(after: Self.jiffy)
    var again = ModuleTimer(timer.kind, timer.address, timer.function, due: due)
    again.module = timer.module
    timers.append(again)
    tick(at: due)
    _ = write([1, 0, 0, 0, 0, 0, 0, 0], to: timer.address &+ timer.pendingOffset)
  }
}
