import TestSupport
import Testing

/// What is told of tasks that nobody waits for, of what functions leave behind, and of wrong pages.
struct ModuleReportTests: ModuleSuite {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A fixture's way, what its log and messages say, and what the process exits with.
  struct Case: CustomTestStringConvertible, Sendable {
    let way: Int
    let status: Int32
    let says: [String]
    let isSilentOf: String?
    var testDescription: String { "way \(way)" }

    init(_ way: Int, _ status: Int32, _ says: String..., silent: String? = nil) {
      (self.way, self.status, self.says, isSilentOf) = (way, status, says, silent)
    }
  }

  private func check(_ fixture: String, _ example: Case, kernel: String = "6.12") throws {
    let name = Self.fixture(fixture)
    let ran = try run("insmod \(name) way=\(example.way)\nrmmod \(fixture)\ncheck", kernel: kernel)
    let text = ran.outputText + ran.errorText
    for part in example.says { #expect(text.contains(part), "no `\(part)` in:\n\(text)") }
    if let silent = example.isSilentOf { #expect(!text.contains(silent), "\(text)") }
    #expect(ran.status == example.status, "\(text)")
    #expect(ran.outputText.hasSuffix("\n0\n"), "\(text)")
  }

  static let leftBehindCases = [
    Case(
      0, 3, "Comm: worker",
      "insmod: text, warn (oops: worker:101 [left_behind]: a read through a null"),
    Case(1, 3, "kernel BUG at", "warn (oops: worker:101 [left_behind]: stops+0x"),
    Case(
      2, 3, "PID: 0 Comm: swapper/0", "Kernel panic - not syncing: Fatal exception in interrupt",
      "warn (oops: swapper/0:0 [left_behind]"),
    Case(3, 3, "Comm: kworker/0:1", "warn (oops: kworker/0:1:101 [left_behind]"),
    Case(4, 3, "Comm: rmmod", "rmmod: EFAULT"),
    Case(
      5, 3, "BUG: workqueue leaked atomic, lock or RCU: kworker/0:1[101]",
      "preempt=0x00000001 lock=0->0 RCU=0->0 workfn=locks [left_behind]",
      "BUG: scheduling while atomic: kworker/0:1/101/0x00000002",
      "has returned with kept held, taken by",
      "waited 0 1"),
    Case(6, 3, "workfn=reads", "has returned with a read side of RCU not left"),
    Case(7, 3, "[left_behind] preempt leak: 00000100 -> 00000101", "at call_timer_fn"),
    Case(
      8, 1, "has returned with owned held", "for owned, which worker:101 took in owns+0x",
      "and never gives back: it is over"),
    Case(
      9, 3, "BUG: scheduling while atomic: worker/101/0x00000002",
      "spins for kept, which worker:101 took in keeps+0x", "never gives back: it is over",
      silent: "sleeps"),
    Case(10, 3, "at do_exit", "has returned with interrupts off"),
    Case(11, 3, "note: worker[101] exited with preempt_count 1"),
    Case(12, 0, "huh, entered softirq 9 RCU", "with preempt_count 00000100, exited with 00000101?"),
    Case(
      13, 3, "returned with preemption imbalance disabled interrupts ", "at do_one_initcall",
      "has returned with preemption off, and interrupts off"),
    Case(14, 3, "Tainted: G        W  O", "Tainted: G      D W  O"),
    Case(15, 3, "BUG: scheduling while atomic: rmmod/"),
  ]

  @Test(.compilesModules, arguments: leftBehindCases)
  func leftBehind(_ example: Case) throws { try check("left_behind", example) }

  @Test(.compilesModules) func oldWorkQueues() throws {
    try check(
      "left_behind",
      Case(
        5, 3, "BUG: workqueue leaked lock or atomic: kworker/0:1/0x00000001/101",
        "last function: locks"), kernel: "6.1")
  }

  /// An oops that a line announces is none for the exit code, and one at the end of a script is told.
  @Test(.compilesModules) func announcedOopses() throws {
    let name = Self.fixture("left_behind")
    let thread = try run("expect warn insmod \(name) way=0")
    #expect(thread.status == 0, "\(thread.errorText)")
    let itself = try run("expect EFAULT insmod \(Self.fixture("null_pointer"))")
    #expect(itself.status == 0, "\(itself.errorText)")
    let atEnd = try run("insmod \(name) way=4")
    #expect(
      atEnd.status == 3
        && atEnd.errorText.contains(
          "at the end, rmmod left_behind: oops: its exit function: a read through a null pointer"),
      "\(atEnd.errorText)")
    let second = try run(
      "expect warn insmod \(name) way=0\nrmmod left_behind\nexpect warn insmod \(name) way=0")
    #expect(second.outputText.contains("Tainted: G      D    O"), "\(second.outputText)")
  }

  static let pageMistakesCases = [
    Case(0, 3, "BUG: Bad page pointer ffffea00000", "byte 8 of the struct page of frame"),
    Case(
      1, 3, "page fault for address: ffffe9fffffffff4",
      "in the struct page of frame -1, which there"),
    Case(2, 3, "which is no struct page: it lies in the 2-page area"),
    Case(3, 3, "is no address of the direct map, but of the 2-page area"),
    Case(
      4, 0, "__free_pages of 1 of the pages of the block of 4 pages", "a kernel loses the others"),
    Case(5, 0, silent: "loses"),
    Case(6, 0, "__free_pages of page 1 of the block of 4 pages", silent: "loses"),
    Case(7, 0, "head 1 order 2"),
    Case(
      8, 3, "BUG: Bad page state in process insmod", "of a page of kmalloc-64's objects: kfree",
      "leak: the 64-byte object"),
    Case(
      9, 3, "page fault for address: ffffc8ffffffffff", "a write 1 bytes before the 2-page area"),
    Case(10, 3, "page fault for address: ffffe9fffffffff4"),
    Case(11, 0, "vunmap of the 2-page area", "its pages are lost", silent: "leak: the 2-page area"),
    Case(12, 0, "vfree of page 1 of the 2-page area", silent: "leak: the 2-page area"),
    Case(13, 0, "arrays 0000000000000000 0000000000000000", silent: "vmalloc error"),
  ]

  @Test(.compilesModules, arguments: pageMistakesCases)
  func pageMistakes(_ example: Case) throws { try check("page_mistakes", example) }

  /// Pages have users, and are free when the last one puts them: no leak, and no fault.
  @Test(.compilesModules, arguments: 0..<4)
  func references(_ way: Int) throws {
    let source = Self.fixture("references")
    let ran = try run("insmod \(source) way=\(way)\nrmmod references\ncheck")
    #expect(ran.status == 0 && ran.outputText.contains("done"), "\(ran.outputText)\(ran.errorText)")
    #expect(!ran.outputText.contains("vmemctl:"), "\(ran.outputText)")
    if way == 2 { #expect(ran.outputText.contains("users 3"), "\(ran.outputText)") }
  }

  static let longWaitsCases = [
    Case(
      0, 0, "[  120.00", "INFO: task insmod:100 blocked for more than 120 seconds.",
      "blocked for more than 480 seconds.", "over"),
    Case(1, 0, "over", silent: "blocked"),
    Case(2, 0, "insmod:100 blocked for more than 120 seconds."),
    Case(3, 0, "over", silent: "blocked"),
    Case(4, 0, "insmod:100 blocked for more than 120 seconds."),
    Case(5, 0, "insmod:100 blocked for more than 120 seconds."),
    Case(6, 0, "over", silent: "blocked"),
    Case(7, 0, "waiter:101 blocked for more than 120 seconds.", silent: "insmod:100 blocked"),
    Case(8, 0, "blocked for more than 1200 seconds.", "over", silent: "1320 seconds"),
  ]

  @Test(.compilesModules, arguments: longWaitsCases)
  func longWaits(_ example: Case) throws { try check("long_waits", example) }

  @Test(.compilesModules) func contexts() throws {
    let ran = try run("insmod \(Self.fixture("contexts"))\nrmmod contexts\ncheck")
    let text = ran.outputText
    for part in [
      "init: insmod/100 soft 0 serving 0 hard 0 interrupt 0 task 1 count 0 off 0",
      "bh: insmod/100 soft 1 serving 0 hard 0 interrupt 1 task 1 count 200 off 0",
      "timer: swapper/0/0 soft 1 serving 1 hard 0 interrupt 1 task 0 count 100 off 0",
      "hrtimer: swapper/0/0 soft 0 serving 0 hard 1 interrupt 1 task 0 count 10000 off 1",
      "rcu: swapper/0/0 soft 1 serving 1 hard 0 interrupt 1 task 0 count 100 off 0",
      "call: insmod/100 soft 0 serving 0 hard 1 interrupt 1 task 0 count 10000 off 1",
      "parent kthreadd/2", "stays 1",
      "cache_from_obj: Wrong slab cache. other but object is from kept",
    ] { #expect(text.contains(part), "no `\(part)` in:\n\(text)") }
    #expect(ran.status == 3 && !text.contains("leak"), "\(text)\(ran.errorText)")
    let told = "warn (WARNING: CPU: 0 PID: 100 at cache_from_obj)"
    #expect(ran.errorText.contains(told), "\(ran.errorText)")
  }

  /// Seeds find what happens on two CPUs at once, also where one holds a spinlock, and only that.
  @Test(
    .compilesModules,
    arguments: [
      (0, "deadlock: "), (1, "use after __free_pages"), (2, nil), (3, "use after vfree"), (4, nil),
      (5, nil),
    ])
  func racesOfSpinlocks(_ way: Int, _ sentence: String?) throws {
    let name = Self.fixture("two_cpus")
    let runs = try (1...8).map { try run("insmod --preempt \($0) \(name) way=\(way)\ncheck") }
    if let sentence {
      #expect(
        runs.contains { $0.status == 3 && $0.outputText.contains(sentence) },
        "\(runs[0].outputText)")
      let again = try run("insmod --preempt 1 \(name) way=\(way)\ncheck")
      #expect(again.outputText == runs[0].outputText)
    } else {
      for ran in runs { #expect(ran.status == 0, "\(ran.outputText)\(ran.errorText)") }
      #expect(try run("insmod \(name) way=\(way)").status == 0)
    }
  }

  /// What __initdata held is poison after init; an object may have several sources.
  @Test(.compilesModules) func dataOfInit() throws {
    let ran = try run("insmod \(Self.fixture("late_data"))\nrmmod late_data\ncheck")
    #expect(
      ran.status == 3 && ran.outputText.contains("what __initdata held is used, which is gone"),
      "\(ran.outputText)\(ran.errorText)")
    let object = folder.path + "/two.so"
    let sources = "\(Self.fixture("two_files")) \(Self.fixture("two_files_more"))"
    let two = try run("modcc \(sources) --output \(object)\ninsmod \(object)")
    #expect(two.status == 0 && two.outputText.contains("two_files: 42"), "\(two.errorText)")
  }

  @Test(.compilesModules) func oneInit() throws {
    let ran = try run("insmod \(Self.fixture("two_inits"))")
    #expect(
      ran.status == 65 && ran.errorText.contains("a module has one module_init"), "\(ran.errorText)"
    )
  }

  /// A parameter's own function may refuse, or die; a symbol is one module's.
  @Test(.compilesModules) func settersAndExports() throws {
    let name = Self.fixture("setter")
    let range = try run("insmod \(name) number=r")
    #expect(range.outputText.contains("setter: `r' invalid for parameter `number'"))
    let large = try run("insmod \(name) number=l")
    #expect(large.outputText.contains("setter: `l' too large for parameter `number'"))
    let fault = try run("insmod \(name) number=f\ncheck")
    #expect(
      fault.status == 3 && fault.outputText.contains("Comm: insmod")
        && fault.outputText.contains("RIP: 0010:set+0x"), "\(fault.outputText)\(fault.errorText)")
    try folder.write(Array(try Fixture.text("modules/setter.c").utf8), to: "second.c")
    let twice = try run("insmod \(name)\ninsmod \(folder.path)/second.c")
    #expect(
      twice.outputText.contains(
        "second: exports duplicate symbol setter_counter (owned by setter)")
        && twice.outputText.contains("-ENOEXEC"), "\(twice.outputText)\(twice.errorText)")
  }
}
