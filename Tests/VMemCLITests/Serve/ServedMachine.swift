import VMem
import VMemScript
import VMemViews

@testable import VMemCLI

/// A machine and a debugger of it, without a connection.
struct ServedMachine: ~Copyable {
  var interpreter: Interpreter
  let target = LiveTarget()
  var session: GdbSession

  init(_ script: String, _ rights: Rights = Rights()) throws {
    interpreter = Interpreter(
      machine: try Machine(Configuration()), options: Options(), output: nil, messages: nil)
    let code = interpreter.run(ScriptSource(name: "test", bytes: Array((script + "\n").utf8)))
    let messages = interpreter.takeMessages()
    precondition(code == .success, messages)
    _ = interpreter.takeOutput()
    session = GdbSession(rights)
    target.move(to: nil)
  }

  /// The answers to a packet, escapes as they are.
  mutating func packets(_ packet: String) -> [String] {
    session.handle(Array(packet.utf8), target, &interpreter).packets.map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// The only answer to a packet.
  mutating func answer(_ packet: String) -> String {
    let all = packets(packet)
    return all.count == 1 ? all[0] : "\(all.count) answers"
  }

  /// What a packet asks of the run.
  mutating func action(_ packet: String) -> GdbSession.Action? {
    session.handle(Array(packet.utf8), target, &interpreter).action
  }

  /// Bytes of physical memory, as a reader of this process's memory finds them.
  mutating func hostBytes(_ physical: UInt64, _ count: Int) -> [UInt8]? {
    let answer = monitor("gpa2hva \(physical)")
    let words = answer.split(separator: " ")
    guard answer.hasPrefix("Host virtual"), let last = words.last,
      let place = Monitor.number(String(last.dropLast())),
      let pointer = UnsafeRawPointer(bitPattern: UInt(place))
    else { return nil }
    return Array(UnsafeRawBufferPointer(start: pointer, count: count))
  }

  /// What `monitor LINE` prints.
  mutating func monitor(_ line: String) -> String {
    Monitor(rights: session.rights, cpu: session.cpu(interpreter))
      .answer(line, target, &interpreter).text
  }

  /// What a line of the language prints.
  mutating func say(_ line: String) -> String { interpreter.answer(line).output }

  /// `m` of an address, as `read` prints bytes.
  mutating func read(_ address: UInt64, _ count: Int) -> String {
    let text = answer("m\(Hex.number(address)),\(Hex.number(UInt64(count)))")
    guard let bytes = Hex.bytes(Array(text.utf8)[...]) else { return text }
    return bytes.map { Hex.number(UInt64($0), digits: 2) }.joined(separator: " ")
  }

  /// A register by its name.
  mutating func register(_ name: String) -> UInt64? {
    guard let number = Register.all.firstIndex(where: { $0.name == name }),
      let bytes = Hex.bytes(Array(answer("p" + Hex.number(UInt64(number))).utf8)[...])
    else { return nil }
    return bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
