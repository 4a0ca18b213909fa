import TestSupport
import Testing

/// Modules that are compiled and run by the program: what each mistake ends with.
struct ModuleProcessTests: ModuleSuite {
  let folder: TemporaryFolder
  let kernel = "7.2"

  init() throws { folder = try TemporaryFolder() }

  private static func example(_ name: String) -> String {
    TestFiles.root + "/examples/modules/\(name).c"
  }

  /// A module's source, and a part of what the log says of it.
  struct Mistake: CustomTestStringConvertible, Sendable {
    let name: String
    let says: [String]
    let status: Int32
    var testDescription: String { name }

    init(_ name: String, _ says: String..., status: Int32 = 3) {
      self.name = name
      self.says = says
      self.status = status
    }
  }

  static let mistakes = [
    Mistake(
      "null_pointer", "BUG: kernel NULL pointer dereference, address: 0000000000000004",
      "a read through a null pointer, of the field at byte 4"),
    Mistake(
      "guard", "BUG: unable to handle page fault for address: ffffc90000002007",
      "byte 7 of the guard page of the 2-page area 0xffffc90000000000", "guard.c:"),
    Mistake("use_after_free_page", "use after __free_pages: byte 1 of the page 0xffff8880"),
    Mistake(
      "read_only", "error_code(0x0003) - permissions violation", "a write of byte 1", "read-only"),
    Mistake(
      "alias", "a write of byte 8 of the 1-page mapping", "page frame 1, which is the kernel's own"),
    Mistake("alias_freed", "written", "page frame", "which is free"),
    Mistake("device_hole", "read ffffffff", "read 1f411f41", status: 0),
    Mistake("no_execute", "error_code(0x0011)", "it may not be executed"),
    Mistake("double_free", "BUG: KASAN: double-free in kfree", "double kfree: the 40-byte object"),
    Mistake("bug", "kernel BUG at ", "invalid opcode: 0000 [#1]"),
    Mistake(
      "poison", "protection fault, probably for non-canonical address 0xdead000000000",
      "an entry that was deleted from its list", "poison.c:4)"),
    Mistake("halt", "Oops: general protection fault: 0000 [#1]", "for the kernel's mode alone"),
    Mistake(
      "double_vfree", "insmod/100", "double vfree: the 2-page area 0xffffc90000000000, ",
      "double_vfree.c:6)", status: 3),
    Mistake("double_page", "double __free_pages: the page", "double_page.c:6)"),
    Mistake(
      "lock_order", "insmod:100 waits in mutex_lock called by i+0x",
      "for second, which other:101 holds", "lock_order.c:17)",
      "for first, which insmod:100 holds", "lock_order.c:10)", status: 1),
    Mistake(
      "put_freed_page", "put_page of what was freed: the page", "put_freed_page.c:6)",
      "kernel BUG at"),
    Mistake("unlock", "BUG: lock already unlocked", "unlock.c:5)"),
    Mistake("inlined", "a write through a null pointer, of the field at byte 16", "inlined.c:4)"),
    Mistake(
      "large_frame", "BUG: TASK stack guard page was hit at ffff8981000f",
      "the stack of insmod is full", "large_frame.c:4)"),
    Mistake("null_call", "RIP: 0010:0x0", "a call through a null pointer", "null_call.c:4)"),
    Mistake(
      "behind_data", "page fault for address: ffffffffa000", "after the last page of behind_data"),
    Mistake(
      "pending", "leak: the timer with fired+0x0/", "leak: the work with worked+0x0/",
      "leak: the work queue left, allocated by i+0x", status: 0),
    Mistake(
      "struct_pages", "index 3 private 30 1", "count 2", "freed 0 0 0", "again 1 0",
      "of the area 5, of others 0", status: 0),
    Mistake("wild_page", "in the struct page of frame 305419896, which there is not"),
    Mistake("recursion", "BUG: spinlock recursion on CPU#0, insmod/100", "holds it already"),
    Mistake("deadlock", "INFO: task insmod:100 is blocked in wait_for_completion", status: 1),
    Mistake("endless", "watchdog: BUG: soft lockup - CPU#0 stuck for 1s! [insmod:100]"),
    Mistake("endless_calls", "watchdog: BUG: soft lockup - CPU#0 stuck for 1s! [insmod:100]"),
    Mistake("wild_stack", "watchdog: BUG: soft lockup - CPU#0 stuck for 2s! [insmod:100]"),
    Mistake("wild_store", "page fault for address: 0000000000400000", "nobody's"),
    Mistake("int3", "int3: 0000 [#1]"),
    Mistake("division", "divide error: 0000 [#1]", "a division by zero"),
    Mistake("undefined", "invalid opcode: 0000 [#1] SMP", "an instruction that there is not"),
    Mistake("bad_string", "RIP: 0010:strlen", "in the vmalloc window"),
    Mistake("bad_format", "in printk called from i+0x"),
    Mistake(
      "stack_overflow", "BUG: TASK stack guard page was hit at ffff8981001f", "still here"),
    Mistake(
      "sleep_in_spinlock", "BUG: sleeping function called from invalid context at vmalloc",
      "sleep_in_spinlock.c:5)"),
    Mistake("late_init", "which is __init: late_init is past its init"),
    Mistake(
      "leak", "leak: the 2-page area 0xffffc90000000000", "leak: the 100-byte object",
      "loner was never stopped", status: 0),
    Mistake(
      "gfp", "gfp GFP_ATOMIC", "mode:0x8cc0(GFP_KERNEL|__GFP_NOFAIL)", "a kernel tries for ever",
      "Unexpected gfp: 0x4 (GFP_DMA32). Fixing up to gfp: 0xcc0 (GFP_KERNEL).",
      "area flags 100000000", status: 3),
    Mistake("percpu", "cpu0 5 0", "cpu1 6 10", status: 0),
    Mistake(
      "tables", "level 1 of both", "a table of its own", "the zero page", "an area taken out",
      status: 0),
    Mistake("foreign_table", "frees a page table that an entry still leads to"),
    Mistake(
      "page_tables", "alias 7 pfn 1", "by hand 7 table 1", "unlinked table 0", status: 0),
    Mistake("table_of_text", "which is no page of entries"),
    Mistake("reserved_bits", "that a table of level 4 cannot have: reserved bits"),
    Mistake(
      "read_only_sprintf", "#PF: supervisor write access in kernel mode",
      "error_code(0x0003) - permissions violation", "Oops: 0003 [#1]",
      "in sprintf called from i+0x", "a write of byte 8 of the 1-page mapping", "read-only"),
    Mistake(
      "constant", "error_code(0x0003) - permissions violation", "a write of text+0x1/0x9 [constant]"
    ),
    Mistake("timer_and_work", "timer softirq=1", "work in kworker/0:1", "done", status: 0),
  ]

