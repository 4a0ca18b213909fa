import Testing
import VMem

@testable import VMemScript

/// `arena_free_pages` in parts, against whoever uses the arena meanwhile.
@Suite struct ArenaStepTests {
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

  private func expect(
    _ kernel: String, _ script: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let ran = run(Self.setUp(kernel) + script + "\ncheck\n")
    #expect(
      ran.isSound, "\(kernel): \(ran.lines.suffix(4)) \(script)", sourceLocation: sourceLocation)
  }

  // MARK: Parts

  /// The machine is sound between any two parts, and in the end it is as if they were one.
  @Test(
    arguments: ["6.18", "7.2"], [("u 1", 7), ("u 4", 7), ("u+4K 1", 5), ("u 9", 7), ("u+28K 1", 5)])
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
    for parts in [0, 2] {
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
  @Test(arguments: ["6.12", "7.2"], [0, 1, 2, 5])
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

  // MARK: Touches

  /// Two touches by one of the users, before, between and behind all parts: which page each finds.
  @Test(arguments: ["6.18", "7.2"], [0, 1])
  func aUserTouches(_ kernel: String, _ user: Int) {
    // Parts after which the user's entry is gone: users come in the order of their records.
    let zapped = (kernel == "7.2" ? 5 : 2) + user
    var script = "k = vmalloc 4K\nwrite k text:old\nz = vzalloc 4K\n"
    if user == 1 { script += "switch_mm n\n" }
    for first in 0...7 {
      for second in first...7 {
        // Both users have the page again.
        script += """
          arena_free_pages a u 1
          arena_alloc_pages a 1 --at u
          write a text:old
          cpu 0
          read u 3
          cpu 1
          read u 3
          \(first == second ? "check" : "")

          """
        var hasEnded = false
        for parts in 0...7 {
          for touch in [first, second] where touch == parts {
            script += "compare \(parts < zapped ? "k" : "z") u 3\n"
            // The fault has waited for the mutex.
            if kernel == "6.18", parts >= zapped { hasEnded = true }
          }
          switch parts {
          case 0: script += "step 0 arena_free_pages a u 1\n"
          case 7: script += "expect ENOENT step 0\n"
          default: script += hasEnded ? "expect ENOENT step 0\n" : "step 0\n"
          }
        }
      }
    }
    expect(kernel, script)
  }

  /// A program reaches the page by what its CPU's TLB knows until that CPU has flushed.
  @Test(arguments: 0...6)
  func aProgramReads(_ parts: Int) {
    let read =
      switch parts {
      case 0, 1: "expect 0 compare a k 3"
      case 2, 3: "expect stale compare a k 3"
      default: "expect fault read a 3"
      }
    let steps = ["step 0 arena_free_pages a u 1"] + Array(repeating: "step 0", count: 6)
    expect(
      "7.2",
      "k = vmalloc 4K\nwrite k text:old\n" + steps.prefix(parts).joined(separator: "\n")
        + "\n\(read)")
  }

  /// The page that a fault brings between two parts is another one, and lives.
  @Test func aFaultBetweenTwoParts() {
    expect(
      "7.2",
      """
      x = mm_create
      step 0 arena_free_pages a u 4
      step 0
      arena_mmap a --mm x --at u
      switch_mm x
      write u text:new
      arena_alloc_pages a 1 --at u+4K
      step 0
      step 0
      step 0
      step 0
      read u 3
      check
      step 0
      step 0
      expect ENOENT step 0
      """)
  }

  // MARK: Fork

  /// Up to 6.12 a child has the arena; its first touch is a fault, which waits for the mutex.
  @Test(arguments: 1...6)
  func aForkInTheMiddle(_ parts: Int) {
    let steps = "step 0 arena_free_pages a u 1\n" + String(repeating: "step 0\n", count: parts - 1)
    expect(
      "6.12",
      """
      z = vzalloc 4K
      \(steps)c = fork m
      check
      switch_mm c
      expect 0 compare u z 3
      expect ENOENT step 0
      """)
    for kernel in ["6.18", "7.2"] {
      expect(
        kernel,
        """
        \(steps)c = fork m
        check
        switch_mm c
        expect SIGSEGV read u 1
        step 0
        """)
    }
  }
}
