import TestSupport
import Testing
import VMem
import VMemScript

/// What a real 6.1 kernel answered to /dev/udmabuf, line by line: `returned` is the recording, `play`
/// the same lines with what says them to a machine, or why nothing can.
@Suite struct UdmabufTruthTests {
  /// A recorded line, and the lines below it in `play`.
  struct Row: CustomStringConvertible {
    let operation: String
    let result: String
    var lines: [String] = []
    var description: String { "\(operation) -> \(result)" }
  }

  static func rows() throws -> [Row] {
    var rows: [Row] = []
    for line in try Fixture.text("udmabuf/play").split(separator: "\n") {
      if line.hasPrefix("  "), !line.contains("\t") {
        rows[rows.count - 1].lines.append(String(line.dropFirst(2)))
      } else {
        let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
        rows.append(
          Row(operation: String(parts[0]), result: parts.count > 1 ? String(parts[1]) : ""))
      }
    }
    return rows
  }

  @Test func noLineIsLeftOut() throws {
    let recorded = try Fixture.text("udmabuf/returned").split(separator: "\n")
    let rows = try Self.rows()
    #expect(
      rows.map {
        $0.result.isEmpty && !recorded.contains("\($0.operation)\t")
          ? $0.operation : "\($0.operation)\t\($0.result)"
      }
        == recorded.map(String.init))
    #expect(rows.allSatisfy { !$0.lines.isEmpty })
    #expect(rows.filter { $0.lines[0].hasPrefix("- ") }.count == 28)
    #expect(rows.count == 167)
  }

  @Test func everyAnswerIsTheRecorded() throws {
    var player = Player()
    player.say("boot --kernel 6.1 --with udmabuf_vmap --memory 512M")
    for row in try Self.rows() where !row.lines[0].hasPrefix("- ") {
      #expect(player.play(row) == nil, "\(row): \(row.lines)")
    }
    #expect(player.say("check") == ["0"])
  }

  /// The same kernel with shared struct pages answered the same; mapping the huge pages killed it.
  @Test func answersWithSharedStructPagesAreTheSame() throws {
    var player = Player()
    player.say("boot --kernel 6.1 --with udmabuf_vmap --memory 512M")
    let rows = try Self.rows()
    let fatal = try #require(rows.firstIndex { $0.operation == "mmap of it" })
    for (index, row) in rows.enumerated() where !row.lines[0].hasPrefix("- ") {
      var row = row
      row.lines = row.lines.map { line in
        line.hasPrefix("h = memfd") ? line + " --hvo" : line
      }
      if index == fatal + 1 {
        #expect(player.say("expect bug read w+2p 1") == ["BUG"])
      } else {
        #expect(player.play(row) == nil, "\(row): \(row.lines)")
      }
    }
    #expect(player.say("check") == ["0"])
  }

  /// A machine, and what it said last.
  struct Player: ~Copyable {
    private var interpreter: Interpreter

    init() {
      var options = Options()
      options.keepGoing = true
      interpreter = Interpreter(
        machine: try! Machine(Configuration()), options: options, output: nil, messages: nil)
    }

    @discardableResult
    mutating func say(_ line: String) -> [String] {
      _ = interpreter.run(ScriptSource(name: "t", bytes: Array((line + "\n").utf8)))
      return interpreter.takeOutput().split(separator: "\n").map(String.init)
    }

    /// Says a row's lines. Returns nil, or what it got instead of what was recorded.
    mutating func play(_ row: Row) -> String? {
      var got: [String] = []
      for line in row.lines {
        let words = line.split(separator: " ").map(String.init)
        switch words[0] {
        case "=":
          let wanted = String(line.dropFirst(2))
          return got.last == wanted ? nil : "\(got)"
        case "fill": fill(words[1], Int(words[2]) ?? 0)
        case "touch":
          for page in 0..<(Int(words[2]) ?? 0) {
            say("@write \(words[1])+\(page)p \(number(page))")
          }
        case "list":
          let items = (0..<(Int(words[1]) ?? 0)).map { "f4:\($0 % 1024 * 4096):4096" }
          got = say("u = udmabuf_create_list " + items.joined(separator: " "))
          say("@close u")
        case "pages": got = [pages(words[1], UInt64(words[2]) ?? 0)]
        case "blocks":
          let folios = say("folios \(words[1])").filter { $0.contains(" folio ") }.count
          got = ["st_blocks=\(folios * 8)"]
        case "field": got = [field(words[1], words[2])]
        case "counter":
          guard row.result.hasSuffix("vmapping_counter=\(words[2])") else { return "counter" }
          let answer = field(words[1], "vmapping_counter")
          return (answer == "" ? "0" : answer) == words[2] ? nil : answer
        case "row":
          let wanted = words.dropFirst().joined(separator: " ")
          let squeezed = got.map { $0.split(separator: " ").joined(separator: " ") }
          return squeezed.contains { $0.contains(wanted) } ? nil : "\(got)"
        case "assert":
          if !say(line).isEmpty || interpreter.takeMessages() != "" { return line }
        default:
          let answer = say(line)
          if !line.hasPrefix("@") { got = answer }
        }
      }
      _ = interpreter.takeMessages()
      guard let last = got.last else { return row.result == "ok" ? nil : "nothing" }
      if row.result == "ok" { return last.hasPrefix("-") || last == "NULL" ? last : nil }
      if row.result.hasPrefix("-") {
        return last == "-" + (row.result.split(separator: " ").last ?? "") ? nil : last
      }
      return last == row.result ? nil : "\(got)"
    }

    /// Each page begins with its number.
    private mutating func fill(_ file: String, _ pages: Int) {
      for page in 0..<pages {
        say("@pwrite \(file) \(page)p \(number(page))")
      }
    }

    /// Four bytes, little endian, as BYTES.
    private func number(_ page: Int) -> String {
      let low = String(page & 0xff | 0x100, radix: 16).dropFirst()
      let high = String(page >> 8 | 0x100, radix: 16).dropFirst()
      return "\(low)\(high)0000"
    }

    /// What pages begin with, as the recording writes it.
    private mutating func pages(_ address: String, _ count: UInt64) -> String {
      var text = ""
      var (first, last) = (-1, -2)
      func flush() {
        guard last >= 0 else { return }
        text += first == last ? "\(first) " : "\(first)..\(last) "
      }
      for page in 0..<count {
        let bytes = say("read \(address)+\(page)p 4").last?.split(separator: " ") ?? []
        let number =
          bytes.count == 4
          ? (Int(bytes[0], radix: 16) ?? 0) + (Int(bytes[1], radix: 16) ?? 0) << 8 : -9
        if number != last + 1 {
          flush()
          first = number
        }
        last = number
      }
      flush()
      return text
    }

    /// A field of the newest buffer's row in `dmabufs`, or of that of a name.
    private mutating func field(_ name: String, _ key: String) -> String {
      let rows = say("dmabufs")
      let row = rows.first ?? ""
      if key == "cloexec" { return row.contains(" cloexec ") ? "1" : "0" }
      return row.split(separator: " ").first { $0.hasPrefix(key + "=") }
        .map { String($0.dropFirst(key.count + 1)) } ?? ""
    }
  }
}
