internal import CHost
internal import CModule

/// A task that runs code of modules: insmod, rmmod, or a kernel thread.
final class ModuleTask {
  enum State: Equatable {
    /// Made, and never woken.
    case new
    case ready
    case finished(UInt64)
    case died
  }

  /// Bytes of a kernel's stack.
  static let stackSize = 16 << 10

  let native: OpaquePointer
  let record: UnsafeMutablePointer<task_struct>
  let module: LoadedModule?
  let function: UInt64
  var state = State.new
  /// Microseconds since boot until which it waits, whatever else happens.
  var wakeTime: UInt64?
  /// Whether the last turn ended with a call that is to be asked again.
  var isWaiting = false
  /// When the call that it waits in was made, and in which turn of all.
  var waitingSince: UInt64 = 0
  var waitingTurn: UInt64 = 0
  /// Whether a signal would end that call: such tasks are not reported as hung.
  var isInterruptible = false
  /// How often it was reported as hung in that call.
  var hungReports: UInt64 = 0
  /// Whether what it waits for may come before that.
  var polls = true
  var shouldStop = false
  var interruptsOff = false
  /// Whether somebody has woken it by name since it last waited on a queue.
  var isWoken = false
  /// How often it has asked whether it should stop.
  var questions = 0
  /// How often it has spun since anybody has done more than ask.
  var relaxed: UInt64 = 0
  var wasPreempted = false
  /// Whether it was interrupted by what is due.
  var isTicked = false
  /// Whether it has left its turn, and not its CPU: others run meanwhile on others.
  var keepsCPU = false
  /// The lock that it spins for.
  var spinsFor: UInt64 = 0
  /// Whether it runs on its CPU alone.
  var isBound = false
  /// In which turn of all it entered the read side of RCU.
  var readSide: UInt64 = 0
  /// The call that it waits in, for messages.
  var place = ""
  /// Where that returns to, and the lock that it is about.
  var placeCaller: UInt64 = 0
  var wanted: WantedLock?
  /// Read sides of RCU that it is in.
  var readers = 0
  /// Locks that it holds, in the order that it has taken them in.
  var held: [HeldLock] = []
  var isTimer = false
  /// Whether the timer is one of nanoseconds.
  var isPrecise = false
  /// How often it has disabled softirqs.
  var softirqsOff: Int32 = 0
  /// Whether a function of it runs as an interrupt would, in the middle of another.
  var isInterrupted = false
  /// What its function began with.
  var isHardirq = false
  /// Whether it stands for a softirq: the function of a timer, or one that call_rcu was given.
  var isSoftirq = false
  /// The structure that it works for, and the work queue.
  var subject: UInt64 = 0
  var queue: UInt64 = 0
  var later: ModuleHost.LaterKind?
  /// The wait queue that it waits on.
  var waitsOn: UInt64 = 0
  /// Whether it was told of as left behind.
  var isReported = false
  /// What is done before its first turn, and with what it returns.
  var begin: (() -> Void)?
  var onEnd: ((UInt64) -> Void)?
  /// What a call that waits remembers between turns.
  var memory: UInt64?

  /// - Parameter record: what modules see of it; whoever gives it takes it back.
  init?(
    _ function: UInt64, _ argument: UInt64, name: [UInt8], pid: Int32, _ module: LoadedModule?,
    _ record: UnsafeMutablePointer<task_struct>
  ) {
    guard
      let native = chost_native_task(function, argument, Self.stackSize, UInt64(VMEM_STACKS))
    else { return nil }
    self.native = native
    self.record = record
    record.pointee.pid = pid
    record.pointee.tgid = pid
    record.pointee.prio = 120
    record.pointee.stack = UnsafeMutableRawPointer(
      bitPattern: UInt(chost_native_stack_top(native)) - UInt(Self.stackSize))
    self.function = function
    self.module = module
    setName(name)
  }

  deinit { chost_native_task_free(native) }

  func setName(_ name: [UInt8]) {
    // Safe: 16 bytes, the last of them zero.
    withUnsafeMutableBytes(of: &record.pointee.comm) { bytes in
      for index in 0..<16 { bytes[index] = index < min(name.count, 15) ? name[index] : 0 }
    }
  }

  var name: String {
    withUnsafeBytes(of: record.pointee.comm) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  var pid: Int32 { record.pointee.pid }
  var cpu: Int { Int(record.pointee.cpu) }
  var preemptCount: Int32 {
    get { record.pointee.preempt_count }
    set { record.pointee.preempt_count = newValue }
  }

  var address: UInt64 { UInt64(UInt(bitPattern: record)) }
  var mayBePreempted: Bool { !wasPreempted && !isWaiting }
  /// Whether no other task may run on its CPU.
  var isAtomic: Bool { preemptCount > 0 || interruptsOff }
  /// `in_interrupt()`.
  var isInInterrupt: Bool { isSoftirq || isHardirq || isInterrupted || softirqsOff > 0 }
  /// Whether it does work for the host: no module can wait for it by name.
  var isOwnedByHost: Bool { later != nil || isTimer }
  var isOver: Bool {
    switch state {
    case .finished, .died: true
    case .new, .ready: false
    }
  }

  func end() { state = .died }
}
