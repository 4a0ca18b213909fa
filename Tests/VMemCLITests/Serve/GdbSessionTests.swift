import Testing
import VMem
import VMemScript
import VMemViews

@testable import VMemCLI

/// What gdb is answered, against the machine's own views.
@Suite struct GdbSessionTests {
  private static let script = """
    boot --memory 64M --cpus 2 --kernel 7.2
    v = vmalloc 16K
    write v+4K text:hello
    i = ioremap 0xfed00000 4K
    mm = mm_create
    task worker --mm mm
    heap = mmap mm 16K --at 0x555555560000
    write heap text:program
    """

  @Test func handshake() throws {
    var machine = try ServedMachine(Self.script)
    #expect(machine.answer("qSupported:multiprocess+").contains("qXfer:features:read+"))
    #expect(machine.session.acknowledges)
    #expect(machine.answer("QStartNoAckMode") == "OK" && !machine.session.acknowledges)
    #expect(machine.answer("vMustReplyEmpty") == "")
    #expect(machine.answer("?") == "T05thread:01;")
    #expect(machine.answer("qAttached") == "1")
    #expect(machine.answer("vCont?") == "vCont;c;C;s;S")
    #expect(machine.answer("Qqemu.sstepbits") == "ENABLE=1,NOIRQ=2,NOTIMER=4")
    #expect(machine.answer("qOffsets") == "")
    #expect(machine.answer("R00") == "")
  }

  @Test func documents() throws {
    var machine = try ServedMachine(Self.script)
    var text = ""
    while true {
      let part = machine.answer(
        "qXfer:features:read:target.xml:\(Hex.number(UInt64(text.utf8.count))),400")
      text += part.dropFirst()
      if part.first == "l" { break }
      #expect(part.first == "m" && part.utf8.count == 0x401)
    }
    #expect(text == TargetDescription.features)
    for name in ["k_gs_base", "cr3", "xmm15"] { #expect(text.contains("<reg name=\"\(name)\"")) }
    #expect(machine.answer("qXfer:features:read:target.xml:ffffffffffffffff,10") == "l")
    #expect(machine.answer("qXfer:features:read:other.xml:0,10") == "E00")
    #expect(
      machine.answer("qXfer:memory-map:read::0,1000").contains("start=\"0xffff800000000000\""))
    #expect(machine.answer("qXfer:auxv:read::0,1000") == "")
  }

  /// Addresses through the tables: what `read` gives, from CPU 0's program too; E14 elsewhere.
  @Test func memory() throws {
    var machine = try ServedMachine(Self.script)
    let v: UInt64 = 0xffff_c900_0000_0000
    #expect(machine.read(v + 4096, 5) == "68 65 6c 6c 6f")
    #expect(machine.read(v, 0) == "")
    // Up to the guard page.
    #expect(machine.read(v + 0x3ffe, 8) == "00 00")
    #expect(machine.read(v + 0x4000, 8) == "E14")
    #expect(machine.read(0x5555_5556_0000, 7) == "70 72 6f 67 72 61 6d")
    #expect(machine.read(0x8000_0000_0000, 1) == "E14")
    #expect(machine.read(0xffff_c900_0000_5000, 8) + "\n" == machine.say("read i 8"))
    #expect(machine.answer("mzz,1") == "E22" && machine.answer("m0") == "E22")
    // CPU 1 has no program.
    #expect(machine.answer("Hg2") == "OK" && machine.read(0x5555_5556_0000, 7) == "E14")
    #expect(machine.read(v + 4096, 5) == "68 65 6c 6c 6f")
  }