  @Test(.compilesModules, arguments: mistakes)
  func mistake(_ mistake: Mistake) throws {
    let source = Self.fixture(mistake.name)
    // The machine goes on, and is sound.
    // A task is first preempted in its second second.
    let limit =
      mistake.name.hasPrefix("endless")
      ? "--lockup 1 " : mistake.name == "wild_stack" ? "--lockup 2 " : ""
    let ran = try run("insmod \(limit)\(source)\ncheck\nvmalloc 4K")
    let text = ran.outputText
    for part in mistake.says { #expect(text.contains(part), "\(text)\n\(ran.errorText)") }
    #expect(ran.status == mistake.status, "\(text)\n\(ran.errorText)")
    let answers = text.split(separator: "\n").filter { !$0.hasPrefix("[") }
    #expect(answers.suffix(2).first == "0" && answers.last?.hasPrefix("0xffff") == true, "\(text)")
  }

  @Test(.compilesModules, arguments: ["6.1", "6.6", "6.12", "6.18", "7.3"])
  func kernels(_ kernel: String) throws {
    for name in ["hello", "vmalloc", "vmap_pages"] {
      let ran = try run("insmod \(Self.example(name))\nrmmod \(name)\ncheck", kernel: kernel)
      #expect(
        ran.status == 0 && !ran.outputText.contains("leak:"), "\(ran.outputText)\(ran.errorText)")
    }
    let sparse = try run("insmod \(Self.example("sparse_fill"))", kernel: kernel)
    #expect(sparse.status == (["6.1", "6.6"].contains(kernel) ? 65 : 0), "\(sparse.errorText)")
  }

