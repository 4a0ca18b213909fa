import Testing
import VMemScript

/// What scripts see of stacks.
@Suite struct StackVerbTests {
  /// The row that a 6.18 kernel has for each of its threads.
  /// Statistics of tasks hold for dynamic stacks alone.
  @Test(arguments: [("dynamic", true), ("static", false), ("reclaim", false)])
  func tasksAreCountedOfDynamicStacks(_ policy: String, _ isCounted: Bool) {
    let ran = run(
      "@stack_alloc --policy dynamic\n@stack_alloc --policy \(policy)\nstack_stat\n")
    #expect(ran.lines.contains { $0.hasPrefix("tasks ") } == isCounted)
  }

  /// Whether a stash was asked is said of the stacks that have one.
  @Test(arguments: [
    ("@s = stack_alloc --policy reclaim\n@stack_reclaim s\nstack_touch s 16K\n", false),
    (
      "@s = stack_alloc --policy dynamic\n@stack_touch s 16K\n@t = stack_alloc --policy dynamic\n"
        + "stack_touch t 16K\n", true
    ),
  ])
  func pagesThatNobodyBrings(_ script: String, _ hasStash: Bool) {
    let result = run(script)
    #expect(result.exit.rawValue == 3 && result.messages.contains("fault's frame on"))
    #expect(result.messages.contains("none in the CPU's stash") == hasStash)
  }

  /// A page that may not be written takes no frame of a fault either.
  @Test func writingToAReadOnlyPageOfAStack() {
    let ran = run(
      """
      @s = stack_alloc --policy dynamic
      @set_memory_ro s+12K 1
      @stack_touch s 8
      stack_touch s 8 --write
      """)
    #expect(ran.messages.contains("refuses the access"))
  }

