import TestSupport
import Testing
import VMemScript

@testable import VMem

/// What a running 6.18 kernel answered to BPF programs that worked on an arena of 16 pages, and to
/// the user beside them.
@Suite struct ArenaKfuncTests {
  /// Rows that a loader or the verifier answers, before any of the arena's functions runs.
  private static let foreign = [
    "kfuncs present",
    "load a program using an arena with no user address yet",
    "  verifier",
  ]

  @Test func everyRow() throws {
    let rows = try Fixture.lines("arena/arena_kfunc.tsv").map {
      $0.split(separator: "\t", maxSplits: 1).map(String.init)
    }
    try #require(rows.count == 108)
    let others = rows.filter { Self.foreign.contains($0[0]) }
    #expect(others.count == 4)
    var compared = 0
    for (name, flags) in [("plain", ""), ("SEGV_ON_FAULT", " --flags segv_on_fault")] {
      let prefix = "\(name)(16 pages) "
      let mine = rows.filter { $0[0].hasPrefix(prefix) }
      var kernel = try ScriptedKernel(
        "boot --kernel 6.18 --cpus 2\n@mm = mm_create\n@switch_mm mm\n@a = arena_create 16\(flags)\n"
      )
      let base = try #require(UInt64(kernel.play("u = arena_mmap a").dropFirst(2), radix: 16))
      try #require(mine.first.map { $0[0].hasSuffix("mmap") && $0[1] == "ok" } == true)
      for row in mine.dropFirst() {
        let question = String(row[0].dropFirst(prefix.utf8.count))
        let line = try #require(Self.line(question, base), "\(row[0])")
        let answer = Self.answer(question, kernel.play(line), base)
        #expect(answer == row[1], "\(row[0])")
        compared += 1
      }
      compared += 1
      kernel.expectSound()
    }
    #expect(compared == rows.count - others.count)
  }

  /// The lines for a row.
  private static func line(_ question: String, _ base: UInt64) -> String? {
    let words = question.split(separator: " ")
    if words[0] == "user" {
      let place = "u+\(words[words.count - 1])p"
      return words[1] == "write" ? "write \(place) 2a\nread \(place) 1" : "read \(place) 1"
    }
    // `addr=page 3 count=1`: the words up to the next option belong together.
    let options = words.dropFirst().split { $0.hasPrefix("node=") || $0.hasPrefix("flags=") }
    guard let first = options.first, let count = first.last?.dropFirst("count=".utf8.count) else {
      return nil
    }
    let place = first.dropLast().joined(separator: " ").dropFirst("addr=".utf8.count)
    guard words[0] == "alloc" else {
      return "arena_\(words[0])_pages a \(address(place, base)) \(count)"
    }
    let rest = words.filter { $0.hasPrefix("node=") || $0.hasPrefix("flags=") }
    return "arena_alloc_pages a \(count)"
      + (place == "NULL" ? "" : " --at \(address(place, base))")
      + rest.map { " --" + $0.replacing("=", with: " ") }.joined()
  }

  /// What was printed, as the recording writes it.
  private static func answer(_ question: String, _ printed: String, _ base: UInt64) -> String {
    if question.hasPrefix("user") {
      if let byte = UInt8(printed, radix: 16) { return "ok value=\(byte)" }
      return printed.hasSuffix("SIGSEGV") ? "killed by SIGSEGV" : printed
    }
    if question.hasPrefix("free") { return printed == "0" ? "done" : printed }
    guard printed.hasPrefix("0x"), let address = UInt64(printed.dropFirst(2), radix: 16) else {
      return printed
    }
    return "page \((address &- base) >> 12)"
  }

  /// An address by the page it is in.
  private static func address(_ text: Substring, _ base: UInt64) -> String {
    let words = text.split(separator: " ")
    guard words.count >= 2, let page = Double(words[1]) else { return String(text) }
    let address = base &+ UInt64(bitPattern: Int64(page * 4096))
    if text.hasSuffix("as low 32 bits only") { return "\(address & 0xffff_ffff)" }
    if text.hasSuffix("with other upper 32 bits") { return "\(address + 1 << 32)" }
    return "\(address)"
  }
}

/// A machine that is talked to line by line.
struct ScriptedKernel: ~Copyable {
  private var interpreter: Interpreter

  init(_ boot: String) throws {
    var options = Options()
    options.keepGoing = true
    interpreter = Interpreter(
      machine: try Machine(Configuration()), options: options, output: nil, messages: nil)
    _ = play(boot)
    let messages = interpreter.takeMessages()
    #expect(messages == "", "\(boot)")
  }

  /// What lines printed, the last of it.
  mutating func play(_ text: String) -> String { lines(text).last ?? "" }

  mutating func lines(_ text: String) -> [String] {
    _ = interpreter.run(ScriptSource(name: "t.vmem", bytes: Array((text + "\n").utf8)))
    return interpreter.takeOutput().split(separator: "\n").map(String.init)
  }

  mutating func takeMessages() -> String { interpreter.takeMessages() }

  mutating func expectSound() {
    let answer = play("check")
    #expect(answer == "0")
  }
}
