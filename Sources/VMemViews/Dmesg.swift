public import VMem

extension Views {
  /// The kernel log as `dmesg` shows it; a tick of the clock is a microsecond. Records that have
  /// fallen out of the buffer are gone, and those before number `first` are left out. In JSON one object
  /// is one record.
  public static func dmesg(
    _ machine: borrowing Machine, from first: UInt64 = 0, to output: inout ViewOutput
  ) {
    forEachRecord(machine, from: first) { record, message, lines in
      if output.isJSON {
        json(record, message, lines, to: &output)
      } else {
        for line in lines { text(record.time, line, to: &output) }
      }
    }
  }

  /// Calls `body` for each record of the log and the lines it stands for, the oldest first.
  static func forEachRecord(
    _ machine: borrowing Machine, from first: UInt64 = 0,
    _ body: (LogRecord, KernelMessage, [String]) -> Void
  ) {
    let log = machine.log
    let configuration = machine.configuration
    for number in max(first, log.start)..<log.end {
      let record = log[number]
      guard let message = KernelMessage(rawValue: record.message), message != .textContinued,
        message != .moduleTask
      else { continue }
      if message == .text {
        body(record, message, [log.text(number).printable])
        continue
      }
      let task = log.moduleTaskName(number) ?? machine.taskName(Int(record.task))
      body(record, message, LogText(record, message, configuration, task: task).lines)
    }
  }

  /// The function that a message names, by the name that it has in the machine's kernel.
  package static func function(of record: LogRecord, _ machine: borrowing Machine) -> String {
    KernelMessage(rawValue: record.message).map {
      LogText(record, $0, machine.configuration).function
    } ?? "?"
  }

  /// What a WARN in the log says besides where it was raised; nil for one that says nothing.
  package static func complaint(of record: LogRecord, _ machine: borrowing Machine) -> String? {
    KernelMessage(rawValue: record.message).flatMap {
      LogText(record, $0, machine.configuration).complaint
    }
  }

  private static func text(_ time: UInt64, _ line: String, to output: inout ViewOutput) {
    let (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000)
    output.writer.write(byte: 0x5b)
    output.writer.decimal(seconds, width: 5)
    output.writer.write(byte: 0x2e)
    for power in [100_000, 10_000, 1000, 100, 10, 1] as [UInt64] {
      output.writer.write(byte: 0x30 + UInt8(rest / power % 10))
    }
    output.writer.write("] ")
    output.writer.write(line)
    output.endLine()
  }

  private static func json(
    _ record: LogRecord, _ message: KernelMessage, _ lines: [String], to output: inout ViewOutput
  ) {
    output.beginObject()
    output.field("time", count: record.time)
    output.field("level", count: UInt64(record.level))
    output.field("cpu", count: UInt64(record.cpu))
    output.field("message", text: "\(message)")
    if let function = KernelFunction(rawValue: record.function) {
      output.field("function", text: function.name)
    }
    output.field("a", address: record.a)
    output.field("b", address: record.b)
    output.field("c", address: record.c)
    output.field("text", text: lines.joined(separator: "\n"))
    output.endObject()
  }
}
