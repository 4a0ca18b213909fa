import Testing
import VMemScript

/// Numbers, addresses, ranges, page lists and bytes.
@Suite struct ValueTests {
  static let equalNumbers: [(String, String)] = [
    ("0", "0x0"), ("1K", "1024"), ("1M", "0x100000"), ("2G", "0x80000000"),
    ("1T", "0x10000000000"), ("3p", "12288"), ("0x10K", "16384"), ("-1", "0xffffffffffffffff"),
    ("9223372036854775808", "0x8000000000000000"), ("-9223372036854775808", "0x8000000000000000"),
    ("18446744073709551615", "-1"), ("0xFFFFFFFFFFFFFFFF", "-1"), ("16777215T", "-1T"),
    ("-4K", "0xfffffffffffff000"), ("007", "7"), ("0x0", "-0"),
  ]

  @Test(arguments: equalNumbers)
  func numbers(_ a: String, _ b: String) {
    let result = run("assert \(a) eq \(b)")
    #expect(result.messages == "")
    #expect(result.exit == .success)
  }

  @Test(arguments: [
    "18446744073709551616", "0x10000000000000000", "16777216T", "-9223372036854775809",
    "99999999999999999999999999", "4503599627370496p", "-0xffffffffffffffff",
  ])
  func moreThan64Bits(_ number: String) {
    let result = run("let x = \(number)")
    #expect(result.exit == .badScript)
    #expect(result.messages.contains("more than 64 bits"))
  }

  @Test(arguments: ["0x", "-", "1k", "16Q", "1KK", "--1", "+1", "1.5", "0xg", "1_000"])
  func notNumbers(_ word: String) {
    let result = run("cpu \(word)")
    #expect(result.exit == .badScript)
    #expect(result.messages.contains("^"))
  }

  @Test func addresses() {
    let result = run(
      """
      a = get_vm_area 16K --flags sparse
      P = alloc_pages 4
      assert a+0x1000-4K eq a
      assert a.end eq a+16K
      assert a.start eq a
      assert a.size eq 16K
      assert a.guard eq 4K
      assert a.pages eq 0
      assert a.flags eq 0x1000
      assert P eq P[0]
      assert P:3 eq P[3]
      assert P[1] - P[0] eq 4K
      assert NULL eq 0
      assert a+-4K eq a-4K
      """)
    #expect(result.messages == "")
    #expect(result.exit == .success)
  }

  @Test func names() {
    let result = run(
      """
      a = get_vm_area 16K
      a = expect EEXIST get_vm_area 16K
      free_vm_area a
      assert a gt 0
      expect ENOENT read a.end 1
      a = get_vm_area 16K
      x = expect NULL get_vm_area 0
      assert x eq NULL
      let n = 5
      let n = 6
      assert n eq 6
      P = alloc_pages 2
      expect ENOENT read P[2] 1
      free_pages P
      P = alloc_pages 3
      """)
    #expect(result.messages == "")
    #expect(result.exit == .success)
  }

  @Test func aFailedCallLeavesItsNameUnbound() {
    let result = run("x = get_vm_area 0\nfree_vm_area x\necho on\n") { $0.keepGoing = true }
    #expect(result.lines == ["NULL", "-ENOENT", "on"])
    #expect(result.exit == .unexpectedError)
  }

  static let lists: [(String, [String])] = [
    ("P[0..2]", ["P[0]", "P[1]"]), ("P[2..0]", ["P[1]", "P[0]"]), ("P:1..3", ["P[1]", "P[2]"]),
    ("P[0..6/2]", ["P[0]", "P[2]", "P[4]"]), ("P[0..5/3]", ["P[0]", "P[3]"]),
    ("P[6..1/2]", ["P[5]", "P[3]", "P[1]"]), ("P[6..0/4]", ["P[5]", "P[1]"]),
    ("P[7],P[0]", ["P[7]", "P[0]"]), ("Q", ["Q[0]", "Q[1]"]),
    ("Q,P[4..5]", ["Q[0]", "Q[1]", "P[4]"]),
  ]

