/// One record of the kernel log.
package struct LogRecord: BitwiseCopyable, Sendable {
  /// Clock at the time of the message.
  package var time: UInt64 = 0
  package var message: UInt8 = 0
  /// The task that speaks: 0 for the one the machine boots with.
  package var task: UInt8 = 0
  /// Kernel log level: 0 emergency to 7 debug.
  package var level: UInt8 = 4
  package var cpu: UInt8 = 0
  /// `KernelFunction` that speaks, when the message has one.
  package var function: UInt16 = 0
  /// Worker of a test that speaks, plus one; 0 for the task that runs verbs; `moduleTask` and the pid of
  /// a task of modules.
  package var testWorker: UInt16 = 0
  package var a: UInt64 = 0
  package var b: UInt64 = 0
  package var c: UInt64 = 0
  package var d: UInt64 = 0

  fileprivate static let moduleTask: UInt16 = 0x8000

  /// The task of modules that speaks.
  package var modulePID: Int? {
    testWorker & Self.moduleTask == 0 ? nil : Int(testWorker & ~Self.moduleTask)
  }
}

/// The kernel's log buffer: a ring of records in frames of its own. The oldest records fall out.
///
/// The corresponding kernel function is `vprintk_store`.
package struct KernelLog: Sendable {
  static let frames = 16
  package static let capacity = UInt64(frames * 4096 / MemoryLayout<LogRecord>.stride)
  let ram: RAM

  init(ram: RAM) { self.ram = ram }

  /// Number of the record that will be written next; records are numbered from 0.
  package var end: UInt64 { ram[ram.log].end }
  /// Number of the oldest record that is still there.
  package var start: UInt64 { end > Self.capacity ? end - Self.capacity : 0 }

  /// The record with a number in `start ..< end`.
  package subscript(number: UInt64) -> LogRecord { ram[slot(number)] }

  /// Appends a message of the current CPU at the current time.
  func write(
    _ message: KernelMessage, level: UInt8, _ function: KernelFunction?,
    _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0
  ) {
    var record = LogRecord()
    record.time = ram[Superblock.ref].clock
    record.message = message.rawValue
    record.level = level
    record.cpu = UInt8(truncatingIfNeeded: ram[Superblock.ref].cpu)
    record.function = function?.rawValue ?? .max
    record.task = UInt8(truncatingIfNeeded: ram[ram.tasks].running[Int(record.cpu) & 63])
    record.testWorker = ram[ram.tests].worker
    record.a = a
    record.b = b
    record.c = c
    record.d = d
    append(record)
  }

  /// Bytes of a text that one record holds.
  static let textBytes = 32

  /// Appends a line of a text, in as many records as it takes.
  package func write(_ text: [UInt8], level: UInt8) {
    var at = 0
    repeat {
      let count = min(Self.textBytes, text.count - at)
      var words: [UInt64] = [0, 0, 0, 0]
      for index in 0..<count {
        words[index / 8] |= UInt64(text[at + index]) << UInt64(index % 8 * 8)
      }
      write(
        at == 0 ? .text : .textContinued, level: level, nil, words[0], words[1], words[2], words[3])
      ram[slot(end - 1)].function = UInt16(count)
      at += count
    } while at < text.count
  }

  /// The text that begins in a record.
  package func text(_ number: UInt64) -> String {
    var bytes: [UInt8] = []
    var at = number
    repeat {
      let record = self[at]
      let words = [record.a, record.b, record.c, record.d]
      for index in 0..<min(Int(record.function), Self.textBytes) {
        bytes.append(UInt8(truncatingIfNeeded: words[index / 8] >> UInt64(index % 8 * 8)))
      }
      at += 1
    } while at < end && self[at].message == KernelMessage.textContinued.rawValue
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Says of the engine's messages from a number on that a task of modules was the one that spoke.
  package func attribute(from first: UInt64, pid: Int32, name: [UInt8]) {
    let worker = UInt16(truncatingIfNeeded: pid) | LogRecord.moduleTask
    let ours = (max(first, start)..<end).filter {
      let message = self[$0].message
      return message != KernelMessage.text.rawValue
        && message != KernelMessage.textContinued.rawValue
    }
    guard !ours.isEmpty else { return }
    for number in ours { ram[slot(number)].testWorker = worker }
    let bytes = (0..<16).map { $0 < name.count ? UInt64(name[$0]) : 0 }
    let words = [bytes[..<8], bytes[8...]].map { $0.reversed().reduce(0) { $0 << 8 | $1 } }
    write(.moduleTask, level: 7, nil, UInt64(worker & ~LogRecord.moduleTask), words[0], words[1])
  }

  /// The name of the task of modules that speaks in a record.
  package func moduleTaskName(_ number: UInt64) -> [UInt8]? {
    guard let pid = self[number].modulePID else { return nil }
    for at in number..<end where self[at].message == KernelMessage.moduleTask.rawValue {
      let record = self[at]
      guard record.a == UInt64(pid) else { continue }
      let bytes = (0..<16).map {
        UInt8(truncatingIfNeeded: ($0 < 8 ? record.b : record.c) >> UInt64($0 % 8 * 8))
      }
      return Array(bytes.prefix { $0 != 0 })
    }
    return nil
  }

  func append(_ record: LogRecord) {
    ram[slot(end)] = record
    ram[ram.log].end += 1
  }

  private func slot(_ number: UInt64) -> Ref<LogRecord> {
    let granules = UInt32(MemoryLayout<LogRecord>.stride / 16)
    return Ref(
      granule: ram[ram.log].frames << 8 &+ UInt32(number % Self.capacity) * granules)
  }
}
