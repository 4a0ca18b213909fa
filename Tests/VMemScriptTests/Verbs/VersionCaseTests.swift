import Testing
import VMemScript

/// Answers that changed between kernels and that no switch of their own stands for.
struct VersionCaseTests {
  private static let withoutLock = """
    a = arena_create 16 --map-extra 0x100000000000
    m = mm_create
    switch_mm m
    arena_mmap a --at 0x100000000000
    inject nolock after=0

    """

  @Test(arguments: [
    // An alignment that is no power of two dies in 6.1 and fails from then on.
    ("boot --kernel 6.1\nexpect bug get_vm_area 4K --align 3\nexpect bug vmalloc 4K --align 3"),
    ("boot --kernel 6.6\nexpect NULL get_vm_area 4K --align 3"),
    // Pages of a cut tail are freed only by who may sleep.
    ("boot --kernel 7.2\na = vmalloc 16K\nvrealloc a 4K --gfp GFP_ATOMIC\nassert a.pages eq 4"),
    ("boot --kernel 7.2\na = vmalloc 16K\nvrealloc a 4K\nassert a.pages eq 1"),
    // Options may stand behind the members of a group.
    ("g = pcpu_get_vm_areas --align 4K 0:64K 128K:4K --caller foo"),
    // Pages of an arena come without the allocator's lock from 7.0 on.
    ("boot --kernel 7.0\n" + withoutLock
      + "expect NULL arena_alloc_pages a 1\narena_alloc_pages a 1"),
    ("boot --kernel 6.18\n" + withoutLock + "arena_alloc_pages a 1"),
  ])
  func answers(_ script: String) {
    let result = run(script)
    #expect(result.exit == .success, "\(result.messages)")
  }

  /// 6.1 and 6.6 keep neighbours that wait for a purge as one range.
  @Test(arguments: [("6.1", 1), ("6.6", 1), ("6.12", 2)])
  func lazyNeighbours(_ kernel: String, _ count: Int) {
    let script = """
      boot --kernel \(kernel)
      @a = get_vm_area 16K
      @b = get_vm_area 16K
      @get_vm_area 4K
      @free_vm_area a
      @free_vm_area b
      vmap_state
      """
    #expect(run(script).lines.count { $0.hasPrefix("lazy 0x") } == count)
    let sum = run(script + " --sum").lines
    #expect(sum.last?.contains("nlazy=\(count) ") == true)
  }

  /// An arena moves alone, whichever mapping of the range it is.
  @Test(arguments: [
    ("6.18", "0x100000000000", "EFAULT"),
    ("6.18", "0x0fffffff0000", "EFAULT"),
  ])
  func arenasMoveAlone(_ kernel: String, _ from: String, _ errno: String) {
    let result = run(
      """
      boot --kernel \(kernel)
      a = arena_create 16 --map-extra 0x100000000000
      m = mm_create
      switch_mm m
      arena_mmap a --at 0x100000000000
      mmap m 4K --at 0x100000010000
      mmap m 64K --at 0x0fffffff0000
      expect \(errno) mremap m \(from) 68K 68K --maymove --to 0x200000000000
      """)
    #expect(result.exit == .success, "\(result.messages)")
  }

  @Test func theKernelOfTheFutureHasAName() {
    let first = run("boot --kernel next\ndmesg").lines.first
    #expect(first?.contains("] Linux version 7.4.0-rc0-vmemctl (vmemctl@vmemctl) ") == true)
  }

  /// A WARN with a text of its own is in the log, not beside it.
  @Test func warningsAreNamed() {
    let result = run(
      "boot --kernel 6.12\nw = get_vm_area 16K\nioremap_page_range w..w+16K 0xfed00000")
    #expect(result.messages.contains("WARNING in ioremap_page_range"))
    #expect(!result.messages.contains("keeps out of the log"))
  }
}
