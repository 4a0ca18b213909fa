internal import Glibc
internal import VMem
internal import VMemScript
internal import VMemViews

/// A client that takes this program for QEMU, by its machine protocol: what drgn asks of it, and what
/// starts and stops a run.
struct QmpSession {
  /// What is answered, and what the run does.
  struct Reply: Equatable {
    var text: String
    var action: GdbSession.Action?
    /// Whether the run is to stand still.
    var stops = false
    /// Whether it says where in this process's memory something is, for the client to read there.
    var namesHostMemory = false
  }

  /// What a client has passed: it is closed with the session.
  private(set) var files: [String: PassedFile] = [:]
  /// Those that no `getfd` has named yet.
  private var unnamed: [PassedFile] = []
  private var isReady = false
  let rights: Rights
  private static let mostFiles = 8

  init(_ rights: Rights) { self.rights = rights }

  /// The first line of a connection.
  static let greeting =
    "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 0, \"minor\": 1, \"micro\": 0}, "
    + "\"package\": \"vmemctl\"}, \"capabilities\": []}}\r\n"

  /// Keeps a file for the command that comes with it.
  mutating func take(_ file: PassedFile) {
    if unnamed.count < Self.mostFiles { unnamed.append(file) }
  }

  /// Answers what is no command.
  static let wrong = failed("JSON parse error: one object a command", nil)

  /// What one client too many hears.
  static let full = failed("too many clients: one of them has to leave first", nil)

  /// Answers a command.
  mutating func handle(
    _ command: JSONValue, isRunning: Bool, _ target: LiveTarget, _ interpreter: inout Interpreter
  ) -> Reply {
    let id = command["id"]
    guard let name = command["execute"]?.string else {
      return Reply(text: Self.failed("QMP input lacks member 'execute'", id))
    }
    guard isReady || name == "qmp_capabilities" else {
      return Reply(
        text: Self.failed(
          "Expecting capabilities negotiation with 'qmp_capabilities'", id,
          class: "CommandNotFound"))
    }
    let arguments = command["arguments"] ?? .object([])
    switch name {
    case "qmp_capabilities":
      isReady = true
      return Reply(text: Self.done(.object([]), id))
    case "stop", "cont":
      let isStop = name == "stop"
      return Reply(
        text: Self.done(.object([]), id), action: isStop ? nil : .goOn, stops: isStop)
    case "human-monitor-command":
      guard let line = arguments["command-line"]?.string else {
        return Reply(text: Self.failed("Parameter 'command-line' is missing", id))
      }
      let monitor = Monitor(rights: rights, cpu: interpreter.machine.cpu)
      let answer = monitor.answer(line, target, &interpreter)
      return Reply(
        text: Self.done(.string(answer.text), id), namesHostMemory: answer.namesHostMemory)
    case "getfd", "closefd", "dump-guest-memory":
      if let defect = file(name, arguments, target, interpreter) {
        return Reply(text: Self.failed(defect, id))
      }
      return Reply(text: Self.done(.object([]), id))
    default:
      guard let value = Self.answer(name, isRunning: isRunning) else {
        return Reply(
          text: Self.failed(
            "The command \(name.printable) has not been found", id, class: "CommandNotFound"))
      }
      return Reply(text: Self.done(value, id))
    }
  }

  private static let commands = [
    "qmp_capabilities", "query-commands", "query-status", "query-target", "query-version",
    "query-name", "human-monitor-command", "getfd", "closefd", "dump-guest-memory", "stop", "cont",
  ]

  /// What is asked without arguments; nil for an unknown command.
  private static func answer(_ name: String, isRunning: Bool) -> JSONValue? {
    switch name {
    case "query-target": return .object([("arch", .string("x86_64"))])
    case "query-status":
      return .object([
        ("running", .flag(isRunning)), ("status", .string(isRunning ? "running" : "paused")),
      ])
    case "query-version":
      let version: [(name: String, value: JSONValue)] = [
        ("major", .number("0")), ("minor", .number("1")), ("micro", .number("0")),
      ]
      return .object([("qemu", .object(version)), ("package", .string("vmemctl"))])
    case "query-name": return .object([("name", .string("vmemctl"))])
    case "query-commands":
      return .array(commands.map { .object([("name", .string($0))]) })
    default: return nil
    }
  }

  // MARK: Files

  /// Carries out a command about a file that was passed; returns what is wrong with it.
  private mutating func file(
    _ command: String, _ arguments: JSONValue, _ target: LiveTarget,
    _ interpreter: borrowing Interpreter
  ) -> String? {
    if command == "dump-guest-memory" { return dump(arguments, target, interpreter) }
    guard let name = arguments["fdname"]?.string else { return "Parameter 'fdname' is missing" }
    if command == "closefd" {
      return files.removeValue(forKey: name) == nil
        ? "File descriptor named '\(name.printable)' not found" : nil
    }
    guard !unnamed.isEmpty else { return "No file descriptor supplied via SCM_RIGHTS" }
    let file = unnamed.removeFirst()
    guard files.count < Self.mostFiles || files[name] != nil else { return "too many files" }
    files[name] = file
    return nil
  }

  /// Writes a dump: all of the machine, or the bytes that were asked for.
  private mutating func dump(
    _ arguments: JSONValue, _ target: LiveTarget, _ interpreter: borrowing Interpreter
  ) -> String? {
    guard let place = arguments["protocol"]?.string, place.hasPrefix("fd:"),
      let file = files.removeValue(forKey: String(place.dropFirst(3)))
    else { return "dumps go to a file that was passed: fd:NAME" }
    // Whoever does not read a pipe would keep everybody waiting.
    guard FileStatus(file.descriptor)?.isRegular == true else { return "dumps go to regular files" }
    let begin = arguments["begin"]?.count
    let length = arguments["length"]?.count
    guard (begin == nil) == (length == nil) else {
      return "Parameters 'begin' and 'length' come together"
    }
    var failure: ByteWriter.Failure?
    if let begin, let length {
      let memory = target.memory(interpreter.machine)
      let (end, isOver) = begin.addingReportingOverflow(length)
      guard length > 0, length <= Self.mostBytes, !isOver,
        memory.hasMemory(in: begin..<end)
      else { return "no memory, or more than \(Self.mostBytes) bytes" }
      var writer = ByteWriter(descriptor: file.descriptor)
      writer.write(memory.dump(begin..<end, interpreter.machine).span)
      writer.flush()
      failure = writer.failure
    } else {
      failure = Dump.vmcore(interpreter.machine, descriptor: file.descriptor)
    }
    return failure == nil ? nil : "the dump could not be written"
  }

  private static let mostBytes: UInt64 = 1 << 20

  // MARK: Answers

  private static func done(_ value: JSONValue, _ id: JSONValue?) -> String {
    line([("return", value)], id)
  }

  private static func failed(
    _ text: String, _ id: JSONValue?, class name: String = "GenericError"
  ) -> String {
    line([("error", .object([("class", .string(name)), ("desc", .string(text))]))], id)
  }

  private static func line(
    _ fields: [(name: String, value: JSONValue)], _ id: JSONValue?
  ) -> String {
    var all = fields
    if let id { all.append(("id", id)) }
    return JSONValue.object(all).text + "\r\n"
  }
}
