import Testing
import VMemScript

/// Outcomes, expectations and exit codes.
@Suite struct OutcomeTests {
  static let preamble = """
    @P = alloc_pages 8
    @s = get_vm_area 64K --flags sparse
    @m = get_vm_area 64K --flags map
    @vm_area_map_pages s s..s+1p P[0]

    """

  /// A line, its result, the outcomes it has, and the exit code when nothing announces them.
  static let lines: [(line: String, result: String, outcomes: String, exit: ExitCode)] = [
    ("vm_area_map_pages s s+1p..s+2p P[1]", "0", "0", .success),
    ("alloc_pages 3", "3", "3", .success),
    ("vm_area_map_pages s s..s+68K P[0..8]", "-ERANGE", "ERANGE", .unexpectedError),
    ("get_vm_area 0", "NULL", "NULL", .unexpectedError),
    ("find_vm_area 0x1000", "NULL", "NULL", .unexpectedError),
    ("read s+2p 1", "-EFAULT", "fault", .unexpectedWarning),
    ("vm_area_map_pages s s..s P[0]", "BUG", "bug", .unexpectedWarning),
    ("vm_area_map_pages m m..m+1p P[0]", "-EINVAL", "EINVAL,warn", .unexpectedWarning),
    ("vm_area_map_pages s s..s+1p P[2]", "-ENOMEM", "warn,-ENOMEM", .unexpectedWarning),
    ("compare P[0] P[1] 8", "0", "0", .success),
  ]

  @Test(arguments: lines.indices)
  func outcomes(_ index: Int) {
    let (line, result, outcomes, exit) = Self.lines[index]
    let bare = run(Self.preamble + line + "\necho after\n")
    #expect(bare.lines == (exit == .success ? [result, "after"] : [result]))
    #expect(bare.exit == exit)
    let announced = run(Self.preamble + "expect \(outcomes) \(line)\necho after\n")
    #expect(announced.messages == "")
    #expect(announced.lines == [result, "after"])
    #expect(announced.exit == .success)
  }

  /// Every other expectation must fail, and say what was expected and what came.
  @Test(arguments: lines.indices)
  func wrongExpectations(_ index: Int) {
    let (line, _, outcomes, exit) = Self.lines[index]
    let words = Set(outcomes.split(separator: ",").map { $0.drop { $0 == "-" } })
    for wrong in ["EBUSY", "NULL", "fault", "warn", "bug", "stale", "0", "77", "ERANGE,warn"]
    where Set(wrong.split(separator: ",")) != words {
      let result = run(Self.preamble + "expect \(wrong) \(line)\necho after\n")
      #expect(result.messages.contains("expected \(wrong) got "))
      #expect(!result.lines.contains("after"))
      // A WARN, BUG or fault that was not announced outranks the failed expectation.
      let wanted = Set(wrong.split(separator: ","))
      let isSevere =
        exit == .unexpectedWarning
        && !words.intersection(["fault", "warn", "bug"]).isSubset(of: wanted)
      #expect(result.exit == (isSevere ? .unexpectedWarning : .failedExpectation))
    }
  }

  @Test func signals() {
    let script = """
      @mm = mm_create
      @switch_mm mm
      @u = mmap mm 4K --device

      """
    for (line, signal, other) in [
      ("read 0x1000 1", "SIGSEGV", "SIGBUS"), ("write u 00", "SIGBUS", "SIGSEGV"),
    ] {
      let bare = run(script + line + "\necho after")
      #expect(bare.lines == [signal] && bare.exit == .unexpectedWarning)
      for announced in [signal, "fault"] {
        let result = run(script + "expect \(announced) \(line)\necho after")
        #expect(result.lines == [signal, "after"] && result.exit == .success)
      }
      let wrong = run(script + "expect \(other) \(line)\necho after")
      #expect(wrong.exit == .unexpectedWarning)
      #expect(wrong.messages.contains("expected \(other) got \(signal)"))
      let json = run(script + line) { $0.json = true }
      #expect(json.output.contains("\"result\":\"\(signal)\",\"type\":\"fault\",\"errno\":null"))
    }
    let none = run("expect SIGSEGV read 0x1000 1")
    #expect(none.exit == .unexpectedWarning && none.lines == ["-EFAULT"])
    let both = run("@m = mm_create\nmmap m 4K --private --shared")
    #expect(both.exit == .badScript)
  }

  @Test func anAnnouncedWarnMustHappen() {
    let result = run("expect 0,warn vm_unmap_aliases")
    #expect(result.exit == .failedExpectation)
    #expect(result.messages.contains("expected 0,warn got 0"))
  }

  @Test func successNeedsNoWordBesideAWarn() {
    let result = run("@a = get_vm_area 4K\ncontext atomic\nexpect warn free_vm_area a\n")
    #expect(result.messages == "")
    #expect(result.exit == .success)
  }

