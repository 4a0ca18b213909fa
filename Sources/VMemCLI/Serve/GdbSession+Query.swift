internal import VMem
internal import VMemScript

/// Packets that begin with q or Q.
extension GdbSession {
  mutating func query(
    _ cursor: inout PacketCursor, _ target: LiveTarget, _ interpreter: inout Interpreter
  ) -> Reply {
    if cursor.take("qSupported") { return .text(Self.features) }
    if cursor.take("QStartNoAckMode") {
      stopAcknowledging()
      return .ok
    }
    if cursor.take("qXfer:") { return document(&cursor, interpreter) }
    if cursor.take("qRcmd,") { return command(&cursor, target, &interpreter) }
    if cursor.text.hasPrefix("qfThreadInfo") || cursor.text.hasPrefix("qsThreadInfo")
      || cursor.text.hasPrefix("qThreadExtraInfo,")
    {
      return threads(&cursor, target, interpreter)
    }
    switch cursor.text {
    case "qC": return .text("QC" + Hex.number(UInt64(interpreter.machine.cpu + 1), digits: 2))
    // The run was there before; leaving does not end it.
    case let text where text == "qAttached" || text.hasPrefix("qAttached:"): return .text("1")
    case let text where text.hasPrefix("qSymbol:"): return .ok
    default: return ofQEMU(cursor.text)
    }
  }

  private static let features =
    "PacketSize=\(Hex.number(UInt64(PacketStream.maximumSize)));qXfer:features:read+;"
    + "qXfer:memory-map:read+;vContSupported+;QStartNoAckMode+"

  /// What only QEMU has.
  private mutating func ofQEMU(_ text: String) -> Reply {
    switch text.dropFirst() {
    case "qemu.sstepbits": return .text("ENABLE=1,NOIRQ=2,NOTIMER=4")
    case "qemu.sstep": return .text("0x7")
    case "qemu.PhyMemMode" where text.first == "q": return .text(isPhysical ? "1" : "0")
    case "qemu.PhyMemMode:0", "qemu.PhyMemMode:1":
      isPhysical = text.hasSuffix("1")
      return .ok
    default: return .none
    }
  }

  /// `qXfer:OBJECT:read:ANNEX:OFFSET,COUNT`.
  private func document(
    _ cursor: inout PacketCursor, _ interpreter: borrowing Interpreter
  ) -> Reply {
    let text: String
    if cursor.take("features:read:target.xml:") {
      text = TargetDescription.features
    } else if cursor.take("memory-map:read::") {
      text = TargetDescription.memoryMap(interpreter.machine.map)
    } else {
      return cursor.take("features:read:") ? .text("E00") : .none
    }
    guard let (offset, count) = cursor.pair(), cursor.isAtEnd else { return .error(Errors.wrong) }
    return Reply(packets: [TargetDescription.part(text, offset, count)])
  }

  /// Digits of `monitor`'s text that one packet carries.
  private static let mostText = 0x800

  /// `monitor LINE`: the answer, in pieces, and OK.
  private func command(
    _ cursor: inout PacketCursor, _ target: LiveTarget, _ interpreter: inout Interpreter
  ) -> Reply {
    guard let bytes = Hex.bytes(cursor.rest) else { return .error(Errors.wrong) }
    let monitor = Monitor(rights: rights, cpu: cpu(interpreter))
    let line = String(decoding: bytes, as: UTF8.self)
    let text = Array(monitor.answer(line, target, &interpreter).text.utf8)
    var reply = Reply()
    for at in stride(from: 0, to: text.count, by: Self.mostText) {
      let part = text[at..<min(at + Self.mostText, text.count)]
      reply.packets.append([UInt8(ascii: "O")] + Hex.text(part))
    }
    reply.packets.append(Array("OK".utf8))
    return reply
  }
}
