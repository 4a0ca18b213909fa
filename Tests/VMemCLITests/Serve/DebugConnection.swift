import Glibc
import TestSupport

@testable import VMemCLI

/// A client of a server's socket, as simple as one can be.
final class DebugConnection {
  private let descriptor: Int32
  private var packets = PacketStream()
  private var line: [UInt8] = []

  /// Connects as soon as somebody listens, for at most ten seconds.
  init(_ path: String) throws(HostFailure) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    for _ in 0..<1000 {
      let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      let isThere = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(client, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
        }
      }
      if isThere {
        descriptor = client
        return
      }
      close(client)
      usleep(10_000)
    }
    throw HostFailure(what: "connect \(path)", number: errno)
  }

  deinit { close(descriptor) }

  /// Hangs up.
  func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  func send(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
  }

  func send(packet: String) { send(PacketStream.encoded(Array(packet.utf8))) }

  /// The next byte; nil at the end, or when none comes in twenty seconds.
  private func byte() -> UInt8? {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, 20_000) > 0 else { return nil }
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, 0) == 1 ? byte : nil
  }

  /// The next packet, which is acknowledged; nil at the end.
  func packet() -> String? {
    while let byte = byte() {
      if case .packet(let packet)? = packets.feed(byte) {
        send([UInt8(ascii: "+")])
        return String(decoding: packet, as: UTF8.self)
      }
    }
    return nil
  }

  func ask(_ packet: String) -> String? {
    send(packet: packet)
    return self.packet()
  }

  /// What `monitor LINE` prints.
  func monitor(_ line: String) -> String {
    send(packet: "qRcmd," + String(decoding: Hex.text(line.utf8), as: UTF8.self))
    var text: [UInt8] = []
    while let part = packet(), part != "OK" {
      text += Hex.bytes(Array(part.utf8.dropFirst())[...]) ?? []
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The next line of text; nil at the end.
  func textLine() -> String? {
    var bytes: [UInt8] = []
    while let byte = byte() {
      if byte == 0x0a { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    return nil
  }
}