  @Test func differences() {
    let script = "@P = alloc_pages 2\n@write P[1]+5 01\n"
    let bare = run(script + "compare P[0] P[1] 8\necho after")
    #expect(bare.lines == ["5"])
    #expect(bare.exit == .failedExpectation)
    let announced = run(script + "expect 5 compare P[0] P[1] 8\necho after")
    #expect(announced.lines == ["5", "after"])
    #expect(announced.exit == .success)
  }

  @Test func addressesAsOutcomes() {
    let result = run(
      """
      a = expect 0xffffc90000000000 get_vm_area 16K
      b = expect a.end+4K get_vm_area 16K
      """)
    #expect(result.messages == "")
    #expect(result.exit == .success)
    #expect(run("expect 0xffffc90000001000 get_vm_area 16K").exit == .failedExpectation)
  }

  @Test func precedence() {
    let errno = "get_vm_area 0"
    let wrong = "expect 0 get_vm_area 0"
    let fault = "read 0 1"
    func code(_ lines: [String]) -> ExitCode {
      run(lines.joined(separator: "\n")) { $0.keepGoing = true }.exit
    }
    #expect(code([errno]) == .unexpectedError)
    #expect(code([errno, wrong]) == .failedExpectation)
    #expect(code([wrong, errno]) == .failedExpectation)
    #expect(code([fault, wrong, errno]) == .unexpectedWarning)
    #expect(code([errno, wrong, fault]) == .unexpectedWarning)
    #expect(code([fault, "nonsense", errno]) == .badScript)
    for code in ExitCode.allCases {
      #expect(ExitCode.corrupt.combined(with: code) == .corrupt)
      #expect(code.combined(with: .corrupt) == .corrupt)
      #expect(code.combined(with: .success) == code)
    }
  }

