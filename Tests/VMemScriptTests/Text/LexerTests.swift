import Testing
@testable import VMemScript

/// How lines are split into words, and what no script may contain.
@Suite struct LexerTests {
  static let lines: [(String, String)] = [
    ("echo a  b\tc", "a b c"),
    ("echo 'a  b'", "a  b"),
    ("echo \"a  b\"", "a  b"),
    ("echo a\\ \\ b", "a  b"),
    ("echo \"a\\\"b\\\\c\\d\"", "a\"b\\c\\d"),
    ("echo 'a\\b'", "a\\b"),
    ("echo x'y'\"z\"", "xyz"),
    ("echo a # comment", "a"),
    ("echo a#b", "a#b"),
    ("echo '#' \\# \"#\"", "# # #"),
    ("   echo indented", "indented"),
    ("echo ü 页 🙂", "ü 页 🙂"),
    ("echo '{' '}' '='", "{ } ="),
    ("echo ''", ""),
  ]

  @Test(arguments: lines)
  func words(_ line: String, _ expected: String) {
    let result = run(line)
    #expect(result.output == expected + "\n")
    #expect(result.exit == .success)
  }

  /// Words end at the same byte whether it is looked at alone or with others.
  @Test func everyByteEverywhere() {
    let ends = Array(#""'\"#.utf8)
    var wrong: [String] = []
    for byte in UInt8.min...UInt8.max {
      for at in 0..<36 {
        for behind in [0, 1, 15, 16, 40] {
          let before = [UInt8](repeating: UInt8(ascii: "]"), count: at)
          let bytes = before + [byte] + [UInt8](repeating: UInt8(ascii: "!"), count: behind)
          let source = ScriptSource(name: "words", bytes: bytes)
          let end = byte > 0x20 && !ends.contains(byte) ? bytes.count : at
          let isRight =
            source.text.endOfWord(from: 0) == end
            && source.text.endOfWord(from: min(at, end)) == end
          if !isRight { wrong.append("byte \(byte) at \(at) of \(bytes.count)") }
        }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
  }

  @Test(arguments: ["\n", "\r\n", ""])
  func lineEnds(_ end: String) {
    let result = run("echo a\(end.isEmpty ? "\n" : end)\n# only a comment\n  \necho b\(end)")
    #expect(result.lines == ["a", "b"])
    #expect(result.exit == .success)
  }

  @Test func emptyScripts() {
    for script in ["", "\n", "\r\n", "#", "   ", "# a\n\n#b"] {
      let result = run(script)
      #expect(result.output == "" && result.messages == "")
      #expect(result.exit == .success)
    }
  }

  static let broken: [([UInt8], String)] = [
    (Array("echo a\necho b\0c\n".utf8), "t.vmem:2: a byte 0"),
    (Array("echo ".utf8) + [0xff], "t.vmem:1: byte 0xff"),
    (Array("# ".utf8) + [0xc3, 0x28], "t.vmem:1: byte 0xc3"),
    (Array("\n\necho ".utf8) + [0xed, 0xa0, 0x80], "t.vmem:3: byte 0xed"),
    (Array("echo ".utf8) + [0xf0, 0x9f, 0x99], "t.vmem:1: byte 0xf0"),
    (Array("echo \u{7}".utf8), "t.vmem:1: control character 0x7"),
    (Array("echo 'open".utf8), "t.vmem:1: a quote that is not closed"),
    (Array("echo \"open".utf8), "t.vmem:1: a quote that is not closed"),
    (Array("echo a \\\necho b".utf8), "t.vmem:1: a backslash at the end"),
    (Array("echo \\".utf8), "t.vmem:1: a backslash at the end"),
  ]

  @Test(arguments: broken)
  func defects(_ script: [UInt8], _ message: String) {
    let result = run(bytes: script)
    #expect(result.exit == .badScript)
    #expect(result.messages.contains(message))
    #expect(!result.output.contains("b"))
  }

  @Test func longestLine() {
    let longest = ScriptSource.maximumLine
    let fits = "echo " + String(repeating: "a", count: longest - 5)
    let good = run(fits + "\necho b\n")
    #expect(good.exit == .success)
    #expect(good.output.utf8.count == longest - 5 + 3)
    let bad = run("echo 1\n" + fits + "a\n")
    #expect(bad.exit == .badScript)
    #expect(bad.messages.contains("t.vmem:2: a line of \(longest + 1) bytes"))
    #expect(bad.messages.utf8.count < 400)
    #expect(bad.output == "")
    let quoted = run("echo '" + String(repeating: "a", count: longest - 7) + "'")
    #expect(quoted.exit == .success)
  }

  @Test func argumentsAreNeverSplitOrUnquoted() {
    let result = run(arguments: "echo", "a  b", "'c'", "#d", "\\")
    #expect(result.output == "a  b 'c' #d \\\n")
    let repeated = run(arguments: "repeat", "2", "{", "echo", "x", "}")
    #expect(repeated.lines == ["x", "x"])
  }
}
