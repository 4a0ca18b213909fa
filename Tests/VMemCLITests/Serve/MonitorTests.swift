import Testing
import VMem
import VMemScript
import VMemViews

@testable import VMemCLI

/// QEMU's monitor, against the machine's own views.
@Suite struct MonitorTests {
  private static let script = """
    boot --memory 64M --cpus 2 --kernel 6.12
    v = vmalloc 16K
    write v+4K deadbeef
    set_memory_ro v+8K 1
    """
  private static let v: UInt64 = 0xffff_c900_0000_0000

  private func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

  @Test func examine() throws {
    var machine = try ServedMachine(Self.script)
    #expect(
      machine.monitor("x /4xb 0xffffc90000001000") == "ffffc90000001000: 0xde 0xad 0xbe 0xef\n")
    #expect(machine.monitor("x/1xw 0xffffc90000001000") == "ffffc90000001000: 0xefbeadde\n")
    #expect(machine.monitor("x/dw 0xffffc90000001000") == "ffffc90000001000: -272716322\n")
    #expect(machine.monitor("x/ug 0xffffc90000001000") == "ffffc90000001000: 4022250974\n")
    #expect(machine.monitor("x /9xb 0xffffc90000001000").hasSuffix("ffffc90000001008: 0x00\n"))
    #expect(
      machine.monitor("x /2xg 0xffffc90000003ff8").hasSuffix(
        "0x0000000000000000 Cannot access memory\n"))
    let physical = machine.monitor("gva2gpa 0xffffc90000001000")
    let place = physical.dropFirst(5).dropLast()
    #expect(machine.monitor("xp /4xb \(place)").hasSuffix(": 0xde 0xad 0xbe 0xef\n"))
    #expect(machine.say("walk v+4K").contains(place.dropFirst(2)))
    for wrong in ["x", "x /4xq 0", "x /99999999999xb 0", "xp /4xb zero", "x /1xb 1 2"] {
      #expect(machine.monitor(wrong).hasPrefix("expected /FMT"), "\(wrong)")
    }
    #expect(machine.monitor("gva2gpa 0xffffc90000004000") == "Unmapped\n")
    #expect(machine.monitor("gva2gpa").contains("one address"))
  }

  /// Every mapped page of an area, with its rights, and nothing between.
  @Test func pageTables() throws {
    var machine = try ServedMachine(Self.script)
    let pages = lines(machine.monitor("info tlb"))
    let own = pages.filter { $0.hasPrefix("ffffc900") }
    #expect(own.count == 4)
    for (index, line) in own.enumerated() {
      let address = Self.v + UInt64(index) << 12
      #expect(line.hasPrefix(Hex.number(address, digits: 16) + ": "))
      let pfn = UInt64(machine.say("vmalloc_to_pfn 0x\(Hex.number(address))").dropLast()) ?? 0
      #expect(line.contains(": \(Hex.number(pfn << 12, digits: 16)) XG-"))
      #expect(line.hasSuffix("W") == (index != 2))
    }
    let ranges = lines(machine.monitor("info mem"))
    #expect(
      ranges.filter { $0.hasPrefix("ffffc900") } == [
        "ffffc90000000000-ffffc90000002000 0000000000002000 -rw",
        "ffffc90000002000-ffffc90000003000 0000000000001000 -r-",
        "ffffc90000003000-ffffc90000004000 0000000000001000 -rw",
      ])
    #expect(ranges.contains { $0.hasPrefix("ffffffff81000000-") })
  }

  @Test func machine() throws {
    var machine = try ServedMachine(Self.script)
    #expect(machine.monitor("info cpus") == "* CPU #0: thread_id=1\n  CPU #1: thread_id=2\n")
    let registers = machine.monitor("info registers")
    #expect(
      registers.contains("CR3=\(Hex.number(machine.register("cr3") ?? 0, digits: 16)) CR4=000000b0")
    )
    // The table of traps, which readers find the kernel by.
    let words = registers.split { " =\n".contains($0) }
    let place = try #require(words.firstIndex(of: "IDT"))
    #expect(words[place + 2] == "00000fff")
    let gate = machine.monitor("x /2xg 0x\(words[place + 1])")
    #expect(gate.contains("8e000010") && gate.contains("00000000ffffffff"))
    let tree = machine.monitor("info mtree -f")
    #expect(tree.contains("  0000000000000000-000000000009ffff (prio 0, ram): ram\n"))
    #expect(tree.contains("  0000000000100000-0000000003ffffff (prio 0, ram): ram\n"))
    #expect(tree.contains("  0000000004000000-") && tree.contains("kernel\n"))
    #expect(machine.monitor("info weather").contains("known are mem"))
    #expect(machine.monitor("") == "" && machine.monitor("help").contains("gva2gpa"))
    #expect(machine.monitor("quit") == "unknown command: 'quit'\n")
  }

  /// What accesses would leave in TLBs is said, and where to look without.
  @Test func touchingVerbs() throws {
    var machine = try ServedMachine(Self.script)
    let before = machine.say("info --hash")
    for line in ["read v 4", "compare v v+8K 4"] {
      #expect(machine.monitor(line).contains("fills TLBs: x /FMT ADDR and kcore --read"))
    }
    #expect(machine.monitor("help").contains("not read and compare, which fill TLBs"))
    #expect(machine.monitor("kcore --read v+4K 4") == "de ad be ef\n")
    #expect(machine.say("info --hash") == before)
    var writable = try ServedMachine(Self.script, Rights(isWritable: true))
    #expect(writable.monitor("read v+4K 4") == "de ad be ef\n")
    #expect(!writable.monitor("help").contains("TLBs"))
  }

  /// Verbs answer as they do at a prompt.
  @Test(arguments: [
    "vmallocinfo", "info", "meminfo", "walk v", "names", "print v.size", "nonsense",
  ])
  func verbs(_ line: String) throws {
    var machine = try ServedMachine(Self.script)
    let answer = machine.interpreter.answer(line)
    #expect(line == "nonsense" || machine.monitor(line) == answer.output + answer.messages)
    #expect(!machine.monitor(line).isEmpty)
  }

  /// Bytes in this process's memory are those of the machine.
  @Test func hostAddresses() throws {
    var machine = try ServedMachine(Self.script)
    let pfn = UInt64(machine.say("vmalloc_to_pfn v+4K").dropLast()) ?? 0
    #expect(machine.hostBytes(pfn << 12, 4) == [0xde, 0xad, 0xbe, 0xef])
    #expect(machine.hostBytes(1 << 40, 1) == nil)
    #expect(machine.hostBytes(0xa0000, 1) == nil)
    let memory = machine.target.memory(machine.interpreter.machine)
    for place in [memory.kernelRange.lowerBound + 0x1000, memory.kernelRange.upperBound - 8192] {
      let bytes = memory.read(physical: place, 4096, machine.interpreter.machine)
      #expect(machine.hostBytes(place, 4096) == bytes)
    }
  }
}