  @Test func physicalMemory() throws {
    var machine = try ServedMachine(Self.script)
    let pfn = UInt64(machine.say("vmalloc_to_pfn v+4K").dropLast()) ?? 0
    #expect(machine.answer("qqemu.PhyMemMode") == "0")
    #expect(
      machine.answer("Qqemu.PhyMemMode:1") == "OK" && machine.answer("qqemu.PhyMemMode") == "1")
    #expect(machine.read(pfn << 12, 5) == "68 65 6c 6c 6f")
    // The hole below 1 MiB, and what lies behind everything.
    #expect(machine.read(0xa0000, 1) == "E14" && machine.read(1 << 40, 1) == "E14")
    // The kernel's image begins at the next 2 MiB behind RAM.
    #expect(machine.read(64 << 20, 4) != "E14")
    #expect(machine.answer("Qqemu.PhyMemMode:0") == "OK")
    #expect(machine.read(pfn << 12, 5) == "E14")
  }

  /// The objects of a dump are where its symbols say.
  @Test func kernelObjects() throws {
    var machine = try ServedMachine(Self.script)
    let names = KernelFunctions(machine.interpreter.machine.configuration)
    let banner = try #require(names.address("linux_banner"))
    #expect(machine.read(banner, 13) == "4c 69 6e 75 78 20 76 65 72 73 69 6f 6e")
    // The image is not the machine's: its own tables do not have it.
    #expect(machine.say("walk 0x\(Hex.number(banner))").contains("empty"))
  }

  @Test func threads() throws {
    var machine = try ServedMachine(Self.script)
    #expect(machine.answer("qfThreadInfo") == "m01,02" && machine.answer("qsThreadInfo") == "l")
    #expect(machine.answer("qC") == "QC01")
    let text = Hex.bytes(Array(machine.answer("qThreadExtraInfo,1").utf8)[...]) ?? []
    #expect(String(decoding: text, as: UTF8.self) == "CPU#0 worker pid 2")
    #expect(machine.answer("T2") == "OK" && machine.answer("T3") == "E22")
    #expect(machine.answer("Hg-1") == "OK" && machine.answer("Hg0") == "OK")
    #expect(machine.answer("Hg3") == "E22" && machine.answer("Hx1") == "E22")
    #expect(machine.answer("Hc-1") == "OK")
    // Whoever has named a thread keeps it, whatever CPU is the current one.
    #expect(machine.answer("Hg1") == "OK" && machine.say("cpu 1") == "0\n")
    machine.target.change()
    #expect(machine.answer("qC") == "QC02" && machine.answer("?") == "T05thread:02;")
    #expect(machine.read(0x5555_5556_0000, 1) == "70")
    #expect(machine.answer("Hg0") == "OK" && machine.read(0x5555_5556_0000, 1) == "E14")
  }

  @Test func registers() throws {
    var machine = try ServedMachine(Self.script)
    let all = machine.answer("g")
    #expect(all.utf8.count == Register.all.reduce(0) { $0 + $1.bits / 4 })
    // Every table on the way is found from CR3: the page of the symbol of `schedule`.
    let (rip, cr3) = (machine.register("rip") ?? 0, machine.register("cr3") ?? 0)
    #expect(rip > 0xffff_ffff_8100_0000 && cr3 & 0xfff == 0 && cr3 >= 64 << 20)
    #expect(machine.register("cr4") == 0xb0 && machine.register("efer") == 0xd01)
    let stack = machine.register("rsp") ?? 0
    #expect(machine.read(stack, 8).hasSuffix("81 ff ff ff ff"))
    #expect(machine.answer("p\(Hex.number(UInt64(Register.all.count)))") == "E22")
    #expect(machine.answer("P10=0000000000000000") == "E01" && machine.answer("G00") == "E01")
    #expect(machine.answer("Hg2") == "OK" && machine.register("cr3") != cr3)
  }

  @Test func fiveLevels() throws {
    var machine = try ServedMachine(
      "boot --memory 64M --levels 5\nv = vmalloc 4K\nwrite v text:five")
    #expect(machine.read(0xffa0_0000_0000_0000, 4) == "66 69 76 65")
    #expect(machine.register("cr4") == 0x10b0)
    #expect(machine.answer("qXfer:memory-map:read::0,1000").contains("0xff00000000000000"))
    #expect(machine.monitor("gva2gpa 0xff11000000001000") == "gpa: 0x1000\n")
  }

  // MARK: Writes

  @Test func writesAreRefused() throws {
    var machine = try ServedMachine(Self.script)
    let before = machine.say("info --hash")
    #expect(machine.answer("Mffffc90000000000,2:4142") == "E01")
    #expect(machine.answer("Xffffc90000000000,2:AB") == "E01")
    #expect(machine.answer("Mffffc90000000000,2:41") == "E22")
    #expect(machine.monitor("vfree v").contains("--writable"))
    #expect(machine.monitor("vmcore /tmp/x").contains("--writable"))
    #expect(machine.monitor("kcore --headers").contains("LOAD"))
    #expect(machine.say("info --hash") == before)
  }

  @Test func writesThatAreAllowed() throws {
    var machine = try ServedMachine(Self.script, Rights(isWritable: true))
    #expect(machine.answer("Mffffc90000000000,2:4142") == "OK")
    #expect(machine.answer("Xffffc90000000002,2:CD") == "OK")
    #expect(machine.say("read v 4") == "41 42 43 44\n")
    #expect(machine.answer("Mffffc90000004000,1:41") == "E14")
    // A program is written by the CPU that runs it.
    #expect(machine.answer("M555555560000,1:50") == "OK")
    #expect(machine.answer("Hg2") == "OK" && machine.answer("M555555560000,1:51") == "E14")
    #expect(machine.answer("Mffffc90000000000,1:41") == "OK" && machine.answer("Hg0") == "OK")
    #expect(machine.read(0x5555_5556_0000, 2) == "50 72")
    // Behind RAM is what only debuggers see.
    #expect(machine.answer("Mffffffff81000000,1:41") == "E14")
    let pfn = UInt64(machine.say("vmalloc_to_pfn v").dropLast()) ?? 0
    #expect(machine.answer("Qqemu.PhyMemMode:1") == "OK")
    #expect(machine.answer("M\(Hex.number(pfn << 12)),1:5a") == "OK")
    #expect(machine.answer("M4000000,1:5a") == "E14" && machine.answer("Ma0000,1:5a") == "E14")
    #expect(machine.say("read v 1") == "5a\n")
    #expect(machine.monitor("vfree v") == "0\n")
    #expect(machine.monitor("find_vm_area v").hasPrefix("NULL\n"))
    #expect(machine.say("check").contains("0"))
  }

  /// Who comes by a port is not this user.
  @Test func portsNameNoFiles() throws {
    var machine = try ServedMachine(Self.script, Rights(isWritable: true, isLocal: false))
    #expect(
      machine.monitor("vmcore /tmp/never-made")
        == "a client of a port may only look, and name no files\n")
    #expect(machine.monitor("holes --file /etc/passwd").contains("port"))
    #expect(machine.monitor("holes '--file' /etc/passwd").contains("port"))
    #expect(machine.monitor("gpa2hva 0").contains("only clients of a socket"))
    #expect(machine.monitor("print v") == "0xffffc90000000000\n")
  }

  // MARK: The run

  @Test func actions() throws {
    var machine = try ServedMachine(Self.script, Rights(isRun: true))
    #expect(machine.action("c") == .goOn)
    #expect(machine.action("vCont;c") == .goOn)
    #expect(machine.action("C05") == .goOn)
    #expect(machine.action("s") == .step)
    #expect(machine.action("vCont;s:1;c") == .step)
    #expect(machine.action("S05") == .step)
    #expect(machine.action("D") == .detach)
    #expect(machine.action("k") == .kill)
    #expect(machine.action("vKill;1") == .kill)
    #expect(machine.action("vCont;x") == nil && machine.action("cffffffff81000000") == nil)
  }

  @Test func breakpoints() throws {
    var machine = try ServedMachine(Self.script, Rights(isRun: true))
    #expect(machine.answer("Z0,ffffffff81000010,1") == "OK")
    #expect(machine.answer("Z1,ffffffff81000020,1") == "OK")
    #expect(machine.session.breakpoints == [0xffff_ffff_8100_0010, 0xffff_ffff_8100_0020])
    #expect(machine.answer("z0,ffffffff81000010,1") == "OK")
    #expect(machine.answer("Z2,ffffffff81000010,8") == "")
    #expect(machine.answer("Z0,1") == "E22")
    var image = try ServedMachine(Self.script)
    #expect(image.answer("Z0,ffffffff81000010,1") == "E22")
  }
}