  /// The same calls in C leave the machine as the built-in tests do: areas, free addresses, counters.
  @Test(.compilesModules, arguments: ["6.1", "6.12", "7.2"])
  func equalsTheBuiltInTests(_ kernel: String) throws {
    let views = "vmap_state --sum\nvmallocinfo"
    let module = try run(
      "insmod \(Self.fixture("random_areas")) loops=200\n\(views)", kernel: kernel)
    let builtIn = try run(
      "test_vmalloc run_test_mask=8 test_loop_count=200 sequential_test_order=1\n\(views)",
      kernel: kernel)
    func state(_ ran: Command) -> Substring? {
      ran.outputText.firstRange(of: "sum nbusy").map { ran.outputText[$0.lowerBound...] }
    }
    #expect(
      state(module) != nil && state(module) == state(builtIn),
      "\(module.outputText)\(builtIn.outputText)\(builtIn.errorText)")
  }

  @Test(.compilesModules, .enabled(if: Compilers.has("clang"), "skipped: clang is not installed"))
  func otherCompiler() throws {
    let ran = try run("insmod \(Self.example("vmalloc"))", compiler: "clang")
    #expect(ran.status == 0 && ran.outputText.contains("is frame"), "\(ran.errorText)")
  }

  @Test func noCompilerIsNamed() throws {
    let ran = try run("insmod \(Self.example("hello"))", compiler: "/nowhere/cc")
    #expect(ran.status == 65 && ran.errorText.contains("no C compiler: /nowhere/cc"))
    #expect(ran.errorText.contains("apt install gcc"))
    let absent = try run("insmod /nowhere/x.c")
    #expect(absent.status == 66, "\(absent.errorText)")
  }

  @Test(.compilesModules) func devicesAreNamed() throws {
    let ran = try run("insmod \(Self.fixture("device"))")
    #expect(ran.status == 65 && ran.errorText.contains("misc_register belongs to misc devices"))
  }

  /// A thread's oops leaves the module loaded, and the machine's CPU is the one that it was.
  @Test(.compilesModules) func threads() throws {
    let ran = try run(
      "insmod \(Self.fixture("stack_overflow"))\nlsmod\nrmmod stack_overflow\nlsmod", kernel: "6.6")
    #expect(ran.status == 3, "\(ran.outputText)\(ran.errorText)")
    #expect(ran.outputText.contains("\nstack_overflow") && ran.outputText.contains("(oops)"))
    #expect(ran.outputText.contains("] stack guard page: 0000 [#1] SMP"), "\(ran.outputText)")
    let bound = try run("insmod \(Self.fixture("bound_thread"))\nassert machine.cpu == 0")
    #expect(bound.outputText.contains("on CPU 1") && bound.status == 0, "\(bound.errorText)")
  }

  /// The same seed finds the same race, and the module that waits for its readers has none.
  @Test(.compilesModules) func seeds() throws {
    let race = Self.example("race")
    func text(_ seed: Int, _ words: String = "") throws -> String {
      try run("insmod --preempt \(seed) \(race) \(words)").outputText
    }
    let found = try (1...12).first { try text($0).contains("use after vfree") }
    let seed = try #require(found)
    #expect(try text(seed) == text(seed))
    #expect(try !text(seed, "fixed=1").contains("use after vfree"))
    #expect(try run("insmod \(race)").status == 0)
  }

  /// While a module is loaded nothing is committed; the last rmmod commits all.
  @Test(.compilesModules) func images() throws {
    let image = folder.path + "/m.img"
    let lines = "insmod \(Self.example("hello"))\na = vmalloc 8K\nsnapshot \(folder.path)/t.img\n"
    let ran = try run(lines + "rmmod hello\nb = vmalloc 4K", image: image)
    #expect(
      ran.errorText.contains("nothing is committed while a module is loaded"), "\(ran.errorText)")
    #expect(ran.errorText.contains("EBUSY") && ran.errorText.contains("rmmod"), "\(ran.errorText)")
    let rows = try Command.vmemctl("--image", image, "vmallocinfo")
    #expect(
      rows.outputText.split(separator: "\n").count == 2, "\(rows.outputText)\(rows.errorText)")
    #expect(try Command.vmemctl("--image", image, "check").status == 0)
    let one = try Command.run(
      [TestFiles.vmemctl, "--image", image, "insmod", Self.example("hello")])
    #expect(one.status == 0 && one.outputText.contains("goodbye"), "\(one.errorText)")
    #expect(try Command.vmemctl("--image", image, "dmesg").outputText.contains("hello, world"))
  }

  /// Parameters, their descriptions, and objects that are loaded without a compiler.
  @Test(.compilesModules) func objects() throws {
    let object = folder.path + "/use_after_free.so"
    let source = Self.example("use_after_free")
    let ran = try run(
      "modcc \(source) --output \(object)\nmodinfo \(object)\ninsmod \(object) mistake=guard\nlsmod -v"
    )
    let text = ran.outputText
    #expect(
      text.contains("parm:           mistake:vfree, page, twice, guard or null (charp)"), "\(text)")
    #expect(text.contains("of the guard page of"), "\(text)")
    #expect(text.contains("use_after_free") && text.contains("Died"), "\(text)")
    let values = try run("insmod \(Self.fixture("parameters")) text=longer n=5 list=3,4\nlsmod -v")
    for line in [
      "  n=-42 (int)", "  text=longer (string)", "  name=x (charp)", "  on=N (bool)",
      "  list=3,4 (array of int)",
    ] { #expect(values.outputText.contains(line), "\(values.outputText)\(values.errorText)") }
    let wrong = try run("insmod \(source) mistakes=1\nrmmod nothing\ninsmod \(source)x")
    #expect(
      wrong.outputText.contains("unknown parameter 'mistakes' ignored"), "\(wrong.outputText)")
    #expect(wrong.outputText.contains("-ENOENT"))
    let levels = try Command.vmemctl(
      "run", "-", input: "boot --levels 5\ninsmod \(source)\n")
    #expect(levels.outputText.contains("-EOPNOTSUPP"), "\(levels.errorText)")
  }
}
