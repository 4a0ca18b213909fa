import Testing
import VMemScript

/// Corners of the calls for arenas: hints, counts, who is asked, and what is said.
@Suite struct ArenaCallTests {
  private func expect(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let ran = run(script + "\ncheck\n")
    #expect(ran.exit == .success, "\(ran.messages)", sourceLocation: sourceLocation)
  }

  // MARK: mmap and munmap

  /// A hint is rounded as every mmap rounds it; what is fixed is taken as it is.
  @Test func hints() {
    expect(
      """
      m = mm_create
      a = arena_create 16 --map-extra 0x100000000000
      expect 0x100000000000 arena_mmap a --mm m --at 0x100000000123
      arena_munmap a --mm m
      expect 0x100000000000 arena_mmap a --mm m --at 0x100000000fff
      arena_munmap a --mm m
      expect EINVAL arena_mmap a --mm m --at 0x100000001000
      expect EINVAL arena_mmap a --mm m --at 0xfffffffffff
      expect EINVAL arena_mmap a --mm m --at 0x100000000123 --fixed
      expect EINVAL arena_mmap a --mm m --at 0x100000000123 --noreplace
      low = arena_create 16 --map-extra 0x1000
      expect EINVAL arena_mmap low --mm m --at 0x1000
      expect EPERM arena_mmap low --mm m --at 0x1000 --fixed
      least = arena_create 16 --map-extra 0x10000
      expect 0x10000 arena_mmap least --mm m --at 0x1234
      free = arena_create 16
      expect EINVAL arena_mmap free --mm m --at 0x300000000123 --fixed
      expect 0x300000000000 arena_mmap free --mm m --at 0x300000000123
      """)
  }

  /// Only what is the arena's goes.
  @Test func munmapTakesNothingElse() {
    expect(
      """
      m = mm_create
      n = mm_create
      b = arena_create 16 --map-extra 0x100000000000
      v = mmap m 64K --at 0x100000000000
      expect ENOENT arena_munmap b --mm m
      switch_mm m
      write v text:here
      bare = arena_create 16
      expect ENOENT arena_munmap bare --mm m
      arena_mmap b --mm n --at 0x100000000000
      expect ENOENT arena_munmap b --mm m
      arena_free b
      arena_munmap b --mm n
      expect ENOENT arena_munmap b --mm n
      read v 4
      """)
  }

  /// Also not what lies where a part of the arena was.
  @Test func munmapOfWhatIsLeft() {
    let ran = run(
      """
      boot --kernel 6.12
      m = mm_create
      a = arena_create 16 --map-extra 0x100000000000
      u = arena_mmap a --mm m --at 0x100000000000
      munmap m u+16K 16K
      mmap m 8K --at u+20K
      arena_munmap a --mm m
      maps m
      check
      """)
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(ran.lines.dropLast().last == "100000005000-100000007000 rw-p 00000000 00:00 0 ")
  }

  // MARK: Numbers

  /// The functions take 32 bits of a number of pages.
  @Test func counts() {
    let ran = run(
      """
      a = arena_create 16 --map-extra 0x100000000000
      expect 0x100000000000 arena_alloc_pages a 0x100000001
      expect NULL arena_alloc_pages a 0x100000000
      expect NULL arena_alloc_pages a 0xffffffff
      arena_free_pages a 0x100000000000 0x100000000
      expect 0x100000001000 arena_alloc_pages a 1
      step 0 arena_free_pages a 0x100000000000 0x200000000
      expect ENOENT step 0
      arena_free_pages a 0x100000001000 0x300000001
      expect 0x100000001000 arena_alloc_pages a 1
      arena_reserve_pages a 0x100000004000 0x100000000
      arena_reserve_pages a 0x100000004000 0x100000001
      expect EBUSY arena_reserve_pages a 0x100000004000 1
      arena_reserve_pages a 0x100000005000 1
      check
      """)
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(
      ran.messages.contains(
        ":5: arena_free_pages: note: the function takes 32 bits: "
          + "4294967296 pages are 0\n"))
    #expect(ran.messages.split(separator: "\n").filter { $0.contains("32 bits") }.count == 7)
  }