  @Test func rowsAreTheKernels() {
    let ran = run(
      "s = stack_alloc\nt = stack_alloc --policy dynamic --caller fork_idle\nvmallocinfo")
    #expect(
      ran.lines.suffix(2) == [
        "0xffffc90000000000-0xffffc90000005000   20480 kernel_clone+0x94/0x3e0 pages=4 vmalloc N0=4",
        "0xffffc90000008000-0xffffc9000000d000   20480 fork_idle+0x0/0x0 pages=1 vmap N0=1",
      ])
  }

  @Test func pagesOfOtherNodes() {
    let ran = run(
      """
      boot --memory 64M --nodes 2 --cpus 2
      s = stack_alloc --policy dynamic
      cpu 1
      stack_touch s 8K
      vmallocinfo
      """)
    // The stashes were filled by the CPU that made the first stack.
    #expect(ran.lines.last?.hasSuffix("pages=2 vmap N0=2") == true, "\(ran.output)")
  }

  @Test func statistics() {
    let ran = run(
      """
      @s = stack_alloc --policy dynamic
      @t = stack_alloc --policy dynamic
      @stack_touch s 16K
      @schedule
      assert machine.kernel_stack == 20
      assert machine.stack_faults == 12
      assert machine.stash == 3
      @stack_touch t 5000
      assert machine.stash == 2
      vmstat
      stack_stat
      """)
    #expect(ran.exit == .success, "\(ran.messages)")
    let vmstat = ran.lines.filter { $0.hasPrefix("nr_") }
    let names = vmstat.map { $0.prefix { $0 != " " } }
    #expect(
      names.prefix(6).suffix(3) == [
        "nr_kernel_stack", "nr_dynamic_stacks_faults", "nr_page_table_pages",
      ])
    #expect(vmstat.contains("nr_kernel_stack 20") && vmstat.contains("nr_dynamic_stacks_faults 12"))
    #expect(ran.lines.contains("tasks 2"))
    #expect(
      ran.lines.contains("0xffffc90000008000-0xffffc9000000c000 dynamic pages=2 mapped=2 t"))
    #expect(ran.lines.last?.hasPrefix("cpu 0 stash taken:") == true)
  }

  @Test func withoutStacks() {
    let ran = run("vmstat\nmeminfo\nstack_stat\nschedule\nassert machine.stash == 0\ncheck")
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(ran.lines.count { $0 == "nr_kernel_stack 0" } == 2)
    #expect(!ran.output.contains("dynamic"))
    #expect(ran.lines.contains("KernelStack:           0 kB"))
  }

  @Test func json() {
    let ran = run("@s = stack_alloc --policy dynamic\nstack_stat\nstack_run s --depth 8") {
      $0.json = true
    }
    #expect(
      ran.lines[0] == #"{"start":"0xffffc90000000000","end":"0xffffc90000004000","#
        + #""policy":"dynamic","pages":1,"mapped":1,"name":"s"}"#)
    #expect(ran.lines[4].hasPrefix(#"{"cpu":0,"stash":["ready","ready","ready"]}"#))
    #expect(ran.lines.last?.contains(#""result":256,"type":"number""#) == true)
  }

  /// The words of older kernels, and of newer ones.
  @Test func oopses() {
    func log(_ kernel: String, _ count: Int) -> [String] {
      let ran = run(
        """
        boot --kernel \(kernel)
        @task hog
        @s = stack_alloc
        @expect fault stack_touch s 16385
        @expect fault stack_touch s 20481
        @expect fault stack_touch s -8 --write
        @expect bug vfree s
        dmesg
        """)
      #expect(ran.exit == .success, "\(ran.messages)")
      return ran.lines.dropFirst().prefix(count).map { String($0.dropFirst(15)) }
    }
    let guardHit =
      "BUG: TASK stack guard page was hit at ffffc8fffffffff8 "
      + "(stack is ffffc90000000000..ffffc90000004000)"
    let new = [
      guardHit, "Oops: stack guard page: 0000 [#1] SMP", "CPU: 0 UID: 0 PID: 2 Comm: hog",
      "PANIC: double fault, error_code: 0x0", "Oops: double fault: 0000 [#2] SMP",
      "CPU: 0 UID: 0 PID: 2 Comm: hog",
      "BUG: unable to handle page fault for address: ffffc90000004008",
      "#PF: supervisor write access in kernel mode",
      "#PF: error_code(0x0002) - not-present page", "Oops: Oops: 0002 [#3] SMP",
    ]
    #expect(log("6.18", 10) == new)
    let old = [guardHit, "stack guard page: 0000 [#1] SMP", "CPU: 0 PID: 2 Comm: hog"]
    #expect(log("6.1", 3) == old)
  }

  @Test func schedulingWhereThatIsNotAllowed() {
    let ran = run("context softirq\nexpect warn schedule\ncontext process\ndmesg\nschedule")
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(ran.output.contains("BUG: scheduling while atomic: vmemctl/1/0x00000101\n"))
    let untold = run("context atomic\nschedule")
    #expect(untold.exit == .unexpectedWarning)
    #expect(untold.messages.contains("scheduling while atomic"))
  }

  @Test(arguments: [
    ("stack_alloc --size 12K", "EINVAL", "a stack of 12288 bytes: 4096 to 65536, a power of two"),
    ("stack_free 0x1000", "ENOENT", "no stack starts at 0x1000"),
    ("stack_touch 0x1000 8", "ENOENT", "no stack starts at 0x1000"),
    ("stack_run s --depth 1 --frame 24", "EINVAL", "a frame of 24 bytes: 16 to 65536"),
    ("stack_run s --depth 0", "EINVAL", "a depth of 0 bytes"),
    ("stack_reclaim s", "EINVAL", "is not of the policy reclaim"),
    ("register_vmap_purge_notifier s", "EINVAL", "is a stack"),
    ("free_vm_area s", "bug", "is a stack; `stack_free` gives a stack back"),
  ])
  func refusals(_ line: String, _ outcome: String, _ sentence: String) {
    let setup = "s = stack_alloc\n"
    #expect(run("\(setup)expect \(outcome) \(line)\ncheck").exit == .success, "\(line)")
    let told = run("\(setup)\(line)").messages
    #expect(told.replacing("\n  ", with: "; ").contains(sentence), "\(told)")
  }

  @Test(arguments: [
    "stack_alloc --policy lazy", "stack_run s", "stack_touch s", "stack_run s --depth",
    "schedule now", "stack_alloc 16K",
  ])
  func mistakes(_ line: String) {
    #expect(run("s = stack_alloc\n\(line)").exit == .badScript, "\(line)")
  }
}
