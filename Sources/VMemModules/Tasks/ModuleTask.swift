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
  /// The call that it waits in, for messages.
  var place = ""
  /// Where that returns to, and the lock that it is about.
  var placeCaller: UInt64 = 0
  var wanted: WantedLock?
  /// Read sides of RCU that it is in.
  var readers = 0
  var isTimer = false
  /// The structure that it works for, and the work queue.
  var subject: UInt64 = 0
  var queue: UInt64 = 0
  var later: ModuleHost.LaterKind?
  /// The wait queue that it waits on.
  var waitsOn: UInt64 = 0
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
  var mayBePreempted: Bool { !wasPreempted && preemptCount == 0 && !isWaiting }
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
