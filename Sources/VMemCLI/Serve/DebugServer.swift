internal import CHost
internal import Glibc
internal import VMem
internal import VMemScript
internal import VMemViews

/// Serves a machine to debuggers, one request after the other, between the lines of a run or while an
/// image is open.
final class DebugServer: Debugger {
  /// What the run does.
  enum Mode {
    case stopped
    /// It stops in front of the next call.
    case stepping
    case running
    /// It was ended by a debugger.
    case ended
  }

  private(set) var mode = Mode.stopped
  private var listeners: [(descriptor: Int32, isGdb: Bool, rights: Rights)] = []
  private(set) var clients: [DebugClient] = []
  let target = LiveTarget()
  /// Whether a call of the run has been let go on.
  private var hasRun = false
  /// Whether clients know that the run stands at a breakpoint.
  private var isHitTold = false
  /// Calls since connections were last looked at.
  private var unseen = 0
  private static let mostUnseen = 64
  private static let mostClients = 16
  /// How long a client keeps its place without a word.
  private static let patience_ns: UInt64 = 2_000_000_000

  // MARK: Connections

  init(_ options: ServeOptions, isRun: Bool) throws(ProcessFailure) {
    for (place, isGdb) in [(options.gdb, true), (options.qmp, false)] {
      var rights = Rights(isWritable: options.isWritable, isRun: isRun)
      switch place {
      case .socket(let path):
        let descriptor = unsafe chost_listen_local(path.hostPath)
        guard descriptor >= 0 else { throw Self.failure(path, -descriptor) }
        listeners.append((descriptor, isGdb, rights))
      case .port(let port):
        rights.isLocal = false
        let four = chost_listen_port(port, 0)
        guard four >= 0 else { throw Self.failure(":\(port)", -four) }
        listeners.append((four, isGdb, rights))
        // A host without IPv6 has the other address all the same.
        let six = chost_listen_port(port, 1)
        if six >= 0 { listeners.append((six, isGdb, rights)) }
      case nil: break
      }
    }
  }

  deinit {
    for listener in listeners { close(listener.descriptor) }
    chost_remove_sockets()
  }

  private static func failure(_ place: String, _ number: Int32) -> ProcessFailure {
    let why =
      switch number {
      case EADDRINUSE: "somebody listens there already"
      case EEXIST: "there is a file that is no socket; it is left alone"
      default: systemMessage(number)
      }
    return ProcessFailure(
      message: "\(place.printable): \(why)", exitCode: ExitCode(number, or: .cannotCreate).rawValue)
  }

  /// Whether something has been sent, or wants to be; waits for at most so many milliseconds, -1 for as
  /// long as it takes.
  func hasEvents(within milliseconds: Int32) -> Bool {
    var files = listeners.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    files += clients.map {
      pollfd(
        fd: $0.descriptor, events: Int16($0.hasPending ? POLLIN | POLLOUT : POLLIN), revents: 0)
    }
    // Safe: as many records as are counted.
    return unsafe poll(&files, nfds_t(files.count), milliseconds) > 0
  }

  /// Takes whoever connects, and answers what has been sent.
  func answer(_ interpreter: inout Interpreter) {
    unseen = 0
    for listener in listeners {
      while true {
        let descriptor = chost_accept(listener.descriptor)
        guard descriptor >= 0 else { break }
        let client = DebugClient(
          descriptor,
          listener.isGdb
            ? .gdb(GdbSession(listener.rights)) : .qmp(QmpSession(listener.rights)))
        // One too many is turned away, unless somebody else has come to say nothing.
        if clients.count >= Self.mostClients, !dropSilent() {
          client.refuse()
          continue
        }
        clients.append(client)
      }
    }
    for client in clients {
      client.flush()
      if let bytes = client.receive() { take(bytes, from: client, &interpreter) }
    }
    clients.removeAll { $0.isGone }
  }

  /// Lets the client go that has been here longest of those who have said nothing for a while; returns
  /// whether there is one. Debuggers speak as soon as they are connected.
  private func dropSilent() -> Bool {
    let now_ns = HostClock.now_ns
    let silent = clients.filter { !$0.hasBegun && now_ns - $0.arrived_ns >= Self.patience_ns }
    guard let first = silent.min(by: { $0.arrived_ns < $1.arrived_ns }) else { return false }
    clients.removeAll { $0 === first }
    return true
  }

  private func take(
    _ bytes: [UInt8], from client: DebugClient, _ interpreter: inout Interpreter
  ) {
    if !client.hasBegun { begin(client, bytes[0], interpreter) }
    for byte in bytes where !client.isGone {
      switch client.language {
      case .gdb(var session):
        guard let event = client.packets.feed(byte) else { continue }
        answer(event, &session, client, &interpreter)
      case .qmp(var session):
        guard let event = client.commands.feed(byte) else { continue }
        answer(event, &session, client, &interpreter)
      }
    }
  }

  private func begin(
    _ client: DebugClient, _ first: UInt8, _ interpreter: borrowing Interpreter
  ) {
    client.hasBegun = true
    guard client.isGdb else { return }
    guard PacketStream.begins(with: first) else { return client.drop() }
    // Whoever attaches looks at a machine that stands still.
    if mode != .ended { halt(interpreter) }
  }

  // MARK: Requests

