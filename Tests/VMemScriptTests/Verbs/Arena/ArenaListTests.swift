import Testing
import VMemScript

/// The list of an arena's users before `arena_whole`: it names the mappings that mmap made, and an
/// entry lives as long as copies and parts of its mapping do.
@Suite struct ArenaListTests {
  private static func setUp(_ boot: String) -> String {
    """
    boot --memory 16M --cpus 2 \(boot)
    old = vmalloc 4K
    write old text:old
    zero = vzalloc 4K
    a = arena_create 16 --map-extra 0x100000000000
    m = mm_create
    switch_mm m
    u = arena_mmap a --at 0x100000000000
    write u text:old

    """
  }

  private func expect(
    _ boot: String, _ script: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let ran = run(Self.setUp(boot) + script + "\ncheck\n")
    #expect(ran.exit == .success, "\(boot): \(ran.messages)", sourceLocation: sourceLocation)
  }

  static let older = ["--kernel 6.12", "--kernel 6.18 --without arena_whole"]
  static let newer = ["--kernel 6.12 --with arena_whole", "--kernel 6.18", "--kernel 7.2"]

  /// A child's page is its own from the free on: the parent's mapping is the only one that is known.
  @Test(arguments: older, ["arena_free_pages a u 1", "step 0 arena_free_pages a u 1"])
  func aChildKeepsItsPage(_ boot: String, _ free: String) {
    let steps = free.hasPrefix("step") ? String(repeating: "step 0\ncheck\n", count: 5) : ""
    expect(
      boot,
      """
      c = fork m
      switch_mm c
      read u 3
      \(free)
      \(steps)check
      compare old u 3
      switch_mm m
      compare zero u 3
      write u text:new
      switch_mm c
      compare old u 3
      munmap c u 64K
      check
      """)
  }

  /// Nobody has a copy from `arena_whole` on, so nobody keeps a page.
  @Test(arguments: newer)
  func aChildMapsItself(_ boot: String) {
    expect(
      boot,
      """
      c = fork m
      switch_mm c
      expect SIGSEGV read u 3
      arena_mmap a --at u
      compare old u 3
      arena_free_pages a u 1
      compare zero u 3
      switch_mm 0
      mmput m
      arena_free_pages a u 16
      """)
  }

  /// Once the parent is gone, a free that looks for users is refused, until its copies are gone, too.
  @Test(arguments: older, ["arena_munmap a --mm m", "mmput m"])
  func theParentIsGone(_ boot: String, _ end: String) {
    expect(
      boot,
      """
      c = fork m
      d = fork c
      switch_mm d
      read u 3
      \(end)
      expect bug arena_free_pages a u 1
      expect bug arena_free_pages a u 2
      expect bug step 0 arena_free_pages a u+8K 9
      expect ENOENT step 0
      arena_free_pages a u+4K 1
      check
      switch_mm d
      compare old u 3
      arena_munmap a --mm d
      expect bug arena_free_pages a u 2
      switch_mm 0
      arena_munmap a --mm c
      arena_free_pages a u 2
      arena_mmap a --at u --mm c
      arena_free_pages a u 16
      """)
  }

  /// A process that maps the arena itself is found, whatever became of others.
  @Test(arguments: older)
  func entriesOfOthers(_ boot: String) {
    expect(
      boot,
      """
      n = mm_create
      arena_mmap a --at u --mm n
      c = fork m
      arena_munmap a --mm c
      switch_mm n
      compare old u 3
      arena_free_pages a u 2
      compare zero u 3
      c = fork n
      arena_munmap a --mm m
      arena_free_pages a u 2
      arena_munmap a --mm n
      expect bug arena_free_pages a u 2
      """)
  }

  /// munmap of a part takes the mapping that the list names, and leaves copies.
  @Test(arguments: older, ["u 4K", "u+60K 4K", "u+16K 16K"])
  func cuts(_ boot: String, _ part: String) {
    expect(
      boot,
      """
      write u+12K text:old
      munmap m \(part)
      check
      expect bug arena_free_pages a u+8K 2
      compare old u+12K 3
      arena_munmap a
      arena_free_pages a u 16
      """)
  }

  /// mprotect of a part leaves the middle to the list: the rest keeps its pages.
  @Test(arguments: older)
  func rightsOfAPart(_ boot: String) {
    expect(
      boot,
      """
      write u+4K text:old
      write u+8K text:old
      mprotect m u+4K 4K r
      arena_free_pages a u 16
      compare old u 3
      compare zero u+4K 3
      compare old u+8K 3
      """)
  }

  /// What could not be cut for want of memory is as it was.
  @Test func cutsThatFail() {
    expect(
      "--kernel 6.12",
      """
      inject slab after=1 cache=vm_area_struct
      expect ENOMEM munmap m u+16K 16K
      check
      arena_free_pages a u 16
      compare zero u 3
      """)
  }

  /// The sentence says which mapping, and what there is to do.
  @Test func message() {
    let ran = run(
      Self.setUp("--kernel 6.12") + "c = fork m\narena_munmap a\narena_free_pages a u 2\n")
    #expect(ran.exit == .unexpectedWarning && ran.lines.last == "BUG")
    #expect(
      ran.messages.contains(
        "the mapping at 0x100000000000 was copied or cut from one that is gone"))
  }
}
