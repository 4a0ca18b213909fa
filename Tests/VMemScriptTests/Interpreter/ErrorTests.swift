import Testing
import VMemScript

/// Lines that are not of the language: the place, the line, the mark and the hint.
@Suite struct ErrorTests {
  static let errors: [(line: String, mark: String, message: String)] = [
    ("a = get_vm_aera 16K", "get_vm_aera", "did you mean get_vm_area?"),
    ("frobnicate", "frobnicate", "no verb"),
    ("a=get_vm_area 4K", "a=get_vm_area", "write blanks around ="),
    ("a = 5", "5", "let NAME = NUMBER"),
    ("a =", "=", "a verb is missing"),
    ("@", "@", "a verb is missing"),
    ("expect", "expect", "`expect` what?"),
    ("expect NULL", "NULL", "a verb is missing"),
    ("expect NULL a = get_vm_area 0", "a", "a name stands first"),
    ("expect ENOMEN get_vm_area 0", "ENOMEN", "did you mean ENOMEM?"),
    ("expect NUL get_vm_area 0", "NUL", "is not an outcome"),
    ("expect NULL, get_vm_area 0", "NULL,", "an outcome is missing"),
    ("expect NULL sync", "sync", "has no outcome to expect"),
    ("5a = get_vm_area 4K", "5a", "is not a name"),
    ("a-b = get_vm_area 4K", "a-b", "is not a name"),
    ("areas = get_vm_area 4K", "areas", "a word of the language"),
    ("tlb = get_vm_area 4K", "tlb", "a word of the language"),
    ("a = free_vm_area 5", "free_vm_area", "makes nothing"),
    ("get_vm_area", "get_vm_area", "missing: SIZE"),
    ("get_vm_area 4K 8K", "8K", "one argument too many"),
    ("get_vm_area 4K --align", "--align", "a value is missing: --align N"),
    ("get_vm_area 4K --alig 4K", "--alig", "did you mean --align?"),
    ("get_vm_area 4K --align 4K --align 8K", "--align", "given twice"),
    ("get_vm_area 4K --flags sparze", "sparze", "did you mean sparse?"),
    ("get_vm_area 1x", "1x", "is not a number"),
    ("context interupt", "interupt", "is none of process, atomic"),
    ("fill 0 1 256", "256", "is not a byte"),
    ("boot --kernel 5.4", "5.4", "known are 6.1"),
    ("boot --with sparce", "sparce", "did you mean sparse?"),
    ("boot --memory 3000", "3000", "whole pages"),
    ("boot --memory 65G", "65G", "at most 64G"),
    ("boot --cpus 0", "0", "1 to 64 CPUs"),
    ("boot --cpus 65", "65", "1 to 64 CPUs"),
    ("boot --nodes 9", "9", "1 to 8 nodes"),
    ("boot --levels 3", "3", "4 or 5 levels"),
    ("assert 1 eq", "eq", "an expression is missing"),
    ("assert 1", "1", "OP is"),
    ("assert machine.fre eq 1", "machine.fre", "did you mean machine.free?"),
    ("let x 5", "let", "let NAME = EXPR"),
    ("}", "}", "no `repeat` is open"),
    ("repeat", "repeat", "repeat N { … }"),
    ("repeat 1x {", "1x", "is not a number"),
    ("repeat x {\n}", "x", "`x` was never bound"),
    ("get_vm_area 4K {", "{", "only `repeat N` takes a body"),
    ("repeat 2 {", "repeat", "no closing `}`"),
    ("help nonsense", "nonsense", "no help on"),
    ("include /does/not/exist", "/does/not/exist", "No such file"),
    ("page_tables --format ptdmp", "ptdmp", "is none of ptdump"),
    ("walk a.b.c", "a.b.c", "`a` was never bound"),
  ]

  @Test(arguments: errors.indices)
  func message(_ index: Int) {
    let (line, mark, message) = Self.errors[index]
    let result = run("# first\n\(line)\n")
    let isMissing = line.hasPrefix("include")
    #expect(result.exit == (isMissing ? .noInput : .badScript))
    #expect(result.messages.hasPrefix("vmemctl: t.vmem:2: "))
    #expect(result.messages.contains(message))
    let shown = result.messages.split(separator: "\n").map(String.init)
    #expect(shown.count == 3)
    guard shown.count == 3 else { return }
    #expect(shown[1] == "   2 | " + line.prefix { $0 != "\n" })
    // The carets stand under the word.
    let carets = shown[2].utf8.enumerated().filter { $0.element == UInt8(ascii: "^") }.map {
      $0.offset
    }
    let marked = carets.map { Array(shown[1].utf8)[$0] }
    #expect(String(decoding: marked, as: UTF8.self) == mark)
  }

  @Test func marksCountColumnsNotBytes() {
    let result = run("echo ü🙂\nlet ü = 5\n")
    let shown = result.messages.split(separator: "\n").map(String.init)
    #expect(shown.count == 3)
    #expect(shown.last == "     |     ^")
  }

  @Test func longLinesAreShownInPart() {
    let padding = String(repeating: "x", count: 100_000)
    let result = run("echo \(padding)\nget_vm_area 4K \(padding) 5\n")
    #expect(result.exit == .badScript)
    #expect(result.messages.utf8.count < 600)
    let late = run("alloc_pages 1 --order 0 " + String(repeating: " ", count: 5000) + "nonsense")
    #expect(late.messages.contains("…"))
    #expect(late.messages.contains("nonsense\n"))
    #expect(late.messages.contains("^^^^^^^^\n"))
  }

  @Test func commandsNameNoLine() {
    let result = run(arguments: "get_vm_aera", "4K")
    #expect(
      result.messages.hasPrefix("vmemctl: no verb `get_vm_aera`; did you mean get_vm_area?\n"))
    let refused = run(arguments: "get_vm_area", "0")
    #expect(refused.messages.hasPrefix("vmemctl: get_vm_area: NULL: size 0"))
  }

  @Test func refusalsNameRuleAndValues() {
    let result = run(
      "@P = alloc_pages 1\n@s = get_vm_area 64K --flags sparse\n"
        + "vm_area_map_pages s s+64K..s+68K P\n")
    #expect(
      result.messages.hasPrefix(
        "vmemctl: t.vmem:3: vm_area_map_pages: ERANGE: end 0xffffc90000011000 is past the area's "
          + "end 0xffffc90000010000 (guard page excluded)\n"))
  }

  @Test func faultsNameWhereTheyAre() {
    let script = "@s = get_vm_area 64K --flags sparse\n"
    #expect(run(script + "read s+4K 1").messages.contains("in area s (0x"))
    #expect(run(script + "read s.end 1").messages.contains("in the guard page of area s"))
    #expect(
      run(script + "read s.end+8K 1").messages.contains("0x1000 behind the end of area s"))
    #expect(run(script + "read s-1 1").messages.contains("0x1 before area s"))
  }
}