  @Test func keepGoing() {
    let script = "get_vm_area 0\nassert 1 eq 2\nread 0 1\nexpect bug get_vm_area 4K\necho end\n"
    let result = run(script) { $0.keepGoing = true }
    #expect(result.lines == ["NULL", "-EFAULT", "0xffffc90000000000", "end"])
    #expect(result.exit == .unexpectedWarning)
    for (line, what) in [(1, "NULL"), (2, "expected 1 eq 2 got 1 and 2"), (3, "fault"), (4, "bug")]
    {
      #expect(
        result.messages.split(separator: "\n").contains {
          $0.hasPrefix("vmemctl: t.vmem:\(line): ") && $0.contains(what)
        })
    }
    #expect(run(script).lines == ["NULL"])
  }

  @Test func quiet() {
    let result = run(
      "get_vm_area 4K\nexpect NULL get_vm_area 0\necho seen\nbuddyinfo\nread 0 1\n"
    ) { $0.quiet = true }
    #expect(result.lines.first == "seen")
    #expect(result.lines[1].hasPrefix("Node 0, zone"))
    #expect(result.lines.last == "-EFAULT")
    #expect(!result.output.contains("0xffffc9") && !result.output.contains("NULL"))
  }

  @Test func silentLines() {
    let result = run(
      "@get_vm_area 4K\n@ get_vm_area 4K\n@echo x\n@vmallocinfo\n@expect NULL get_vm_area 0")
    #expect(result.output == "" && result.messages == "")
    let failing = run("@get_vm_area 0")
    #expect(failing.output == "")
    #expect(failing.exit == .unexpectedError)
    #expect(failing.messages.contains("t.vmem:1: get_vm_area: NULL"))
  }

  @Test func tap() {
    let result = run(
      "get_vm_area 4K\nexpect NULL get_vm_area 0\nassert 1 eq 2\nexpect 5 get_vm_area 0\necho ok 7\n"
    ) {
      $0.tap = true
      $0.keepGoing = true
    }
    #expect(
      result.lines.filter { !$0.hasPrefix("#") } == [
        "ok 1 - t.vmem:2: expect NULL get_vm_area 0", "not ok 2 - t.vmem:3: assert 1 eq 2",
        "not ok 3 - t.vmem:4: expect 5 get_vm_area 0", "1..3",
      ])
    #expect(result.exit == .failedExpectation)
  }

  @Test func notes() {
    let result = run("@s = get_vm_area 4K --flags sparse\nvm_area_unmap_pages s s..s+8K\n")
    #expect(result.output == "0\n")
    #expect(result.exit == .success)
    #expect(result.messages.contains("vm_area_unmap_pages: note: nothing was done: end 0x"))
  }

  /// The word that a result line shows is not the one that announces it: the message says which is.
  @Test func faultsAreAnnouncedAsFaults() {
    let result = run("expect EFAULT read 0xffffc90000000000 1\n")
    #expect(result.exit.rawValue == 3 && result.messages.contains("announced as `fault`"))
    #expect(run("expect fault read 0xffffc90000000000 1\n").exit == .success)
  }

  /// What a fault's hint says of the address.
  @Test(arguments: [
    ("m = mm_create\nu = mmap m 4K\nread u 1\n", "CPU 0 uses no address space: `switch_mm MM`"),
    ("boot --memory 64M --highmem 32M\nP = alloc_pages 1 --zone highmem\nread P[0] 1\n", "`kmap`"),
    ("read 0xffffc90000000000 1\n", "no area lives"),
  ])
  func hintsOfFaults(_ script: String, _ hint: String) {
    let result = run(script)
    #expect(result.exit.rawValue == 3 && result.messages.contains(hint), "\(result.messages)")
  }

  /// A WARN is told with what the log says of it.
  @Test(arguments: [
    ("vfree 0x1000", "WARNING in vfree: Trying to vfree() nonexistent vm area (0000000000001000)"),
    ("vfree 0xffffc90000000001", "bad address (ffffc90000000001)"),
    ("ioremap 0x100000 4K", "ioremap on RAM at 0x0000000000100000"),
  ])
  func warningsSayWhy(_ line: String, _ words: String) {
    let result = run(line)
    #expect(result.exit == .unexpectedWarning)
    #expect(result.messages.contains(words), "\(result.messages)")
    #expect(run(line) { $0.json = true }.output.contains(words))
  }

  /// What the kernel maps without a word although it is not what it was given.
  @Test(arguments: [
    ("s s..s+4K P[0..2]", "the list has 2 pages and the range takes 1"),
    ("s s+1..s+4097 P[0]", "what is mapped is 0xffffc90000000000..0xffffc90000001000"),
    ("s s..s+8K P[0..2]", ""), ("s s..s+4K P[0]", ""),
  ])
  func whatIsMappedIsNoted(_ words: String, _ note: String) {
    let setup = "@P = alloc_pages 2\n@s = get_vm_area 16K --flags sparse\n"
    let result = run("\(setup)vm_area_map_pages \(words)")
    #expect(result.exit == .success && result.output == "0\n")
    let range = words.dropFirst(2)
    for messages in [result.messages, run("\(setup)vmap_pages_range \(range)").messages] {
      #expect(messages.contains("note: ") == !note.isEmpty)
      #expect(note.isEmpty || messages.contains(note))
    }
  }

  /// Where only one end is unaligned the kernel steps over END, and a note says so in front of what then
  /// goes wrong.
  @Test(arguments: [
    ("s s..s+8K+1 P[0..2]", "from 0xffffc90000000000 pass over END 0xffffc90000002001"),
    ("s s+1..s+8K P[0..1]", "from 0xffffc90000000001 pass over END 0xffffc90000002000"),
  ])
  func anEndThatIsMissedIsNoted(_ words: String, _ note: String) {
    let setup = "@P = alloc_pages 2\n@s = get_vm_area 16K --flags sparse\n"
    for call in ["vm_area_map_pages \(words)", "vmap_pages_range \(words.dropFirst(2))"] {
      let result = run("\(setup)expect ENOMEM,warn \(call)")
      #expect(result.exit == .success)
      #expect(result.messages.contains("note: steps of a page \(note)"), "\(result.messages)")
      #expect(run(setup + call).messages.contains("note: steps of a page \(note)"))
    }
    let aligned = run("\(setup)expect ENOMEM,warn vm_area_map_pages s s..s+12K P")
    #expect(aligned.exit == .success && !aligned.messages.contains("note: "))
  }

  /// What vm_map_ram has is no area, and is named all the same.
  @Test func walksNameBlocks() {
    let script = """
      @P = alloc_pages 70
      @a = vm_map_ram P[0..4]
      @b = vm_map_ram P
      walk a
      walk a+64K
      walk b+4K

      """
    let places = run(script).lines.filter { $0.hasPrefix("in ") }
    #expect(
      places == [
        "in the vm_map_ram block 0xffffc90000000000-0xffffc90000400000",
        "in the vm_map_ram block 0xffffc90000000000-0xffffc90000400000",
        "in the vm_map_ram mapping 0xffffc90000400000-0xffffc90000446000",
      ])
    let json = run(script) { $0.json = true }.output
    #expect(json.contains(#""area":"in the vm_map_ram block 0xffffc90000000000-0x"#))
    let picture = run(script.replacing("walk a\n", with: "walk a --format svg\n")).output
    #expect(picture.contains("in the vm_map_ram block 0xffffc90000000000-0xffffc90000400000"))
    #expect(!run("walk 0xffffc90000000000").output.contains("\nin "))
  }

  @Test func picturesOfTablesNameTheirRange() {
    let range = run("page_tables --range 0xffffc90000000000..+64K --format svg").output
    #expect(range.contains("page tables of 0xffffc90000000000-0xffffc90000010000</text>"))
    let all = run("page_tables --format html").output
    #expect(all.contains("<title>page tables from 0xffff800000000000 on</title>"))
  }
}
