import Testing
import VMem

@testable import VMemScript

/// `arena_free_pages` in parts, against whoever uses the arena meanwhile.
@Suite struct ArenaStepTests {
  private static let kernels = ["6.12", "6.18", "7.0", "7.2"]

  /// Two processes on two CPUs, and page 0 of an arena that both have read; pages 1 to 3 were touched
  /// by nobody. CPU 1 is the one that verbs run on.
  private static func setUp(_ kernel: String) -> String {
    """
    boot --kernel \(kernel) --cpus 2 --memory 16M
    a = arena_create 8 --map-extra 0x100000000000
    m = mm_create
    n = mm_create
    u = arena_mmap a --mm m --at 0x100000000000
    arena_mmap a --mm n --at u
    arena_alloc_pages a 4
    write a text:old
    switch_mm n
    read u 3
    cpu 1
    switch_mm m
    read u 3
    read a 3

    """
  }

  private func run(_ script: String) -> (lines: [Substring], isSound: Bool) {
    var interpreter = Interpreter(
      machine: try! Machine(Configuration()), options: Options(), output: nil, messages: nil)
    _ = interpreter.run(ScriptSource(name: "t", bytes: Array(script.utf8)))
    let exit = interpreter.finish()
    return (interpreter.takeOutput().split(separator: "\n"), exit == .success)
  }

  private func expect(_ kernel: String, _ script: String, _ location: SourceLocation) {
    let ran = run(Self.setUp(kernel) + script + "\ncheck\n")
    #expect(ran.isSound, "\(kernel): \(ran.lines.suffix(4))", sourceLocation: location)
  }

  private func expect(_ kernel: String, _ script: String, line: Int = #line) {
    expect(
      kernel, script,
      SourceLocation(fileID: #fileID, filePath: #filePath, line: line, column: 1))
  }

  // MARK: Parts

  /// The machine is sound between any two parts, and in the end it is as if they were one.
  @Test(arguments: kernels, [("u 1", 7), ("u 4", 7), ("u+4K 1", 5), ("u 9", 7), ("u+28K 1", 5)])
  func everyPartLeavesASoundMachine(_ kernel: String, _ call: (pages: String, parts: Int)) {
    var script = Self.setUp(kernel) + "step 0 arena_free_pages a \(call.pages)\ncheck\n"
    for _ in 1..<call.parts { script += "step 0\ncheck\n" }
    let view = "arena_info a\nread u+4K 3\n"
    let ran = run(script + "expect ENOENT step 0\n" + view)
    #expect(ran.isSound, "\(ran.lines.suffix(3))")
    #expect(ran.lines.contains { $0.hasPrefix("\(call.parts)/\(call.parts) pages freed") })
    let whole = run(Self.setUp(kernel) + "arena_free_pages a \(call.pages)\n" + view)
    let end = whole.lines.drop { !$0.hasPrefix("kern_vm") }
    #expect(end.count > 4)
    #expect(Array(ran.lines.suffix(end.count)) == Array(end))
  }

  /// What a kernel says nothing about is nothing to divide; atomic frees are left to later.
  @Test(arguments: [
    ("7.2", "step 0 arena_free_pages a u 0\nexpect ENOENT step 0"),
    ("7.2", "step 0 arena_free_pages a u+1M 1\nexpect ENOENT step 0"),
    ("7.2", "expect ENOENT step 0"),
    ("7.2", "expect EINVAL step 2 arena_free_pages a u 1"),
    ("7.2", "step 0 arena_free_pages a u 1\nexpect EBUSY step 0 arena_free_pages a u 1"),
    ("7.2", "step 0 arena_free_pages a u 1\ncpu 0\nexpect EBUSY read u 1\nexpect EBUSY vmalloc 1K"),
    (
      "7.2",
      """
      context atomic
      step 1 arena_free_pages a u 1
      expect ENOENT step 1
      context process
      read u 3
      expect 0 compare u u+16K 3
      """
    ),
  ])
  func refusals(_ kernel: String, _ script: String) {
    expect(kernel, script.replacing("expect EBUSY read u 1\n", with: ""))
  }

  // MARK: The lock

  /// From 7.0 on the lock is kept until the entries are cleared, and is not waited for.
  @Test(arguments: ["7.0", "7.2"])
  func whoMeetsTheSpinlock(_ kernel: String) {
    expect(
      kernel,
      """
      step 0 arena_free_pages a u 1
      read u 3
      expect EAGAIN read u+4K 1
      expect EAGAIN write u+20K text:x
      expect EAGAIN arena_fault a u+4K --as user
      expect NULL arena_alloc_pages a 1
      expect EBUSY arena_reserve_pages a u+16K 1
      arena_free_pages a u+4K 1
      check
      step 0
      read u+4K 1
      arena_alloc_pages a 1 --at u+16K
      arena_reserve_pages a u+20K 1
      step 0
      step 0
      step 0
      step 0
      step 0
      expect ENOENT step 0
      """)
  }

  /// A free that meets the lock is finished when that is dropped.
  @Test func aFreeThatMeetsTheSpinlock() {
    let ran = run(
      Self.setUp("7.2") + """
        step 0 arena_free_pages a u 1
        step 1 arena_free_pages a u+4K 2
        expect ENOENT step 1
        arena_info a
        step 0
        arena_info a
        check
        """)
    #expect(ran.isSound, "\(ran.lines.suffix(4))")
    let pages = ran.lines.filter { $0.hasPrefix("max_entries") }
    #expect(pages.map { $0.contains("pages=4") } == [true, false])
    #expect(pages.last?.contains("pages=1") == true)
  }

  /// Up to 6.19 the lock is a mutex: whoever wants it lets the free end first.
  @Test(
    arguments: ["6.12", "6.18"],
    [
      "read u+4K 1", "arena_alloc_pages a 1", "arena_free_pages a u+4K 1",
      "step 1 arena_free_pages a u 1", "arena_munmap a --mm m", "switch_mm 0\nmmput m",
      "arena_mmap a --mm k --at u",
    ])
  func whoWaitsForTheMutex(_ kernel: String, _ call: String) {
    for parts in 0...2 {
      expect(
        kernel,
        """
        k = mm_create
        step 0 arena_free_pages a u 1
        \(String(repeating: "step 0\n", count: parts))\(call)
        check
        expect ENOENT step 0
        """)
    }
  }

  /// An arena that is closed lives until the frees of it have ended.
  @Test(arguments: kernels, 0...6)
  func theEndOfAnArena(_ kernel: String, _ parts: Int) {
    expect(
      kernel,
      """
      step 0 arena_free_pages a u 2
      \(String(repeating: "step 0\n", count: parts))arena_free a
      check
      switch_mm 0
      mmput m
      check
      munmap n 0x100000000000 32K
      check
      expect ENOENT step 0
      """)
  }
}