  /// Page numbers are no addresses.
  @Test func pastTheEnd() {
    let text = "the pages end with number 16, the arena's with 15"
    let set = "a = arena_create 16 --map-extra 0x100000000000\n"
    #expect(run(set + "arena_alloc_pages a 2 --at 0x10000000f000").messages.contains(text))
    #expect(run(set + "arena_reserve_pages a 0x10000000f000 2").messages.contains(text))
    #expect(
      run(set + "arena_free_pages a 0x100000010000 2").messages.contains(
        "note: nothing was done: 0x100000010000 is past the arena's end 0x100000010000"))
  }

  /// Addresses of users have 16 digits wherever they lie; an area's in a low window has not.
  @Test func lowAddresses() {
    let ran = run(
      """
      m = mm_create
      mmap m 4K --at 0x10000 --fixed
      mremap m 0x10000 4K 4K --to 0x20000 --maymove
      a = arena_create 16 --map-extra 0x40000
      arena_mmap a --mm m --at 0x40000
      arena_alloc_pages a 1
      arena_unmapped_area a 0x40000 64K 0x40000
      get_vm_area 4K --range 0x1000..0x100000
      """)
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(
      ran.lines.filter { $0.hasPrefix("0x0000") || $0.count < 12 } == [
        "0x0000000000010000", "0x0000000000020000", "0x0000000000040000", "0x0000000000040000",
        "0x0000000000040000", "0x1000",
      ])
  }

  /// The rule that a kernel address breaks is not one of room.
  @Test(arguments: [
    ("munmap m 0xffffc90000000000 4K", "EINVAL"), ("munmap m 0x7ffffffff000 4K", "EINVAL"),
    ("mmap m 4K --at 0x7ffffffff000 --fixed", "ENOMEM"),
    ("mremap m 0x10000 4K 4K --maymove --to 0xffffc90000000000", "EINVAL"),
  ])
  func kernelAddresses(_ line: String, _ errno: String) {
    let ran = run("m = mm_create\nmmap m 4K --at 0x10000\n" + line)
    #expect(ran.lines.last == "-\(errno)")
    #expect(ran.messages.contains("are not all user addresses, which end at 0x7ffffffff000"))
    let least = run(
      "m = mm_create\nmunmap m 0x7fffffffe000 4K\nmmap m 4K --at 0x7fffffffe000 --fixed")
    #expect(least.exit == .success, "\(least.messages)")
  }

  // MARK: What is shown

  /// A free that meets the lock says whom it waits for, and is shown as long as it does.
  @Test func freesThatWait() {
    let ran = run(
      """
      boot --kernel 7.2 --cpus 2 --memory 16M
      a = arena_create 16 --map-extra 0x100000000000
      arena_alloc_pages a 4
      step 1 arena_free_pages a 0x100000000000 1
      arena_free_pages a 0x100000001000 2
      step 0 arena_free_pages a 0x100000003000 9
      arena_info a
      step 1
      arena_info a
      context atomic
      arena_free_pages a 0x100000003000 1
      check
      """)
    #expect(ran.exit == .success, "\(ran.messages)")
    let shown = ran.lines.filter { $0.hasPrefix("max_entries") }
    #expect(shown.map { $0.contains(" pages=4 waiting=11 ") } == [true, false])
    #expect(shown.last?.contains(" pages=0 waiting=0 ") == true)
    #expect(
      ran.messages
        == """
        vmemctl: t.vmem:5: arena_free_pages: note: the pages go when CPU 1 drops the arena's lock
        vmemctl: t.vmem:6: step: note: the pages go when CPU 1 drops the arena's lock

        """)
  }

  /// Whoever lets another CPU's call end says so.
  @Test func callsThatEnd() {
    let note = "note: CPU 1 was waited for, and has ended its call\n"
    for line in ["read u+4K 1", "arena_alloc_pages a 1", "step 0 arena_free_pages a u+4K 1"] {
      let ran = run(
        """
        boot --kernel 6.18 --cpus 2 --memory 16M
        a = arena_create 16 --map-extra 0x100000000000
        m = mm_create
        switch_mm m
        u = arena_mmap a --at 0x100000000000
        read u 1
        step 1 arena_free_pages a u 1
        \(line)
        expect ENOENT step 1
        """)
      #expect(ran.exit == .success, "\(ran.messages)")
      let verb = line.split(separator: " ")[0]
      #expect(ran.messages == "vmemctl: t.vmem:8: \(verb): \(note)")
    }
    // Who ends a call with its last part has waited for nobody.
    let own = run(
      "boot --cpus 2\nx = vmalloc 4K\nstep 1 vunmap_range x..+4K\nstep 1\nstep 1\ninfo")
    #expect(own.exit == .success && own.messages == "", "\(own.messages)")
    let json = run(
      "boot --cpus 2\nx = vmalloc 4K\nvfree x\nstep 1 vm_unmap_aliases\nvm_unmap_aliases"
    ) {
      $0.json = true
    }
    #expect(json.lines.last?.contains(#""note":"CPU 1 was waited for"#) == true, "\(json.lines)")
  }

  /// An arena that is closed is looked at as long as somebody maps it, and nothing else.
  @Test func closedArenas() {
    let ran = run(
      """
      m = mm_create
      a = arena_create 16 --map-extra 0x100000000000
      arena_mmap a --mm m --at 0x100000000000
      arena_info a
      arena_free a
      arena_info a
      expect ENOENT arena_mmap a --mm m --at 0x100000000000
      expect NULL arena_alloc_pages a 1
      arena_munmap a --mm m
      expect ENOENT arena_info a
      check
      """)
    #expect(ran.exit == .success, "\(ran.messages)")
    let shown = ran.lines.filter { $0.hasPrefix("max_entries") }
    #expect(shown.map { $0.contains(" closed=1 ") } == [false, true])
  }

  /// JSON says what the text says of a mapping's offset, and the kernel's number beside it.
  @Test func offsets() throws {
    let script = """
      m = mm_create
      @mmap m 8K --at 0x10000 --fixed
      @f = memfd_create --size 16K
      @mmap m 8K --shared --file f --offset 4K --at 0x40000 --fixed
      maps m
      """
    let text = run(script)
    #expect(text.exit == .success, "\(text.messages)")
    try #require(text.lines.count > 2)
    #expect(text.lines.suffix(2).map { $0.split(separator: " ")[2] } == ["00000000", "00001000"])
    let rows = run(script) { $0.json = true }.lines.filter { $0.contains("vm_pgoff") }
    #expect(rows.count == 2 && rows[0].contains(#""offset":"0x0000000000000000""#))
    #expect(rows[0].contains(#""vm_pgoff":"0x0000000000000010""#))
    #expect(rows[1].contains(#""offset":"0x0000000000001000""#))
    #expect(rows[1].contains(#""vm_pgoff":"0x0000000000000001""#))
  }

  /// What is mapped where an arena is to be would be taken for its pages, before it or in the middle.
  @Test(arguments: [
    "vmap_pages_range s+7p..+4p P\nexpect bug a = arena_create 100",
    "vmap_pages_range s+7p..+4p P\nexpect bug arena_create 100\n@arena_create 100",
    "step 1 vmap_pages_range s+7p..+3p P[0..3]\nexpect bug arena_create 64",
  ])
  func foreignPagesWhereAnArenaIsMade(_ lines: String) {
    let script = "boot --cpus 2\nP = alloc_pages 4\ns = get_vm_area 16K --flags sparse\n"
    let result = run(script + lines.replacing("a = ", with: "") + "\ncheck\n")
    #expect(result.exit == .success, "\(result.messages)")
  }

  @Test func anArenaMadeInTheMiddleOfAMapping() {
    let result = run(
      """
      boot --cpus 2
      P = alloc_pages 3
      v = vmalloc 4K
      step 1 vmap_pages_range v+4K..+12K P
      a = arena_create 64
      expect bug step 1
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
  }
}
