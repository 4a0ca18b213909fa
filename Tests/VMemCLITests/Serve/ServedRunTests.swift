import Glibc
import TestSupport
import Testing

@testable import VMemCLI

/// `run --serve`: a script that a debugger stops and steps.
@Suite(.serialized) struct ServedRunTests {
  private let folder: TemporaryFolder
  private static let script = """
    boot --memory 16M --kernel 7.2
    s = get_vm_area 64K --flags sparse
    P = alloc_pages 4
    repeat 2 {
      vm_area_map_pages s s..s+8K P[0..2]
      vm_area_unmap_pages s s..s+8K
    }
    let n = 3
    vfree 0

    """
  private static let s: UInt64 = 0xffff_c900_0000_0000

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Array(Self.script.utf8), to: "s.vmem")
  }

  private func server(_ words: String...) throws -> ServerProcess {
    try ServerProcess(folder, ["run", "%/s.vmem", "--serve", "--gdb", "%/gdb"] + words)
  }

  private func register(_ name: String, _ client: DebugConnection) -> UInt64? {
    guard let number = Register.all.firstIndex(where: { $0.name == name }),
      let text = client.ask("p" + Hex.number(UInt64(number))),
      let bytes = Hex.bytes(Array(text.utf8)[...])
    else { return nil }
    return bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Every step is a call; loops are followed, and behind the last one the run is over.
  @Test func steps() throws {
    let server = try server()
    let client = try DebugConnection(server.path)
    var places: [UInt64] = []
    #expect(client.ask("?") == "T05thread:01;")
    // The machine is the script's own, and nothing has run.
    #expect(client.monitor("names") == "")
    var last: String?
    for _ in 0..<20 {
      places.append(register("rip", client) ?? 0)
      last = client.ask("vCont;s:1")
      if last != "T05thread:01;" { break }
    }
    #expect(last == "W00" && client.packet() == nil)
    #expect(places.count == 8)
    // get_vm_area, alloc_pages, twice map and unmap, let, vfree.
    #expect(places[2] == places[4] && places[3] == places[5] && Set(places).count == 6)
    #expect(try server.end() == 0)
    #expect(try server.outputText == "0xffffc90000000000\n4\n0\n0\n0\n0\n0\n")
    #expect(folder.files == ["s.vmem"])
  }

  @Test func breakpoints() throws {
    let server = try server()
    let client = try DebugConnection(server.path)
    #expect(client.ask("s") == "T05thread:01;" && client.ask("s") == "T05thread:01;")
    let place = try #require(register("rip", client))
    // In front of the first call of vm_area_map_pages, with its arguments.
    #expect(register("rdi", client) == Self.s && register("rsi", client) == Self.s)
    #expect(register("rdx", client) == Self.s + 0x2000)
    #expect((register("rcx", client) ?? 0) >> 40 == 0xffffea)
    #expect(client.ask("m\(Hex.number(Self.s)),1") == "E14")
    // A client that knows of breakpoints steps over the one it sets where it stands.
    #expect(client.ask("Z0,\(Hex.number(place)),1") == "OK")
    #expect(client.ask("c") == "T05thread:01;" && register("rip", client) == place)
    #expect(client.ask("s") == "T05thread:01;")
    #expect(client.ask("m\(Hex.number(Self.s)),1") == "00")
    #expect(client.ask("c") == "T05thread:01;" && register("rip", client) == place)
    #expect(client.monitor("find_vm_area s").contains("addr=0xffffc90000000000"))
    #expect(client.ask("c") == "W00")
    #expect(try server.end() == 0)
  }

  /// Where a call comes back to is a place as well.
  @Test func finish() throws {
    let server = try server()
    let client = try DebugConnection(server.path)
    let stack = try #require(register("rsp", client))
    let bytes = Hex.bytes(Array((client.ask("m\(Hex.number(stack)),8") ?? "").utf8)[...]) ?? []
    let back = bytes.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    #expect(client.ask("Z0,\(Hex.number(back)),1") == "OK")
    #expect(client.ask("c") == "T05thread:01;" && register("rip", client) == back)
    #expect(register("rsp", client) == stack + 8 && register("rax", client) == Self.s)
    #expect(client.monitor("print s") == "0xffffc90000000000\n")
    #expect(client.ask("k") == nil)
    #expect(try server.end() == 0)
    #expect(try server.outputText == "0xffffc90000000000\n")
  }

  /// A call that is refused gives a negative error number.
  @Test func finishOfARefusal() throws {
    try folder.write(
      Array("expect ENOENT set_pte_at 0xffffc90000000000 pfn:512\nvfree 0\n".utf8), to: "s.vmem")
    let server = try server()
    let client = try DebugConnection(server.path)
    let stack = try #require(register("rsp", client))
    let bytes = Hex.bytes(Array((client.ask("m\(Hex.number(stack)),8") ?? "").utf8)[...]) ?? []
    let back = bytes.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    #expect(client.ask("Z1,\(Hex.number(back)),1") == "OK" && client.ask("c") != nil)
    #expect(register("rip", client) == back && register("rax", client) == UInt64.max - 1)
    #expect(client.ask("z1,\(Hex.number(back)),1") == "OK" && client.ask("c") == "W00")
    #expect(try server.end() == 0)
  }

  /// Whoever leaves lets the script run; whoever hangs up does not.
  @Test func leaving() throws {
    let server = try server()
    let hanging = try DebugConnection(server.path)
    #expect(hanging.ask("?") == "T05thread:01;")
    hanging.end()
    #expect(try DebugConnection(server.path).ask("D") == "OK")
    #expect(try server.end() == 0)
    #expect(try server.outputText.hasSuffix("0\n0\n0\n"))
  }

  @Test func failures() throws {
    try folder.write(Array("get_vm_area 0\n".utf8), to: "s.vmem")
    let server = try server()
    #expect(try DebugConnection(server.path).ask("c") == "W01")
    #expect(try server.end() == 1)
    for words in [
      ["run", "x", "--serve"], ["run", "x", "--gdb", "y"],
      ["run", "x", "z", "--serve", "--gdb", "y"],
      ["run", "-", "--serve", "--gdb", "y"], ["run", "x", "--serve", "--gdb", "y", "--step"],
    ] {
      #expect(try Command.run([TestFiles.vmemctl] + words).status == 64, "\(words)")
    }
  }

  /// A run that goes on is stopped by Ctrl-C, and by whoever attaches.
  @Test func interrupts() throws {
    try folder.write(Array("repeat 100000000 { @print 1 }\n".utf8), to: "s.vmem")
    let server = try server("--qmp", "%/qmp")
    let client = try DebugConnection(server.path)
    client.send(packet: "c")
    usleep(50_000)
    client.send([3])
    #expect(client.packet() == "T02thread:01;")
    client.send(packet: "c")
    usleep(50_000)
    let other = try DebugConnection(server.path)
    other.send(Array("+".utf8))
    #expect(client.packet() == "T05thread:01;" && other.ask("qC") == "QC01")
    let qmp = try DebugConnection(folder.path + "/qmp")
    _ = qmp.textLine()
    qmp.send(Array("{\"execute\":\"qmp_capabilities\"}{\"execute\":\"cont\"}".utf8))
    qmp.send(Array("{\"execute\":\"query-status\"}".utf8))
    _ = (qmp.textLine(), qmp.textLine())
    #expect(qmp.textLine()?.contains("\"running\": true") == true)
    qmp.send(Array("{\"execute\":\"stop\"}{\"execute\":\"query-status\"}".utf8))
    _ = qmp.textLine()
    #expect(qmp.textLine()?.contains("\"running\": false") == true)
    #expect(other.ask("k") == nil)
    #expect(try server.end() == 0)
  }
}
