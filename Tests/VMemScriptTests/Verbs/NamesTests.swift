import Testing
import VMemScript

/// `names` and `print`: what a script has made, and what an expression comes to.
@Suite struct NamesTests {
  private static let script = """
    @P = alloc_pages 4
    @a = vmalloc 8K
    @one = vmalloc 4K
    @s = get_vm_area 16K --flags sparse
    let n = 3 * 4
    @r = vm_map_ram P[0..2]
    @gone = vmalloc 4K
    @vfree gone
    @x = expect NULL get_vm_area 0
    @m = mm_create
    @f = memfd_create --size 8K
    @k = stack_alloc
    @e = arena_create 4

    """

  @Test func everyKindOfName() {
    let rows = run(Self.script + "names").lines.map { line -> String in
      var words = line.split(separator: " ")
      if words[2].hasPrefix("0x") { words[2] = "A" }
      return words.joined(separator: " ")
    }
    #expect(
      rows == [
        "P pages A 4 pages", "a area A 8192 bytes, owns 2 pages", "e arena A 4295032832 bytes",
        "f file A", "gone freed A", "k stack A 16384 bytes, owns 4 pages", "m mm A",
        "n number 12", "one area A 4096 bytes, owns 1 page", "r vm_map_ram A",
        "s area A 16384 bytes", "x number 0",
      ])
  }

  @Test func asJSON() {
    let lines = run("@a = vmalloc 8K\nlet n = 5\nnames\nprint n * 2") { $0.json = true }.lines
    #expect(
      lines == [
        #"{"name":"a","kind":"area","address":"0xffffc90000000000","what":"8192 bytes, owns 2 pages"}"#,
        #"{"name":"n","kind":"number","value":5,"what":""}"#,
        #"{"line":3,"verb":"names","name":null,"result":null,"rows":2,"type":"text","errno":null,"#
          + #""warnings":[],"exit":0}"#,
        #"{"line":4,"verb":"print","name":null,"result":10,"type":"number","errno":null,"#
          + #""warnings":[],"exit":0}"#,
      ])
  }

  /// Neither changes the machine, nor lets time pass.
  @Test func theyAreReaders() {
    let plain = run(Self.script + "info --hash").lines.last
    #expect(run(Self.script + "names\nprint a\ninfo --hash").lines.last == plain)
  }

  @Test(arguments: [
    ("1 + 2 * 3", "7"), ("a", "0xffffc90000000000"), ("a.end - 4K", "0xffffc90000001000"),
    ("a.pages", "2"), ("machine.total", "262144"), ("0xffffffffff", "1099511627775"),
    ("0x10000000000", "0x0000010000000000"), ("-1", "0xffffffffffffffff"), ("NULL", "0"),
    ("P[1] - P[0]", "4096"),
  ])
  func print(_ expression: String, _ value: String) {
    let script = "@P = alloc_pages 2\n@a = vmalloc 8K\nprint \(expression)"
    #expect(run(script).lines == [value])
    #expect(run(arguments: "print", "2", "+", "2").lines == ["4"])
  }

  @Test func whatCannotBePrinted() {
    #expect(run("print").messages.contains("missing: EXPR"))
    #expect(run("print nobody").messages.contains("`nobody` was never bound"))
    #expect(run("expect 7 print 3 + 4").exit == .success)
    #expect(run("expect 8 print 3 + 4").exit == .failedExpectation)
    #expect(run("expect ENOENT print a.end").exit == .badScript)
    #expect(run("@a = vmalloc 4K\n@vfree a\nexpect ENOENT print a.end").exit == .success)
  }
}
