import Testing
import VMem

@testable import VMemScript

/// A script is taken apart as a whole before its first line runs.
@Suite struct ParserTests {
  @Test func everyErrorIsToldAndNothingRuns() {
    let result = run(
      """
      echo before
      get_vm_aera 16K
      a = get_vm_area 1x
      echo 'open
      free_vm_area b
      repeat 2 {
      """)
    #expect(result.exit == .badScript)
    #expect(result.output == "")
    let places = result.messages.split(separator: "\n").filter { $0.hasPrefix("vmemctl: ") }
    #expect(
      places.map { $0.split(separator: ":")[2] } == ["2", "3", "4", "5", "6"], "\(result.messages)")
  }

  /// Words far from the beginning of their line, and quoted ones, are found again when it runs, as are
  /// numbers that need all 64 bits.
  @Test(arguments: [0, 1, (1 << 15) - 40, (1 << 15) - 20, 1 << 15, 1 << 17])
  func longLines(_ blanks: Int) {
    let room = String(repeating: " ", count: blanks)
    let result = run(
      """
      a =\(room) get_vm_area 16K --caller "f"
      let n = 1\(room) + 1
      get_vm_area\(room) 4K --range 0xffffd00000000000..0xffffd00000100000
      repeat n { echo\(room) 'b  c' }
      free_vm_area\(room) a
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(
      result.lines == ["0xffffc90000000000", "0xffffd00000000000", "b  c", "b  c", "0"],
      "\(result.output)")
  }

  @Test func manyErrorsAreCounted() {
    let result = run(String(repeating: "nonsense\n", count: 50))
    #expect(result.messages.components(of: "no verb") == 20)
    #expect(result.messages.hasSuffix("vmemctl: and 30 more errors like these\n"))
  }

  @Test func keepGoingDoesNotPassOverThem() {
    let result = run("echo a\nnonsense\necho b") { $0.keepGoing = true }
    #expect(result.output == "" && result.exit == .badScript)
  }

  @Test func errorsAreObjects() throws {
    let result = run("echo a\nfree_vm_area q\n") { $0.json = true }
    #expect(result.lines.count == 1)
    #expect(result.output.contains("\"line\":2,\"verb\":\"free_vm_area\""))
    #expect(result.output.contains("\"value\":\"q\"") && result.output.contains("\"exit\":65"))
  }

  // MARK: Names

  static let unbound = [
    "free_vm_area q", "expect ENOENT free_vm_area q", "expect ENOENT,warn free_vm_area q",
    "read q+4K 16", "read q.end 1", "read q[3] 1", "walk q", "free_pages q", "free_pages a,q[0..2]",
    "get_vm_area q", "let x = a + q", "let x = x + 1", "assert q eq 1", "expect q get_vm_area 4K",
    "step 0 vfree q", "udmabuf_create_list q:0:4K", "repeat q {\n}", "a = vrealloc q 4K",
    "@ free_vm_area q", "repeat 2 {\nfree_vm_area q\nq = get_vm_area 4K\n}",
    "include_q", "page null,q",
  ]

  @Test(arguments: unbound)
  func namesThatNobodyBinds(_ line: String) {
    let result = run("@a = alloc_pages 4\necho ran\n\(line)\n")
    #expect(result.exit == .badScript, "\(line)")
    #expect(result.output == "", "\(line)")
    #expect(result.messages.hasPrefix("vmemctl: t.vmem:"), "\(result.messages)")
  }

  static let bound = [
    "a = get_vm_area 4K\nfree_vm_area a\nexpect bug free_vm_area a",
    "repeat 2 {\nq = get_vm_area 4K\nfree_vm_area q\n}\nexpect bug free_vm_area q",
    "let n = 3\nlet n = n + 1\nrepeat n { sync }\nassert n eq 4",
    "P = alloc_pages 4\nlet k = 2\nread P[k] 1\npage P[0..k/k]\npage P[0..k]",
    "q = expect NULL get_vm_area 0\nassert q eq NULL\nexpect NULL get_vm_area q",
    "repeat 0 {\nq = get_vm_area 4K\n}\nexpect ENOENT free_vm_area q",
  ]

  @Test(arguments: bound)
  func namesThatLinesBind(_ script: String) {
    let result = run(script)
    #expect(result.messages == "" && result.exit == .success, "\(result.messages)")
  }

  /// What a name was bound to is known before anything runs, too.
  @Test(arguments: [
    ("a = get_vm_area 4K", "free_pages a", "does not stand for pages"),
    ("a = get_vm_area 4K", "read a[0] 1", "does not stand for pages"),
    ("a = get_vm_area 4K", "get_vm_area a", "is not a number"),
    ("let a = 5", "free_pages a", "does not stand for pages"),
  ])
  func namesOfOtherThings(_ first: String, _ second: String, _ message: String) {
    let result = run("\(first)\n\(second)\n")
    #expect(result.exit == .badScript && result.output == "")
    #expect(result.messages.contains(message), "\(result.messages)")
  }

  @Test func aNearNameIsProposed() {
    let result = run("area = get_vm_area 4K\nfree_vm_area aera\n")
    #expect(result.messages.contains("`aera` was never bound; did you mean area?"))
  }

  /// Names of an earlier run are the machine's; of a machine that a boot replaces they are not.
  @Test func theMachineKnowsNames() throws {
    var interpreter = Interpreter(
      machine: try Machine(Configuration()), options: Options(), output: nil, messages: nil)
    #expect(interpreter.run(ScriptSource(line: "a = get_vm_area 4K")) == .success)
    #expect(interpreter.run(ScriptSource(line: "free_vm_area a")) == .success)
    let script = Array("boot\nfree_vm_area a\n".utf8)
    #expect(interpreter.run(ScriptSource(name: "t", bytes: script)) == .badScript)
    #expect(interpreter.takeMessages().hasPrefix("vmemctl: t:2: free_vm_area: `a` was never"))
  }

  /// A run that is to go on answers for names that nothing has bound, and its exit code tells them.
  @Test func namesThatNothingBindsWhereARunGoesOn() {
    let script = "a = get_vm_area 4K\nfree_vm_area nobody\nfree_vm_area a\n"
    let stopped = run(script)
    #expect(stopped.exit == .badScript && stopped.output.isEmpty)
    let went = run(script) { $0.keepGoing = true }
    #expect(went.exit == .badScript && went.lines == ["0xffffc90000000000", "-ENOENT", "0"])
    #expect(went.messages.contains("`nobody` was never bound"))
    // What is no line of the language runs nowhere.
    let malformed = run(script + "frob\n") { $0.keepGoing = true }
    #expect(malformed.exit == .badScript && malformed.output.isEmpty)
  }

  /// However many names a script uses that only a machine can know, what is wrong behind them is seen.
  @Test(arguments: [Parser.maximumMalformed - 1, Parser.maximumMalformed + 1])
  func manyNames(_ count: Int) throws {
    let names = (0..<count).map { "n\($0)" }
    let uses = names.map { "find_vm_area \($0)\n" }.joined()
    var interpreter = Interpreter(
      machine: try Machine(Configuration()), options: Options(), output: nil, messages: nil)
    let binds = names.map { "let \($0) = 0\n" }.joined()
    #expect(interpreter.run(ScriptSource(name: "t", bytes: Array(binds.utf8))) == .success)
    for wrong in ["frob\n", "find_vm_area nobody\n"] {
      let script = "echo first\n" + uses + wrong
      let code = interpreter.run(ScriptSource(name: "t", bytes: Array(script.utf8)))
      #expect(code == .badScript && interpreter.takeOutput().isEmpty, "\(wrong)")
    }
    let went = run(uses + "frob\n") { $0.keepGoing = true }
    #expect(went.exit == .badScript && went.output.isEmpty)
  }

  // MARK: Verbs

  /// Every verb without an argument, and with more than it takes: a message, never a trap.
  @Test func missingAndSurplusArguments() {
    // A bare test_vmalloc is a long run, and its words have a test of their own.
    for verb in VerbTable().verbs where "\(verb.name)" != "test_vmalloc" {
      let needs = verb.required.contains { ![.optionalRest, .words].contains($0.kind) }
      let bare = run("\(verb.name)\n")
      #expect(bare.exit == .badScript || !needs, "\(verb.name): \(bare.messages)")
      let takesAll = (verb.required + verb.optional).contains {
        [.rest, .optionalRest, .words, .group].contains($0.kind)
      }
      let many = run("\(verb.name) " + String(repeating: "0 ", count: 20) + "\n")
      #expect(many.exit == .badScript || takesAll, "\(verb.name): \(many.messages)")
      for option in verb.options where verb.group != .language {
        let lacking = run("\(verb.name) \(option)\n")
        #expect(lacking.exit.rawValue < 4 || lacking.exit.rawValue >= 64, "\(verb.name) \(option)")
      }
    }
  }

  static let wordsOfTheirOwn = [
    "inject slab", "inject slab after", "inject nothing after=1", "inject off slab", "assert 1",
    "assert 1 eq", "let x 5", "help nonsense", "help a b", "step 0 get_vm_area 4K",
    "step 0 vunmap_range 0..4K 5", "step 0 vmap_pages_range 0..4K null", "test_vmalloc nothing=1",
    "test_vmalloc smoke smoke", "pcpu_get_vm_areas --align 4K 0", "udmabuf_create_list 0:1",
    "file_open", "file_open /dev/null --size 4K", "fill 0 1 256", "kcore", "kcore f --headers",
    "mmap 0 4K --private --shared", "apply_to_page_range 0..4K --fn fail=0", "snapshot -",
    "diff a", "undo", "boot --memory 3000", "boot --kernel 5.4", "boot --rows x",
  ]

  @Test(arguments: wordsOfTheirOwn)
  func rulesOfSingleVerbs(_ line: String) {
    let first = line.hasPrefix("boot") ? "# first" : "echo ran"
    let result = run("\(first)\n\(line)\n")
    #expect(result.exit == .badScript && result.output == "", "\(result.messages)")
    #expect(result.messages.hasPrefix("vmemctl: t.vmem:2: "), "\(result.messages)")
  }

  // MARK: Text

  @Test func aByteOrderMarkSaysNothing() {
    let result = run("\u{feff}boot --memory 64M\nassert machine.total eq 16384\necho a")
    #expect(result.output == "a\n" && result.exit == .success)
    #expect(run("\u{feff}bad").messages.hasSuffix("   1 | bad\n     | ^^^\n"))
    #expect(run("echo a\n\u{feff}echo b").exit == .badScript)
  }

  @Test func controlCharactersAreShown() {
    let result = run(arguments: "get_vm\u{1b}[31m", "a\u{9b}b")
    #expect(
      result.messages.hasSuffix("   1 | get_vm\\x1b[31m a\\xc2\\x9bb\n     | ^^^^^^^^^^^^^^\n"),
      "\(result.messages)")
    #expect(run(arguments: "echo", "a\u{7}b").output == "a\\x07b\n")
    let file = run(arguments: "include", "no\u{1b}such")
    #expect(file.messages.contains("no\\x1bsuch: No such file"))
  }
}

extension String {
  /// How often a text stands in it.
  fileprivate func components(of text: String) -> Int {
    split(separator: "\n").count { $0.contains(text) }
  }
}
