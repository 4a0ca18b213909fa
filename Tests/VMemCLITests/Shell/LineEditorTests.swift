import Testing

@testable import VMemCLI

/// What keys do to a line.
struct LineEditorTests {
  private static let history = ["get_vm_area 16K", "vmallocinfo", "vfree a"]

  private func editor(_ keys: String) -> LineEditor {
    var editor = LineEditor(history: Self.history) { words in
      let known =
        words.count == 1 ? ["vfree", "vmalloc", "vmallocinfo"] : ["alpha", "alps", "bet"]
      return known.filter { $0.hasPrefix(words.last ?? "") }
    }
    for byte in keys.utf8 { _ = editor.feed(byte) }
    return editor
  }

  private func event(_ keys: String) -> LineEditor.Event {
    var editor = editor(String(keys.unicodeScalars.dropLast()))
    return editor.feed(keys.utf8.last ?? 0)
  }

  @Test(arguments: [
    ("abc", "abc", 3), ("abc\u{01}x", "xabc", 1), ("abc\u{01}\u{05}x", "abcx", 4),
    ("abc\u{02}\u{02}\u{06}x", "abxc", 3), ("abc\u{02}\u{0b}", "ab", 2),
    ("abc\u{02}\u{15}", "c", 0), ("one two  \u{17}", "one ", 4), ("one\u{17}\u{17}", "", 0),
    ("abc\u{7f}\u{08}", "a", 1), ("\u{7f}\u{08}", "", 0), ("abc\u{01}\u{04}", "bc", 0),
    ("abc\u{1b}[D\u{1b}[Dx\u{1b}[Cy", "axbyc", 4), ("abc\u{1b}[Hx\u{1b}[Fy", "xabcy", 5),
    ("abc\u{1b}[1~\u{1b}[3~", "bc", 0), ("a\u{1b}[4~b", "ab", 2), ("é√\u{02}x", "éx√", 2),
    ("a\u{1b}xb", "ab", 2), ("a\u{07}b", "ab", 2), ("\u{1b}[C\u{1b}[D\u{06}\u{02}", "", 0),
  ])
  func keys(_ typed: String, _ line: String, _ cursor: Int) {
    let editor = editor(typed)
    #expect(editor.line == line)
    #expect(editor.cursor == cursor)
  }

  @Test(arguments: [
    ("x\u{1b}[A", "vfree a"), ("x\u{1b}[A\u{1b}[A\u{1b}[A\u{1b}[A", "get_vm_area 16K"),
    ("x\u{10}\u{10}\u{0e}\u{0e}", "x"), ("\u{1b}[B", ""), ("\u{12}vm", "vmallocinfo"),
    ("\u{12}v\u{12}", "vmallocinfo"), ("\u{12}v\u{12}\u{12}\u{12}", "get_vm_area 16K"),
    ("\u{12}vmx\u{7f}", "vmallocinfo"), ("\u{12}16\u{05}0", "get_vm_area 16K0"),
    ("abc\u{12}zzz\u{07}", "abc"),
  ])
  func history(_ typed: String, _ line: String) { #expect(editor(typed).line == line) }

  @Test func tabCompletesAsFarAsItIsClear() {
    #expect(editor("vf\t").line == "vfree ")
    #expect(editor("vm\t").line == "vmalloc")
    #expect(event("vm\t\t") == .choices(["vmalloc", "vmallocinfo"]))
    #expect(editor("vfree al\t").line == "vfree alp")
    #expect(event("vfree \t") == .choices(["alpha", "alps", "bet"]))
    #expect(editor("nothing\t").line == "nothing")
    // What stands behind the cursor stays.
    #expect(editor("vf x\u{02}\u{02}\t").line == "vfree  x")
  }

  @Test func linesEnd() {
    #expect(event("abc\r") == .submitted("abc"))
    #expect(event("abc\n") == .submitted("abc"))
    #expect(event("abc\u{03}") == .cancelled)
    #expect(event("\u{04}") == .ended)
    #expect(event("a\u{04}") == .edited)
    #expect(event("a\u{0c}") == .cleared)
    #expect(event("\u{12}vm\r") == .submitted("vmallocinfo"))
    #expect(event("\u{12}vm\u{03}") == .cancelled)
  }

  @Test func aLongLineIsShownAroundTheCursor() {
    let long = String(repeating: "0123456789", count: 10)
    #expect(
      editor("abc").screen(prompt: "p> ", columns: 40, colour: false) == "\rp> abc\u{1b}[K")
    #expect(
      editor("abc\u{02}").screen(prompt: "p> ", columns: 40, colour: true)
        == "\r\u{1b}[1mp> \u{1b}[0mabc\u{1b}[K\u{1b}[1D")
    for columns in [1, 2, 7, 40, 80] {
      for keys in [long, long + "\u{01}", long + String(repeating: "\u{02}", count: 30)] {
        let shown = editor(keys).screen(prompt: "vmem.img> ", columns: columns, colour: false)
        let visible = shown.prefix { $0 != "\u{1b}" }.dropFirst().count
        #expect(visible <= max(columns - 1, 1), "\(columns) columns: \(shown)")
      }
    }
  }

  @Test func wordsStandInColumns() {
    #expect(Prompt.table(["a", "bb", "ccc"], 40) == "a    bb   ccc\n")
    #expect(Prompt.table(["a", "bb", "ccc"], 10) == "a    bb\nccc\n")
    #expect(Prompt.table(["abcdef"], 3) == "abcdef\n")
  }

  @Test func wordsOfCrashAreUnderstood() {
    #expect(Shell.translated("vtop s+4K") == "walk s+4K")
    #expect(Shell.translated("rd s 2") == "read s 16")
    #expect(Shell.translated("rd s") == "read s 8")
    #expect(Shell.translated("kmem -v") == "vmallocinfo")
    #expect(Shell.translated("kmem") == "kmem")
    #expect(Shell.translated("vfree a") == "vfree a")
  }
}