  private func answer(
    _ event: PacketStream.Event, _ session: inout GdbSession, _ client: DebugClient,
    _ interpreter: inout Interpreter
  ) {
    switch event {
    case .refused: client.sendAgain()
    case .damaged: if session.acknowledges { client.send([UInt8(ascii: "-")]) }
    case .interrupt: halt(interpreter, signal: 2)
    case .packet(let packet):
      if session.acknowledges { client.send([UInt8(ascii: "+")]) }
      let reply = session.handle(packet, target, &interpreter)
      client.language = .gdb(session)
      for packet in reply.packets { client.send(packet: packet) }
      guard let action = reply.action else { return }
      client.isWaiting = action == .goOn || action == .step
      act(action, client, interpreter)
    }
  }

  private func answer(
    _ event: QmpStream.Event, _ session: inout QmpSession, _ client: DebugClient,
    _ interpreter: inout Interpreter
  ) {
    guard case .command(let command) = event else {
      return client.send(Array(QmpSession.wrong.utf8))
    }
    let isRunning = mode == .running || mode == .stepping
    let reply = session.handle(command, isRunning: isRunning, target, &interpreter)
    client.language = .qmp(session)
    if reply.namesHostMemory { chost_allow_reader(client.descriptor) }
    client.send(Array(reply.text.utf8))
    if reply.stops { halt(interpreter, signal: 2) }
    if let action = reply.action { act(action, client, interpreter) }
  }

  private func act(
    _ action: GdbSession.Action, _ client: DebugClient, _ interpreter: borrowing Interpreter
  ) {
    guard mode != .ended else { return }
    switch action {
    case .step: mode = .stepping
    case .goOn:
      mode = .running
      // A breakpoint that was set where the run stands holds it, once.
      if !isHitTold, target.front != nil, stops(at: target.programCounter(interpreter.machine)) {
        halt(interpreter)
      }
    case .detach:
      client.leave()
      let others = clients.contains { $0.isGdb && $0 !== client && $0.isThere }
      if !others { mode = .running }
    case .kill:
      client.leave()
      // An image is there for the next client.
      if target.front != nil { mode = .ended }
    }
  }

  // MARK: The run

  private func stops(at address: UInt64) -> Bool { clients.contains { $0.hits.contains(address) } }

  /// Stops the run where it stands, and tells everybody who waits for that.
  func halt(_ interpreter: borrowing Interpreter, signal: UInt8 = 5) {
    mode = .stopped
    isHitTold =
      target.front != nil && stops(at: target.programCounter(interpreter.machine))
    target.stopSignal = signal
    target.refresh(interpreter.machine)
    for client in clients where client.isWaiting {
      client.isWaiting = false
      client.send(packet: GdbSession.stopped(target, interpreter))
    }
  }

  func wants(verb: Int, of interpreter: borrowing Interpreter) -> Bool {
    // A machine that is not booted yet is not the script's.
    if !hasRun, interpreter.table[verb].facts.contains(.boots) { return false }
    if mode != .running { return true }
    unseen += 1
    if clients.contains(where: { !$0.hits.isEmpty }) {
      let entry = target.entry(interpreter.table.verbNames[verb], interpreter.machine)
      if stops(at: entry) || stops(at: target.returnAddress(interpreter.machine)) { return true }
    }
    guard unseen >= Self.mostUnseen else { return false }
    unseen = 0
    return hasEvents(within: 0)
  }

  func attend(_ call: CallInFront, _ interpreter: inout Interpreter) -> Bool {
    target.move(to: call)
    if mode == .running { answer(&interpreter) }
    if hasRun, mode != .stopped {
      target.hasReturned = true
      if stops(at: target.returnAddress(interpreter.machine)) { stand(&interpreter) }
      target.hasReturned = false
    }
    let entry = target.entry(call.verb, interpreter.machine)
    if mode == .stopped || mode == .stepping || mode == .running && stops(at: entry) {
      stand(&interpreter)
    }
    hasRun = true
    return mode != .ended
  }

  /// Stands still until somebody lets the run go on.
  private func stand(_ interpreter: inout Interpreter) {
    halt(interpreter)
    while mode == .stopped {
      _ = hasEvents(within: -1)
      answer(&interpreter)
    }
  }

  /// Tells everybody that the run is over.
  func finish(_ exit: ExitCode) {
    for client in clients where !client.isGone {
      if client.isWaiting {
        client.send(packet: Array("W\(Hex.number(UInt64(exit.rawValue), digits: 2))".utf8))
      }
      client.leave()
    }
    clients.removeAll()
    listeners.forEach { close($0.descriptor) }
    listeners.removeAll()
    chost_remove_sockets()
  }

  // MARK: Images

  /// Lets everybody go: the machine cannot be had.
  func dismiss() { clients.removeAll() }

  /// Whether the machine of an image is needed: somebody looks at it, or reads this process's memory.
  var needsMachine: Bool {
    clients.contains { !$0.isGdb || $0.hasBegun && mode == .stopped }
  }

  /// Answers for as long as the machine is needed.
  func serve(_ interpreter: inout Interpreter) {
    target.move(to: nil)
    answer(&interpreter)
    while needsMachine {
      _ = hasEvents(within: -1)
      answer(&interpreter)
      if interpreter.isOver { return dismiss() }
    }
    // The next client finds a machine that stands still.
    if clients.isEmpty { mode = .stopped }
  }
}