  @Test(arguments: lists)
  func pageLists(_ list: String, _ pages: [String]) {
    var script = """
      @P = alloc_pages 8
      @Q = alloc_pages 2
      @s = get_vm_area 64K --flags sparse
      @vm_area_map_pages s s..s+\(pages.count)p \(list)

      """
    for (index, page) in pages.enumerated() {
      script += "expect \(page) vmalloc_to_page s+\(index)p --name\n"
    }
    let result = run(script)
    #expect(result.messages == "")
    #expect(result.lines == pages)
    #expect(result.exit == .success)
  }

  @Test(arguments: [
    "P[", "P[0", "P[0..", "P[0..2/0]", "P[0..2", "P]", ",", "P,", "3", "pfn:", "pfn:x", "a",
    "P[0]x",
    "P[-1..]", "P[0...2]",
  ])
  func brokenPageLists(_ list: String) {
    let result = run("@P = alloc_pages 8\n@a = get_vm_area 4K\npage \(list)\n")
    #expect(result.exit == .badScript)
    #expect(result.messages.contains("t.vmem:3: page: "))
  }

  @Test(arguments: ["a", "a..", "..a", "a...a", "a..a..a", "1..+", "a..+a", "4K-8K"])
  func brokenRanges(_ range: String) {
    let result = run("@a = get_vm_area 4K\nvunmap_range \(range)\n")
    #expect(result.exit == .badScript)
  }

  @Test func ranges() {
    let result = run(
      """
      s = get_vm_area 64K --flags sparse
      populate s..+64K
      vunmap_range s..s+64K
      m = get_vm_area 4K --range modules
      assert m eq 0xffffffffa0000000
      """)
    #expect(result.messages == "")
    #expect(result.exit == .success)
  }

  @Test func bytes() {
    let result = run(
      """
      P = alloc_pages 1
      write P deadBEEF
      read P 4
      write P text:hé
      read P 3
      write P 'text:a b'
      read P 3
      read P 0
      """)
    #expect(
      result.output == "1\n0\nde ad be ef\n0\n68 c3 a9\n0\n61 20 62\n\n")
    for broken in ["abc", "xy", "0x12"] {
      #expect(run("@P = alloc_pages 1\nwrite P \(broken)").exit == .badScript)
    }
    let missing = run("@P = alloc_pages 1\nwrite P @/does/not/exist")
    #expect(missing.exit == .noInput)
  }

  static let values: [(String, String)] = [
    ("2 + 3 * 4", "14"), ("20 - 3 - 2", "15"), ("20 / 3", "6"), ("2 * 3 + 4 * 5", "26"),
    ("0 - 1", "-1"), ("7 * 0 + 1", "1"), ("100 / 10 / 5", "2"),
  ]

  @Test(arguments: values)
  func expressions(_ expression: String, _ value: String) {
    #expect(run("let x = \(expression)\nassert x eq \(value)").exit == .success)
  }

  @Test(arguments: ["1 +", "+ 1", "1 1", "1 / 0", "1 % 2", "machine.fre", "a b", "1 + + 1"])
  func brokenExpressions(_ expression: String) {
    let result = run("@a = get_vm_area 4K\nlet x = \(expression)\n")
    #expect(result.exit == .badScript)
    #expect(result.messages.contains("^"))
  }

  /// A name that `let` has given a number stands wherever a number may; no other name does.
  @Test func namesOfNumbers() {
    let good = run(
      """
      let n = 3
      let size = 4096 * 4
      P = alloc_pages n
      @s = get_vm_area size --flags sparse
      @vm_area_map_pages s s..+size P[0..n],P[0]
      repeat n {
        echo once
      }
      assert s+n == s+3
      let last = n - 1
      assert P[last] == P[2]
      """)
    #expect(good.lines == ["3", "once", "once", "once"] && good.exit == .success)
    for line in ["alloc_pages s", "alloc_pages nothing", "repeat s {\n}", "get_vm_area P"] {
      let script = "s = get_vm_area 4K\nP = alloc_pages 1\n\(line)\n"
      #expect(run(script).exit == .badScript, "\(line)")
    }
  }
}
