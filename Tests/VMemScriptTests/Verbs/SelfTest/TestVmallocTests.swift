import TestSupport
import Testing
import VMem
import VMemScript

/// The kernel's own tests as a verb: what they count, and what they leave.
@Suite struct TestVmallocTests {
  static let names = [
    "fix_size_alloc_test", "full_fit_alloc_test", "long_busy_list_alloc_test",
    "random_size_alloc_test", "fix_align_alloc_test", "random_size_align_alloc_test",
    "align_shift_alloc_test", "pcpu_alloc_test", "kvfree_rcu_1_arg_vmalloc_test",
    "kvfree_rcu_2_arg_vmalloc_test", "vm_map_ram_test", "no_block_alloc_test", "vrealloc_test",
  ]

  /// A summary line without its time.
  static func counts(_ line: some StringProtocol) -> Substring {
    Substring(line)[..<(line.firstRange(of: " avg:")?.lowerBound ?? line.endIndex)]
  }

  @Test(arguments: try Fixture.lines("test_vmalloc.6.1"))
  func recorded(_ line: String) throws {
    let parts = line.split(separator: " ", maxSplits: 1)
    let result = run(
      """
      boot --kernel 6.1 --cpus 2 --nodes 2
      test_vmalloc run_test_mask=\(parts[0]) nr_threads=1 test_loop_count=200
      check
      """)
    #expect(result.exit == .success && result.messages == "")
    #expect(result.lines.count == 3)
    #expect(Self.counts(result.lines[0]) == Self.counts(parts[1]))
    #expect(result.lines[1].hasPrefix("All test took worker0="))
    #expect(result.lines[1].hasSuffix(" cycles"))
  }

  @Test(arguments: [
    ("6.1", 10, false), ("6.6", 11, false), ("6.12", 11, false), ("6.18", 11, true),
    ("7.0", 12, true), ("7.2", 13, true),
  ])
  func kernels(_ kernel: String, _ count: Int, _ hasXfailed: Bool) {
    let boot = "boot --kernel \(kernel) --cpus 2\n"
    let few = "test_loop_count=3 nr_pcpu_objects=40"
    let all = run(boot + "test_vmalloc run_test_mask=0x7ffffffd \(few)\ncheck")
    #expect(all.exit == .success && all.messages == "")
    #expect(all.lines.count == count + 1)
    let names = Self.names.prefix(count).filter { $0 != "full_fit_alloc_test" }
    for (line, name) in zip(all.lines, names) {
      let isFailure = name == "align_shift_alloc_test"
      let counted = "passed: \(isFailure ? 0 : 1) failed: \(isFailure && !hasXfailed ? 1 : 0)"
      let xfailed = hasXfailed ? " xfailed: \(isFailure ? 1 : 0)" : ""
      #expect(Self.counts(line) == "Summary: \(name) \(counted)\(xfailed) repeat: 1 loops: 3")
    }
    guard kernel == "6.1" || kernel == "7.2" else { return }
    let plain = run("boot --kernel \(kernel)\ntest_vmalloc \(few)").lines.count
    #expect(plain == (kernel == "7.2" ? 4 : count + 1))
  }

  /// Results of a test with some parameters, beside those of a run on another machine without.
  private func lines(_ parameters: String, boot: String = "--cpus 2") -> [String] {
    run("boot \(boot)\ntest_vmalloc \(parameters)") { $0.keepGoing = true }.lines
  }

  private func cycles(_ lines: [String]) -> Int {
    let line = lines.last { $0.hasPrefix("All test") } ?? ""
    return Int(line.split(separator: "=").last?.split(separator: " ").first ?? "") ?? -1
  }

  @Test(arguments: [
    ("0", 1), ("-2147483648", 1), ("1", 1), ("3", 3), ("65535", 65_535), ("65536", 65_535),
  ])
  func threads(_ value: String, _ count: Int) {
    // No test has the bit.
    let lines = lines("run_test_mask=0x2000 sequential_test_order=1 nr_threads=\(value)")
    #expect(lines.count == count)
    #expect(lines.last == "All test took worker\(count - 1)=0 cycles")
  }

  @Test func workersHaveCPUs() {
    let result = run(
      "boot --cpus 2\n@test_vmalloc run_test_mask=64 nr_threads=3 sequential_test_order=1\ndmesg\nassert machine.cpu == 0"
    ) { $0.json = true }
    #expect(result.exit == .success)
    let failures = result.lines.filter { $0.contains("\"allocationFailed\"") }
    #expect(failures.map { $0.contains("\"cpu\":1") } == [false, true, false])
    #expect(result.output.contains("vmalloc_test/0: vmalloc error: size 4096"))
  }

