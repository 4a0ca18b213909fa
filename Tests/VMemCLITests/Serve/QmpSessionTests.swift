import Glibc
import TestSupport
import Testing

@testable import VMemCLI

/// QEMU's machine protocol, as far as drgn speaks it.
@Suite struct QmpSessionTests {
  private struct Client: ~Copyable {
    var machine: ServedMachine
    var stream = QmpStream()
    var session: QmpSession

    init(_ rights: Rights = Rights()) throws {
      machine = try ServedMachine("boot --memory 64M\nv = vmalloc 8K\nwrite v text:hello", rights)
      session = QmpSession(rights)
      _ = say("{\"execute\": \"qmp_capabilities\"}")
    }

    /// The answers to what is sent.
    mutating func say(_ text: String) -> [String] {
      var answers: [String] = []
      for byte in text.utf8 {
        switch stream.feed(byte) {
        case .wrong: answers.append(QmpSession.wrong)
        case .command(let command):
          let reply = session.handle(
            command, isRunning: false, machine.target, &machine.interpreter)
          answers.append(reply.text)
        case nil: break
        }
      }
      return answers
    }

    /// Passes a file as `d`.
    mutating func pass(_ descriptor: Int32) -> [String] {
      session.take(PassedFile(dup(descriptor)))
      return say("{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"d\"}}")
    }

    mutating func human(_ line: String) -> String {
      let text = say(
        "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"\(line)\"}}\r\n")
      guard let value = JSONReader.value(Array(text.joined().utf8)[...]) else { return "no JSON" }
      return value["return"]?.string ?? "no string"
    }
  }

  @Test func negotiation() throws {
    var client = try Client()
    client.session = QmpSession(Rights())
    #expect(JSONText.isObject(QmpSession.greeting))
    #expect(client.say("{\"execute\":\"query-target\"}").first?.contains("CommandNotFound") == true)
    #expect(
      client.say("{\"execute\":\"qmp_capabilities\",\"id\":7}") == [
        "{\"return\": {}, \"id\": 7}\r\n"
      ])
    #expect(
      client.say("{'execute': 'query-target'}") == ["{\"return\": {\"arch\": \"x86_64\"}}\r\n"])
    #expect(client.say("{\"execute\":\"query-status\"}").first?.contains("\"paused\"") == true)
    #expect(client.say("{\"execute\":\"quit\"}").first?.contains("has not been found") == true)
    #expect(client.say("{}").first?.contains("lacks member") == true)
    // Two in one piece, and one in two.
    #expect(client.say("{\"execute\":\"query-name\"}{\"execute\":\"query-").count == 1)
    #expect(client.say("version\"}").count == 1)
  }

  @Test func garbage() throws {
    var client = try Client()
    #expect(client.say("hello {\"execute\":\"query-name\"}\n") == [QmpSession.wrong])
    #expect(client.say("{\"execute\": query-name}\n") == [QmpSession.wrong])
    #expect(client.say("{]\n") == [QmpSession.wrong])
    let deep =
      String(repeating: "[", count: JSONReader.mostDepth)
      + String(repeating: "]", count: JSONReader.mostDepth)
    #expect(
      client.say("{\"execute\":\"query-name\",\"arguments\":\(deep)}\n").first?.contains("vmemctl")
        == true)
    #expect(
      client.say("{\"execute\":\"query-name\",\"arguments\":[\(deep)]}\n") == [QmpSession.wrong])
    let long = String(repeating: "x", count: QmpStream.maximumSize)
    #expect(client.say("{\"execute\":\"\(long)\"}\n") == [QmpSession.wrong])
    #expect(client.say("{\"execute\":\"query-name\"}").first?.contains("vmemctl") == true)
  }

  @Test(arguments: [
    ("\"a\\u00e9\\n\\ud83d\\ude00\"", "a\u{e9}\n\u{1f600}"), ("\"\\\"\"", "\""), ("'x'", "x"),
  ])
  func strings(_ text: String, _ value: String) {
    #expect(JSONReader.value(Array(text.utf8)[...])?.string == value)
  }

  @Test(arguments: ["\"\\ud83d\"", "\"\\x\"", "\"", "01x", "+1", "-", "[1,]", "{\"a\"}", "1 2", ""])
  func noValues(_ text: String) { #expect(JSONReader.value(Array(text.utf8)[...]) == nil) }

  @Test func monitor() throws {
    var client = try Client()
    #expect(client.human("info mtree -f").contains(" AS \\\"memory\\\"") == false)
    #expect(client.human("info mtree -f").contains(" AS \"memory\", root: system\n"))
    #expect(
      client.human("gpa2hva 0x100000").hasPrefix("Host virtual address for 0x100000 (ram) is 0x"))
    #expect(client.human("vmallocinfo") == client.machine.say("vmallocinfo"))
    #expect(client.human("vfree v").contains("--writable"))
  }

  /// The dump that drgn reads VMCOREINFO from.
  @Test func dumps() throws {
    var client = try Client()
    let file = try TemporaryFile()
    let dump =
      "{\"execute\":\"dump-guest-memory\",\"arguments\":{\"paging\":false,\"protocol\":\"fd:d\""
    #expect(client.say(dump + "}}").first?.contains("error") == true)
    #expect(
      client.say("{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"d\"}}").first?.contains(
        "SCM_RIGHTS") == true)
    #expect(client.pass(file.descriptor) == ["{\"return\": {}}\r\n"])
    #expect(
      client.say(dump + ",\"begin\":655360,\"length\":1}}").first?.contains("no memory") == true)
    // Across the device hole, which is no memory either.
    #expect(client.pass(file.descriptor) == ["{\"return\": {}}\r\n"])
    #expect(
      client.say(dump + ",\"begin\":655359,\"length\":393218}}").first?.contains("no memory")
        == true)
    #expect(client.pass(file.descriptor) == ["{\"return\": {}}\r\n"])
    #expect(client.say(dump + ",\"begin\":0,\"length\":1}}") == ["{\"return\": {}}\r\n"])
    let core = CoreReader(descriptor: dup(file.descriptor))
    #expect(core.loads.count == 1 && core.loads.first?.fileSize == 1)
    let notes = core.notes
    #expect(notes.filter { $0.name == "CORE" }.count == 1)
    #expect(
      notes.contains { $0.name == "VMCOREINFO" && $0.bytes.starts(with: "OSRELEASE=6.18".utf8) })
    #expect(client.pass(file.descriptor) == ["{\"return\": {}}\r\n"])
    #expect(
      client.say("{\"execute\":\"closefd\",\"arguments\":{\"fdname\":\"d\"}}") == [
        "{\"return\": {}}\r\n"
      ])
    #expect(client.session.files.isEmpty)
  }
}
