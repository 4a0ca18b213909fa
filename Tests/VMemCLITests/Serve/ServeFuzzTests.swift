import TestSupport
import Testing

@testable import VMemCLI

/// Whatever a client sends, the machine answers the next one as before.
@Suite struct ServeFuzzTests {
  private static let script = """
    boot --memory 16M --cpus 2
    v = vmalloc 16K
    write v text:hello
    """
  /// Packets of each test.
  private static let count = Scale.operations(10_000, long: 200_000)

  private static let packets = [
    "qSupported:multiprocess+", "?", "g", "p1d", "P1d=0000000000000000", "m0,100",
    "mffffc90000000000,10", "mffffffff81000000,4000", "Mffffc90000000000,2:4142",
    "Xffffc90000000000,3:abc", "Hg1", "Hc-1", "T2", "qfThreadInfo", "qsThreadInfo",
    "qThreadExtraInfo,2", "qC", "vCont?", "vCont;s:1;c", "c", "s", "D", "k",
    "Z0,ffffffff81000060,1",
    "z1,ffffffff81000060,1", "qXfer:features:read:target.xml:0,400",
    "qXfer:memory-map:read::0,400", "QStartNoAckMode", "Qqemu.PhyMemMode:1", "qqemu.PhyMemMode",
    "Qqemu.sstepbits", "qAttached:1", "qOffsets", "vMustReplyEmpty",
  ]

  private static let lines = [
    "info mem", "info registers", "xp /4xb 0", "x/2xg 0xffffc90000000000", "gva2gpa 0", "gpa2hva 0",
    "vmallocinfo", "print v", "walk v", "read v 4", "names", "info mtree -f", "help",
    "kcore --read v 4",
  ]

  /// Packets, whole and damaged, as pieces of one stream.
  private func stream(_ generator: inout SeededGenerator) -> [UInt8] {
    var packet = Array(generator.pick(Self.packets).utf8)
    if generator.once(in: 8) {
      packet = Array("qRcmd,".utf8) + Hex.text(generator.pick(Self.lines).utf8)
    }
    if generator.once(in: 2) { packet = Mutation.mutated(packet, &generator) }
    var bytes = PacketStream.encoded(packet)
    if generator.once(in: 8) { bytes = Mutation.mutated(bytes, &generator) }
    return bytes
  }

  @Test func packets() throws {
    // One that may write, and one that may not.
    for (seed, isWritable) in [(1 as UInt64, false), (2, true)] {
      var generator = SeededGenerator(seed: seed)
      // A port, so that no word that comes up names a file of whoever runs the tests.
      let rights = Rights(isWritable: isWritable, isLocal: false, isRun: true)
      var machine = try ServedMachine(Self.script, rights)
      let before = machine.say("info --hash")
      var packets = PacketStream()
      for _ in 0..<Self.count / 2 {
        for byte in stream(&generator) {
          guard case .packet(let packet)? = packets.feed(byte) else { continue }
          // Whoever writes to low physical memory writes over the machine itself.
          if isWritable, packet.starts(with: "Q".utf8) { continue }
          let reply = machine.session.handle(packet, machine.target, &machine.interpreter)
          #expect(reply.packets.allSatisfy { $0.count <= PacketStream.maximumSize })
        }
      }
      machine.session = GdbSession(Rights())
      #expect(machine.answer("?").hasPrefix("T"))
      #expect(machine.monitor("check").hasSuffix("0\n"))
      if !isWritable { #expect(machine.say("info --hash") == before) }
    }
  }

  @Test func commands() throws {
    var generator = SeededGenerator(seed: 3)
    var machine = try ServedMachine(Self.script)
    let before = machine.say("info --hash")
    var session = QmpSession(Rights(isLocal: false))
    var stream = QmpStream()
    let names = [
      "qmp_capabilities", "query-status", "query-target", "query-commands", "getfd", "closefd",
      "dump-guest-memory", "stop", "cont", "human-monitor-command",
    ]
    for _ in 0..<Self.count {
      let line = generator.pick(Self.lines)
      var bytes = Array(
        """
        {"execute":"\(generator.pick(names))","id":[1,{"a":null}],
        "arguments":{"command-line":"\(line)","fdname":"x","protocol":"fd:x","begin":0,"length":1}}

        """.utf8)
      if generator.once(in: 2) { bytes = Mutation.mutated(bytes, &generator) }
      for byte in bytes {
        guard case .command(let command)? = stream.feed(byte) else { continue }
        let reply = session.handle(
          command, isRunning: generator.once(in: 2), machine.target, &machine.interpreter)
        #expect(JSONText.isObject(reply.text))
      }
    }
    _ = "\n\n".utf8.map { stream.feed($0) }
    #expect(machine.say("info --hash") == before)
  }
}
