internal import CHost
internal import Glibc
internal import VMemScript

/// A connection of a debugger.
final class DebugClient {
  /// What it speaks.
  enum Language {
    case gdb(GdbSession)
    case qmp(QmpSession)
  }

  /// Bytes that wait to be sent, of one that does not read them, until it is let go.
  private static let mostPending = 256 << 20

  let descriptor: Int32
  var language: Language
  /// What has arrived of a packet, or of a command.
  var packets = PacketStream()
  var commands = QmpStream()
  let arrived_ns = HostClock.now_ns
  /// Whether it has said something in its language.
  var hasBegun = false
  /// Whether it waits for the run to stop.
  var isWaiting = false
  private(set) var isGone = false
  private var pending: [UInt8] = []
  private var sent = 0
  /// What it was last sent, for the case that it did not arrive.
  private var last: [UInt8] = []
  /// Whether it is to be let go once everything is sent.
  private var leaves = false

  init(_ descriptor: Int32, _ language: Language) {
    self.descriptor = descriptor
    self.language = language
    if case .qmp = language { send(Array(QmpSession.greeting.utf8)) }
  }

  deinit { close(descriptor) }

  var isGdb: Bool {
    if case .gdb = language { return true }
    return false
  }

  /// Whether it has not hung up, though what it has sent may not be read yet.
  var isThere: Bool { !isGone && chost_has_hung_up(descriptor) == 0 }

  var hasPending: Bool { sent < pending.count }
  var hits: Set<UInt64> {
    if case .gdb(let session) = language { return session.breakpoints }
    return []
  }

  // MARK: Output

  /// Sends a packet of gdb's protocol.
  func send(packet: [UInt8]) {
    last = PacketStream.encoded(packet)
    send(last)
  }

  func sendAgain() { send(last) }

  func send(_ bytes: [UInt8]) {
    if sent == pending.count { (pending, sent) = ([], 0) }
    pending += bytes
    if pending.count - sent > Self.mostPending { isGone = true }
    flush()
  }

  /// Sends as much as the connection takes now.
  func flush() {
    while hasPending, !isGone {
      // Safe: the bytes are there for as long as the call.
      let count = unsafe pending.withUnsafeBytes {
        unsafe Glibc.send(
          descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 {
        sent += count
      } else if errno == EAGAIN {
        break
      } else if errno != EINTR {
        isGone = true
      }
    }
    if leaves, !hasPending { isGone = true }
  }

  /// Lets the client go at once.
  func drop() { isGone = true }

  /// Turns the client away: there are too many. gdb's protocol has no word for it.
  func refuse() {
    if case .qmp = language { send(Array(QmpSession.full.utf8)) }
    isGone = true
  }

  /// Lets the client go once everything is sent.
  func leave() {
    leaves = true
    flush()
  }

  // MARK: Input

  /// What the client has sent, as far as it is here; nil for nothing yet.
  func receive() -> [UInt8]? {
    var file: Int32 = -1
    // Safe: room for as many bytes.
    var count = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, used in
      unsafe count = chost_receive(descriptor, buffer.baseAddress!, buffer.count, &file)
      used = max(0, count)
    }
    let number = errno
    if file >= 0 {
      let passed = PassedFile(file)
      if case .qmp(var session) = language {
        session.take(passed)
        language = .qmp(session)
      }
    }
    if count == 0 || count < 0 && number != EAGAIN && number != EINTR { isGone = true }
    return bytes.isEmpty ? nil : bytes
  }
}
