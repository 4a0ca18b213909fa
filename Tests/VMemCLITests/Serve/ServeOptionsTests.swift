import Testing
import VMemScript

@testable import VMemCLI

/// How places to attach are written.
@Suite struct ServeOptionsTests {
  private func options(_ words: String...) throws -> ServeOptions {
    guard case .serve(_, let options) = try Invocation(["serve"] + words) else {
      throw Misuse("another command")
    }
    return options
  }

  private func status(_ words: String...) -> Int32? {
    do throws(Misuse) {
      _ = try Invocation(words)
      return nil
    } catch {
      return ProcessFailure(error).exitCode
    }
  }

  @Test func places() throws {
    #expect(try options("--gdb", "a.sock").gdb == .socket("a.sock"))
    #expect(try options("--gdb=:1").gdb == .port(1))
    #expect(try options("--gdb", ":65535", "--qmp", "q").gdb == .port(65535))
    #expect(try options("--qmp", "./a:1").qmp == .socket("./a:1"))
    #expect(try options("--gdb", "x").isWritable == false)
    #expect(try options("--writable", "--gdb", "x").isWritable)
  }

  /// Where others write a host and a port, no file of that name is made.
  @Test(arguments: ["localhost:7778", "127.0.0.1:1", "[::1]:1234", "7778", "host:", "tcp::1"])
  func noHosts(_ place: String) {
    #expect(status("serve", "--gdb", place) == 64 && status("serve", "--qmp", place) == 64)
    #expect(status("serve", "--gdb", "./" + place) == nil)
  }

  @Test func hint() {
    do throws(Misuse) {
      _ = try Invocation(["serve", "--gdb", "localhost:7778"])
      Issue.record("a socket")
    } catch {
      #expect(error.message.contains("a port is on the loopback address only"))
      #expect(error.details.contains("  :7778 is a port, ./localhost:7778 a socket"))
    }
  }

  @Test(arguments: [":0", ":65536", ":", ":x", ":+1", ":1:", ""])
  func noPlaces(_ place: String) { #expect(status("serve", "--gdb", place) == 64) }

  @Test func mistakes() {
    #expect(status("serve") == 64 && status("serve", "--writable") == 64)
    #expect(status("serve", "--gdb") == 64 && status("serve", "--gdb", "x", "y") == 64)
    #expect(status("serve", "--gdb", "x", "--step") == 64)
    #expect(status("serve", "--gdb", "x", "--json") == 64)
    #expect(status("serve", "--gdb", "x", "--force") == 64)
    let near = #expect(throws: Misuse.self) { try Invocation(["serve", "--writeable"]) }
    #expect(near?.message == "serve has no option `--writeable`; did you mean --writable?")
    #expect(status("run", "s.vmem", "--serve") == 64)
    #expect(status("run", "s.vmem", "--writable") == 64)
    #expect(status("run", "s.vmem", "--serve", "--qmp", "q", "--tap") == 64)
    #expect(status("run", "s.vmem", "--serve", "--qmp", "q", "--json") == nil)
  }

  @Test func help() throws {
    let text = CommandHelp.serve.text
    #expect(text.contains("--writable") && text.contains("--image") && !text.contains("--json"))
    #expect(CommandHelp.run.text.contains("--qmp SOCKET"))
    #expect(try Invocation(["serve", "--help"]) == .manual(.command(.serve)))
    #expect(Completion(words: ["serve", "--q"]).candidates == ["--qmp"])
    #expect(Completion(words: ["run", "x", "--se"]).candidates == ["--serve"])
    #expect(ManPage().text.contains("\\-\\-qmp"))
  }
}
