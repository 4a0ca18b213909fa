internal import VMem
internal import VMemScript
internal import VMemViews

/// A debugger that speaks gdb's remote protocol, as QEMU's stub does: each CPU is a thread, from 1 on.
struct GdbSession {
  /// What a packet asks of the run.
  enum Action: Equatable {
    case goOn
    case step
    /// The client leaves, and the run goes on.
    case detach
    /// The run is to end.
    case kill
  }

  /// What becomes of a packet: the contents of packets to send, and what the run does.
  struct Reply: Equatable {
    var packets: [[UInt8]] = []
    var action: Action?

    static func text(_ text: String) -> Reply { Reply(packets: [Array(text.utf8)]) }
    static let ok = text("OK")
    /// What is not supported.
    static let none = text("")
    /// Digits as QEMU has them: those of the decimal number.
    static func error(_ number: Int32) -> Reply {
      text(number < 10 ? "E0\(number)" : "E\(number)")
    }
    static func action(_ action: Action) -> Reply { Reply(action: action) }
  }

  /// Error numbers, as QEMU has them.
  enum Errors {
    static let notAllowed: Int32 = 1
    static let notMapped: Int32 = 14
    static let wrong: Int32 = 22
  }

  let rights: Rights
  /// Whether packets are acknowledged.
  private(set) var acknowledges = true
  /// Whether addresses are physical ones.
  var isPhysical = false
  /// Where calls are to stop.
  private(set) var breakpoints: Set<UInt64> = []
  /// The CPU whose registers and memory are asked for; nil for the current one.
  private var selected: Int?

  init(_ rights: Rights) { self.rights = rights }

  func cpu(_ interpreter: borrowing Interpreter) -> Int {
    // A script may have booted a machine of fewer.
    selected.flatMap { $0 < interpreter.machine.cpuCount ? $0 : nil } ?? interpreter.machine.cpu
  }

  /// What a client is told when the run has stopped.
  static func stopped(
    _ target: LiveTarget, _ interpreter: borrowing Interpreter
  ) -> [UInt8] {
    let thread = Hex.number(UInt64(interpreter.machine.cpu + 1), digits: 2)
    return Array("T\(Hex.number(UInt64(target.stopSignal), digits: 2))thread:\(thread);".utf8)
  }

  /// Answers a packet.
  mutating func handle(
    _ packet: [UInt8], _ target: LiveTarget, _ interpreter: inout Interpreter
  ) -> Reply {
    var cursor = PacketCursor(packet)
    guard let first = packet.first else { return .none }
    switch Character(UnicodeScalar(first)) {
    case "q", "Q": return query(&cursor, target, &interpreter)
    case "v": return resume(&cursor, interpreter)
    case "?": return Reply(packets: [Self.stopped(target, interpreter)])
    case "g", "p": return readRegisters(&cursor, target, interpreter)
    case "G", "P": return .error(Errors.notAllowed)
    case "m": return readMemory(&cursor, target, interpreter)
    case "M", "X": return writeMemory(&cursor, target, &interpreter)
    case "Z", "z": return changeBreakpoint(&cursor)
    case "H": return selectThread(&cursor, interpreter)
    case "T":
      _ = cursor.take("T")
      return thread(&cursor, interpreter) == nil ? .error(Errors.wrong) : .ok
    case "c", "C": return packet.count == 1 || first == UInt8(ascii: "C") ? .action(.goOn) : moved
    case "s", "S": return packet.count == 1 || first == UInt8(ascii: "S") ? .action(.step) : moved
    case "D": return Reply(packets: [Array("OK".utf8)], action: .detach)
    case "k": return .action(.kill)
    default: return .none
    }
  }

  /// A run goes on where it stands, not elsewhere.
  private var moved: Reply { .error(Errors.wrong) }

  // MARK: The run

  private func resume(_ cursor: inout PacketCursor, _ interpreter: borrowing Interpreter) -> Reply {
    if cursor.take("vCont?") { return .text("vCont;c;C;s;S") }
    if cursor.take("vKill") {
      return Reply(packets: [Array("OK".utf8)], action: .kill)
    }
    guard cursor.take("vCont;") else { return .none }
    let actions = cursor.text.split(separator: ";", omittingEmptySubsequences: false)
    guard !actions.isEmpty, actions.allSatisfy({ "cCsS".contains($0.first ?? " ") }) else {
      return .error(Errors.wrong)
    }
    // The threads are CPUs of one run.
    return .action(actions.contains { $0.first == "s" || $0.first == "S" } ? .step : .goOn)
  }

  private mutating func changeBreakpoint(_ cursor: inout PacketCursor) -> Reply {
    let isNew = cursor.take("Z")
    if !isNew { _ = cursor.take("z") }
    guard let kind = cursor.number(), cursor.take(","), let (address, _) = cursor.pair() else {
      return .error(Errors.wrong)
    }
    // Nothing watches accesses.
    guard kind <= 1 else { return .none }
    guard rights.isRun else { return .error(Errors.wrong) }
    if !isNew {
      breakpoints.remove(address)
    } else if breakpoints.count < Self.mostBreakpoints {
      breakpoints.insert(address)
    } else {
      return .error(Errors.wrong)
    }
    return .ok
  }

  private static let mostBreakpoints = 4096

  // MARK: Threads

  /// The CPU of a thread's number, or nil; 0 and -1 are the current one.
  private func thread(
    _ cursor: inout PacketCursor, _ interpreter: borrowing Interpreter
  ) -> Int? {
    if cursor.take("-1") { return cursor.isAtEnd ? interpreter.machine.cpu : nil }
    guard let number = cursor.number(), cursor.isAtEnd else { return nil }
    if number == 0 { return interpreter.machine.cpu }
    return number <= UInt64(interpreter.machine.cpuCount) ? Int(number) - 1 : nil
  }

  private mutating func selectThread(
    _ cursor: inout PacketCursor, _ interpreter: borrowing Interpreter
  ) -> Reply {
    if cursor.take("Hc") { return thread(&cursor, interpreter) == nil ? .error(Errors.wrong) : .ok }
    guard cursor.take("Hg") else { return .error(Errors.wrong) }
    let isAny = cursor.text == "0" || cursor.text == "-1"
    guard let cpu = thread(&cursor, interpreter) else { return .error(Errors.wrong) }
    selected = isAny ? nil : cpu
    return .ok
  }

  /// From now on nothing is acknowledged.
  mutating func stopAcknowledging() { acknowledges = false }

  /// The threads there are, and what each of them is.
  func threads(
    _ cursor: inout PacketCursor, _ target: LiveTarget, _ interpreter: borrowing Interpreter
  ) -> Reply {
    if cursor.take("qfThreadInfo") {
      let numbers = (1...interpreter.machine.cpuCount).map { Hex.number(UInt64($0), digits: 2) }
      return .text("m" + numbers.joined(separator: ","))
    }
    if cursor.take("qsThreadInfo") { return .text("l") }
    guard cursor.take("qThreadExtraInfo,"), let cpu = thread(&cursor, interpreter) else {
      return .error(Errors.wrong)
    }
    let memory = target.memory(interpreter.machine)
    let name = memory.taskName(ofCPU: cpu, interpreter.machine)
    let text = "CPU#\(cpu) \(name) pid \(memory.task(ofCPU: cpu))"
    return Reply(packets: [Hex.text(text.utf8)])
  }
}
