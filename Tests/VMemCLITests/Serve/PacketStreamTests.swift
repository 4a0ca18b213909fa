import TestSupport
import Testing

@testable import VMemCLI

/// The bytes of gdb's protocol.
@Suite struct PacketStreamTests {
  private func events(_ text: String) -> [PacketStream.Event] {
    var stream = PacketStream()
    return text.utf8.compactMap { stream.feed($0) }
  }

  private func packet(_ text: String) -> PacketStream.Event { .packet(Array(text.utf8)) }

  @Test func packetsBetweenAcknowledgements() {
    #expect(events("+$g#67+$m0,4#fd") == [packet("g"), packet("m0,4")])
    #expect(events("$#00") == [packet("")])
    #expect(events("-\u{3}") == [.refused, .interrupt])
  }

  @Test func damage() {
    #expect(events("$g#68") == [.damaged])
    #expect(events("$g#6x") == [.damaged])
    // The start of the first was lost, the end of the second.
    #expect(events("m0,4#fd$vCo$g#67") == [packet("g")])
    // An interrupt inside a packet is a byte of it.
    #expect(events("$\u{3}#03") == [packet("\u{3}")])
  }

  @Test func escapes() {
    #expect(events("$}\u{3}}\u{4}}]#" + sum("}\u{3}}\u{4}}]")) == [packet("#$}")])
    let all = (0...255).map { UInt8($0) }
    let encoded = PacketStream.encoded(all)
    #expect(!encoded.dropFirst().dropLast(3).contains(UInt8(ascii: "$")))
    var stream = PacketStream()
    #expect(encoded.compactMap { stream.feed($0) } == [.packet(all)])
  }

  private func sum(_ text: String) -> String {
    String(decoding: Hex.text([text.utf8.reduce(0, &+)]), as: UTF8.self)
  }

  @Test func longestPacket() {
    for (count, isTaken) in [
      (PacketStream.maximumSize, true), (PacketStream.maximumSize + 1, false),
    ] {
      let text = String(repeating: "a", count: count)
      let expected = isTaken ? packet(text) : .damaged
      #expect(events("$\(text)#\(sum(text))$g#67") == [expected, packet("g")])
    }
  }
}