  @Test(arguments: [("0", 1), ("-5", 1), ("1", 1), ("3", 3)])
  func repeats(_ value: String, _ count: Int) {
    let line = lines("run_test_mask=1 test_loop_count=2 test_repeat_count=\(value)")[0]
    #expect(
      line == "Summary: fix_size_alloc_test passed: \(count) failed: 0 xfailed: 0 "
        + "repeat: \(count) loops: 2 avg: 4 usec")
  }

  @Test(arguments: [("0", 1), ("-2147483648", 1), ("1", 1), ("70", 70)])
  func loops(_ value: String, _ count: Int) {
    let line = lines("run_test_mask=8 test_loop_count=\(value)")[0]
    #expect(line.hasSuffix("loops: \(count) avg: \(2 * count) usec"))
  }

  @Test func pagesAndLeaves() {
    func cost(_ parameters: String) -> Int {
      cycles(lines("run_test_mask=1 test_loop_count=10 \(parameters)"))
    }
    #expect(cost("nr_pages=0") == cost("nr_pages=1"))
    #expect(cost("nr_pages=512") > cost("nr_pages=1") + 10 * 2 * 500)
    #expect(cost("nr_pages=512 use_huge=1") < cost("nr_pages=512") / 10)
    #expect(cost("nr_pages=512 use_huge=n") == cost("nr_pages=512"))
    let most = lines("run_test_mask=1 nr_pages=4294967295 test_loop_count=1")
    #expect(Self.counts(most[0]).contains("passed: 0 failed: 1"))
    #expect(cycles(lines("run_test_mask=1024 nr_pages=64 test_loop_count=10")) > 10 * 2 * 64)
  }

  @Test func objects() {
    func time(_ count: Int) -> String? {
      lines("run_test_mask=128 nr_pcpu_objects=\(count)").first.map {
        String($0.split(separator: " ").dropLast().last ?? "")
      }
    }
    // Each is allocated and freed; the list of them is an area.
    #expect(time(1) == "4")
    #expect(time(500) == "1002")
    // No machine has the memory for the list.
    let most = lines("run_test_mask=128 nr_pcpu_objects=2147483647")
    #expect(Self.counts(most[0]).contains("passed: 0 failed: 1"))
  }

  /// As the kernel's: vmalloc of nothing is a WARN, and the test fails.
  @Test func noObjects() {
    let result = run("expect warn test_vmalloc run_test_mask=128 nr_pcpu_objects=0\ncheck")
    #expect(result.exit == .success)
    #expect(result.lines[0].contains("passed: 0 failed: 1"))
  }

  @Test func order() {
    func hash(_ order: String, seed: Int = 1) -> Substring? {
      let result = run(
        """
        boot --cpus 2 --seed \(seed)
        @test_vmalloc run_test_mask=0x39 test_loop_count=20 nr_threads=2 \(order)
        info --hash
        """)
      return result.output.firstRange(of: "hash: ").map { result.output[$0.upperBound...] }
    }
    #expect(hash("") != nil)
    #expect(hash("") == hash(""))
    #expect(hash("") == hash("sequential_test_order=off"))
    #expect(hash("") != hash("sequential_test_order=1"))
    #expect(hash("") != hash("", seed: 2))
  }

  /// The verb makes the calls that a script would make.
  @Test(arguments: ["6.1", "7.2"])
  func sameAsAScript(_ kernel: String) {
    let boot = "boot --kernel \(kernel) --cpus 2"
    let verb = run(
      "\(boot)\n@test_vmalloc run_test_mask=1 nr_pages=3 test_loop_count=5000\nvmap_state")
    let script = run(
      "\(boot)\n@repeat 5000 {\n@a = vmalloc 3p\n@write a 00\n@vfree a\n}\nvmap_state"
        .replacing("@repeat", with: "repeat"))
    #expect(verb.exit == .success && script.exit == .success)
    #expect(verb.output == script.output)
  }

  @Test(arguments: ["6.1", "7.2"])
  func nothingIsLeft(_ kernel: String) {
    let test =
      "@test_vmalloc run_test_mask=0x1fd1 test_loop_count=60 nr_threads=3 nr_pcpu_objects=900 "
      + "sequential_test_order=1"
    let result = run(
      """
      boot --kernel \(kernel) --cpus 4 --nodes 2
      let free = 0
      let busy = 0
      \(test)
      \(test)
      let free = machine.free
      let busy = areas.busy
      \(test)
      assert machine.free == free
      assert areas.busy == busy
      check
      """)
    #expect(result.messages == "")
    #expect(result.lines == ["0"])
  }

  /// Where memory runs out tests fail, and give everything back.
  @Test(arguments: ["8M", "16M"])
  func littleMemory(_ memory: String) {
    let result = run(
      """
      boot --kernel 7.2 --memory \(memory) --cpus 8
      test_vmalloc run_test_mask=0x18b9 test_loop_count=40 nr_pages=100000 nr_pcpu_objects=4000
      check
      """
    ) { $0.keepGoing = true }
    #expect(result.exit == .success)
    #expect(result.lines.last == "0")
    #expect(result.output.contains("no_block_alloc_test passed: 0 failed: 0 xfailed: 1"))
    #expect(result.output.contains("fix_size_alloc_test passed: 0 failed: 1"))
    #expect(result.output.contains("pcpu_alloc_test passed: 0 failed: 1"))
  }

  /// Whatever allocation fails, everything else is given back.
  @Test(arguments: InjectionKind.allCases.indices.dropLast(), [0, 1, 2, 3, 5, 8, 13, 21, 34])
  func injected(_ kind: Int, _ after: Int) {
    let kind = InjectionKind.allCases[kind]
    // Without vm_map_ram_test, which writes through what it does not get.
    let result = run(
      """
      boot --kernel 7.2 --memory 32M --cpus 2
      @inject \(kind.name) after=\(after)
      @test_vmalloc run_test_mask=0x1bf9 test_loop_count=6 nr_pcpu_objects=20 nr_threads=2
      assert machine.injected == 1
      assert areas.busy == 0
      @inject off
      check
      """)
    #expect(result.messages == "", "\(kind) \(after)")
    #expect(result.lines == ["0"])
  }

  /// A kernel without memory for the table of results says nothing at all.
  @Test func noTable() {
    let result = run("boot --memory 16M\ntest_vmalloc run_test_mask=1 nr_threads=65535\ncheck")
    #expect(result.lines == ["0"])
    #expect(result.exit == .success)
  }

  /// A kernel writes through the null pointer that vm_map_ram gives when there is no page for a
  /// table: between too many pages to get and few enough to map.
  @Test func mapRAMIsNotChecked() {
    let answers = stride(from: 4000, to: 3000, by: -1).lazy.map { pages in
      run(
        """
        boot --memory 16M
        test_vmalloc run_test_mask=1024 test_loop_count=1 nr_pages=\(pages)
        """)
    }
    let end = answers.first { !$0.output.contains("passed: 0 failed: 1") }
    #expect(end?.lines == ["-EFAULT"])
    #expect(end?.exit == .unexpectedWarning)
    #expect(end?.messages.contains("no pgd entry for 0x0") ?? false, "\(end?.messages ?? "")")
  }

  @Test func theLogHasTheLines() {
    let result = run("test_vmalloc run_test_mask=9 test_loop_count=5 nr_threads=2\ndmesg")
    let (said, log) = (result.lines.prefix(6), result.lines.suffix(6))
    #expect(said.map { String($0) } == log.map { String($0.dropFirst(15)) })
  }

  @Test(arguments: [
    ("performance", 3, 10, "message", 1), ("smoke", 10, 10, "ring", 1),
    ("stress", 20, 10, "ring", 3),
  ])
  func modes(_ mode: String, _ repeats: Int, _ loops: Int, _ buffer: String, _ workers: Int) {
    let lines = lines("\(mode) run_test_mask=1 test_loop_count=\(loops)", boot: "--cpus 3")
    #expect(lines.count == 2 * workers + 2)
    #expect(lines[0].contains("repeat: \(repeats) loops: \(loops)"))
    #expect(
      lines.suffix(2) == ["Done.", "Check the kernel \(buffer) buffer to see the summary."])
  }

  @Test func smokeIsShort() {
    let lines = lines("smoke run_test_mask=64")
    #expect(lines[0].contains("xfailed: 10 repeat: 10 loops: 10000"))
  }

  @Test func json() {
    let result = run("test_vmalloc run_test_mask=65 test_loop_count=5 nr_threads=2") {
      $0.json = true
    }
    #expect(
      result.lines[0] == #"{"worker":0,"test":"fix_size_alloc_test","passed":1,"failed":0,"#
        + #""xfailed":0,"repeat":1,"loops":5,"avg_usec":10}"#)
    #expect(result.lines[4].hasPrefix(#"{"worker":1,"test":"align_shift_alloc_test","passed":0,"#))
    #expect(result.lines[5].hasPrefix(#"{"worker":1,"cycles":"#))
    #expect(result.lines[6].contains(#""rows":6"#))
  }

  @Test(arguments: [
    ("loops=5", "test_vmalloc has no parameter `loops`"),
    ("nr_thread=5", "did you mean nr_threads?"), ("performant", "`performant` is not KEY=VALUE"),
    ("nr_threads=", "`` is not a number"), ("nr_threads=N", "`N` is not a number"),
    ("nr_threads=2147483648", "is not -2147483648 to 2147483647"),
    ("nr_threads=-2147483649", "is not -2147483648 to 2147483647"),
    ("nr_pages=4294967296", "is not 0 to 4294967295"), ("nr_pages=-1", "is not 0 to 4294967295"),
    ("use_huge=2", "`2` is neither yes nor no"), ("nr_pages=1 nr_pages=2", "given twice"),
    ("--loops 5", "no option `--loops`"), ("nr_pages=1 smoke", "`smoke` is not KEY=VALUE"),
  ])
  func refused(_ words: String, _ message: String) {
    let result = run("test_vmalloc \(words)")
    #expect(result.exit == .badScript)
    #expect(result.messages.contains(message), "\(result.messages)")
    #expect(result.output == "")
  }
}
