import Glibc
import TestSupport
import Testing

@testable import VMemCLI

/// Sockets, clients that come and go, and the end of a server.
@Suite(.serialized) struct ServeProcessTests {
  private let folder: TemporaryFolder
  private var image: String { folder.path + "/m.img" }

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      Array("boot --memory 16M --cpus 2\nv = vmalloc 8K\nwrite v text:hello\n".utf8), to: "s.vmem")
    let made = try Command.vmemctl("run", "--image", image, folder.path + "/s.vmem")
    #expect(made.status == 0)
  }

  private func server(_ words: String...) throws -> ServerProcess {
    try ServerProcess(folder, ["serve", "--image", image, "--gdb", "%/gdb"] + words)
  }

  private func mode(_ path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode : nil
  }

  @Test func socketOfThisUser() throws {
    let server = try server()
    let client = try DebugConnection(server.path)
    #expect(mode(server.path) == S_IFSOCK | 0o600)
    #expect(client.ask("?") == "T05thread:01;")
    #expect(client.ask("mffffc90000000000,5") == "68656c6c6f")
    #expect(client.monitor("vmallocinfo").contains("vmalloc"))
    // Somebody listens there.
    let second = try Command.vmemctl("serve", "--image", image, "--gdb", server.path)
    #expect(second.status == 73 && second.errorText.contains("listens there already"))
    #expect(try server.end(SIGINT) == 130)
    #expect(mode(server.path) == nil)
    #expect(try server.errorText == "vmemctl: gdb: target remote \(server.path)\n")
  }

  @Test func otherFilesAreLeftAlone() throws {
    try folder.write(Array("mine".utf8), to: "gdb")
    let ran = try Command.vmemctl("serve", "--image", image, "--gdb", folder.path + "/gdb")
    #expect(ran.status == 73 && ran.errorText.contains("no socket"))
    #expect(try folder.bytes("gdb") == Array("mine".utf8))
    let absent = try Command.vmemctl("serve", "--image", image, "--gdb", folder.path + "/no/gdb")
    #expect(absent.status == 73)
    let long = folder.path + "/" + String(repeating: "x", count: 120)
    #expect(try Command.vmemctl("serve", "--image", image, "--gdb", long).status == 73)
  }

  /// The file of a server that was killed is replaced.
  @Test func staleSocket() throws {
    let first = try server()
    _ = try DebugConnection(first.path)
    #expect(try first.end(SIGKILL) == 128 + SIGKILL)
    #expect(mode(first.path) != nil)
    let second = try server()
    #expect(try DebugConnection(second.path).ask("qC") == "QC01")
    #expect(try second.end(SIGTERM) == 128 + SIGTERM)
    #expect(mode(second.path) == nil)
  }

  /// Clients at once, one that hangs up within a packet, one that sends anything.
  @Test func manyClients() throws {
    let server = try server("--qmp", "%/qmp")
    let first = try DebugConnection(server.path)
    let other = try DebugConnection(server.path)
    #expect(first.ask("qC") == "QC01" && other.ask("qC") == "QC01")
    do {
      let hanging = try DebugConnection(server.path)
      hanging.send(Array("$mffffc9000".utf8))
    }
    var generator = SeededGenerator(seed: 5)
    for path in [server.path, folder.path + "/qmp"] {
      for _ in 0..<20 {
        let wild = try DebugConnection(path)
        wild.send((0..<5000).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
      }
    }
    #expect(first.ask("mffffc90000000000,5") == "68656c6c6f")
    #expect(other.ask("qfThreadInfo") == "m01,02")
    let qmp = try DebugConnection(folder.path + "/qmp")
    #expect(qmp.textLine()?.contains("QMP") == true)
    qmp.send(Array("{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"query-target\"}\n".utf8))
    #expect(qmp.textLine() == "{\"return\": {}}\r")
    #expect(qmp.textLine() == "{\"return\": {\"arch\": \"x86_64\"}}\r")
    #expect(try server.end(SIGINT) == 130)
  }

  /// What is wrong is said, and a client asks once more.
  @Test func acknowledgements() throws {
    let server = try server()
    let client = try DebugConnection(server.path)
    client.send(Array("$g#00".utf8))
    client.send(packet: "qC")
    #expect(client.packet() == "QC01")
    client.send(Array("-".utf8))
    #expect(client.packet() == "QC01")
    #expect(try server.end(SIGINT) == 130)
  }

  /// Who begins with something else than gdb does is let go at once: a packet further on is none.
  @Test(arguments: ["POST / HTTP/1.1\r\n", "\u{16}\u{3}\u{1}", " ", "*", "x"])
  func otherLanguages(_ first: String) throws {
    let server = try server("--writable")
    let client = try DebugConnection(server.path)
    client.send(Array(first.utf8) + PacketStream.encoded(Array("Mffffc90000000000,1:4a".utf8)))
    #expect(client.packet() == nil)
    for begin in ["+", "-", "\u{3}", ""] {
      let next = try DebugConnection(server.path)
      next.send(Array(begin.utf8))
      #expect(next.ask("mffffc90000000000,5") == "68656c6c6f", "\(begin)")
    }
    #expect(try server.end(SIGINT) == 130)
  }

  /// One that says nothing keeps nobody from the image.
  @Test func silence() throws {
    let server = try server()
    let client = try DebugConnection(server.path)
    #expect(try Command.vmemctl("--image", image, "write", "v", "text:other").status == 0)
    #expect(client.ask("mffffc90000000000,5") == "6f74686572")
    #expect(try server.end(SIGINT) == 130)
  }

  @Test func noImage() throws {
    let ran = try Command.vmemctl(
      "serve", "--image", folder.path + "/none.img", "--gdb", folder.path + "/gdb")
    #expect(ran.status == 66 && mode(folder.path + "/gdb") == nil)
    #expect(try Command.vmemctl("serve", "--image", image).status == 64)
    #expect(try Command.vmemctl("serve", "--image", image, "--gdb", ":0").status == 64)
    #expect(try Command.vmemctl("serve", "--image", image, "--qmp", ":1234").status == 64)
    #expect(try Command.vmemctl("serve", "--gdb", "x", "--json").status == 64)
  }

  /// Who says nothing gives up his place after a while; of those who speak none has to.
  @Test func silentClientsLeaveRoom() throws {
    let server = try server("--qmp", "%/qmp")
    let first = try DebugConnection(server.path)
    #expect(first.ask("qC") == "QC01")
    let silent = try (0..<15).map { _ in try DebugConnection(server.path) }
    // Nobody has been here for long.
    let early = try DebugConnection(folder.path + "/qmp")
    #expect(early.textLine()?.contains("QMP") == true)
    #expect(early.textLine()?.contains("too many clients") == true && early.textLine() == nil)
    usleep(2_100_000)
    let next = try DebugConnection(server.path)
    #expect(next.ask("qC") == "QC01")
    #expect(silent[0].packet() == nil)
    #expect(silent[1].ask("qC") == "QC01" && first.ask("qC") == "QC01")
    #expect(try server.end(SIGINT) == 130)
  }

  /// Between clients, and while one waits, others change the image.
  @Test func othersGoOn() throws {
    let server = try server()
    do {
      let client = try DebugConnection(server.path)
      #expect(client.ask("mffffc90000000000,5") == "68656c6c6f")
      let locked = try Command.vmemctl("--image", image, "--no-wait", "write", "v", "text:other")
      #expect(locked.status == 75)
      client.send(packet: "s")
      #expect(try Command.vmemctl("--image", image, "write", "v", "text:other").status == 0)
      #expect(client.packet() == "T05thread:01;")
      #expect(client.ask("mffffc90000000000,5") == "6f74686572")
      client.send(packet: "c")
      #expect(try Command.vmemctl("--image", image, "write", "v", "text:again").status == 0)
      client.send([3])
      #expect(client.packet() == "T02thread:01;")
      #expect(client.ask("mffffc90000000000,5") == "616761696e")
      #expect(client.ask("D") == "OK" && client.packet() == nil)
    }
    #expect(try Command.vmemctl("--image", image, "vfree", "v").status == 0)
    #expect(try DebugConnection(server.path).ask("mffffc90000000000,5") == "E14")
    #expect(try server.end(SIGINT) == 130)
  }

  /// What a debugger writes is committed.
  @Test func writes() throws {
    let server = try server("--writable")
    do {
      let client = try DebugConnection(server.path)
      #expect(client.ask("Mffffc90000000000,1:4a") == "OK")
      #expect(client.monitor("w = vmalloc 4K") == "0xffffc90000003000\n")
      #expect(client.ask("k") == nil)
    }
    #expect(
      try Command.vmemctl("--image", image, "read", "v", "5").outputText == "4a 65 6c 6c 6f\n")
    let log = try Command.vmemctl("--image", image, "log").outputText
    #expect(log.contains("write 0xffffc90000000000 4a\nw = vmalloc 4K"))
    #expect(try server.end(SIGINT) == 130)
    #expect(try Command.vmemctl("--image", image, "check").status == 0)
  }

  /// A port is one of the loopback address.
  @Test func port() throws {
    let port = 20000 + UInt16(truncatingIfNeeded: getpid()) % 20000
    let server = try ServerProcess(folder, ["serve", "--image", image, "--gdb", ":\(port)"])
    var found: [Substring] = []
    for _ in 0..<500 where found.isEmpty {
      usleep(10_000)
      let digits = String(port, radix: 16, uppercase: true)
      for table in ["tcp", "tcp6"] {
        found += try TestFiles.read("/proc/self/net/" + table).split(separator: "\n")
          .filter { $0.contains(":\(digits) ") && $0.contains(" 0A ") }
          .compactMap { $0.split(separator: " ").dropFirst().first }
      }
    }
    let loopback = ["0100007F", "00000000000000000000000001000000"]
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { place in loopback.contains { place.hasPrefix($0 + ":") } })
    #expect(try server.end(SIGINT) == 130)
  }
}
