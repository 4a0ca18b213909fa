import Testing
import VMem
import VMemScript

/// kmap in all its forms as scripts see it: sleep, the order of releases, limits, views.
@Suite struct KmapTests {
  private static let small = "boot --memory 16M --highmem 4M --window i386-pae:4 --cpus 2\n"
  private static let full = """
    @P = alloc_pages 8 --zone highmem
    a = kmap P[0]
    b = kmap P[1]
    c = kmap P[2]
    d = kmap P[3]

    """

  // MARK: Sleep

  @Test func aKmapSleepsUntilAKunmapAndItsTasksTurn() {
    let result = run(
      Self.small + Self.full + """
        task sleeper
        x = expect blocked kmap P[4]
        expect ENOENT read x 1
        expect EBUSY kmap P[5]
        expect EBUSY step 0
        expect EBUSY step 0 vm_unmap_aliases
        task vmemctl
        expect blocked task sleeper
        check
        kunmap P[2]
        check
        expect ENOENT read x 1
        task sleeper
        assert x == c
        write x text:mine
        read x 4
        check
        """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.contains("BLOCKED"))
    #expect(result.lines.suffix(4) == ["0xffffffffff603000", "0", "6d 69 6e 65", "0"])
  }

  @Test func sleepIsToldWhenNobodyAnnouncedIt() {
    let result = run(Self.small + Self.full + "kmap P[4]\necho never")
    #expect(result.exit == .unexpectedError)
    #expect(result.lines.last == "BLOCKED")
    #expect(
      result.messages == """
        vmemctl: t.vmem:7: kmap: blocked: all 4 slots of PKMAP have users: the task sleeps
          a kunmap of another task wakes it; `task NAME` then lets its call go on

        """)
    let wrong = run(Self.small + Self.full + "expect ENOMEM kmap P[4]")
    #expect(wrong.exit == .failedExpectation)
    let awake = run(Self.small + "@P = alloc_pages 1 --zone highmem\nexpect blocked kmap P")
    #expect(awake.exit == .failedExpectation)
    #expect(awake.messages.contains("expected blocked got 0xffffffffff601000"))
  }

  @Test func json() {
    let result = run(Self.small + Self.full + "x = expect blocked kmap P[4]") { $0.json = true }
    #expect(
      result.lines.last?.hasPrefix(
        #"{"line":7,"verb":"kmap","name":"x","result":"BLOCKED","type":"blocked","#
          + #""errno":null,"warnings":[],"expected":"blocked","error":{"rule":"noKmapSlot""#)
        ?? false,
      "\(result.lines)")
    #expect(result.exit == .success)
  }

  @Test func twoWakeAndOneGetsTheSlot() {
    let result = run(
      Self.small + Self.full + """
        task one
        x = expect blocked kmap P[4]
        task two
        y = expect blocked kmap P[5]
        task vmemctl
        kunmap P[1]
        task two
        expect blocked task one
        task vmemctl
        kunmap P[3]
        cpu 1
        task one
        assert y == b
        assert x == d
        check
        """)
    #expect(result.exit == .success, "\(result.messages)")
  }

  @Test func twoThatWantTheSamePageShareASlot() {
    let result = run(
      Self.small + Self.full + """
        task one
        x = expect blocked kmap P[4]
        task two
        y = expect blocked kmap P[4]
        task vmemctl
        kunmap P[0]
        task one
        task two
        assert x == y
        kmap_state
        """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.contains("0xffffffffff601000 P[4] kmap count 3, by one, two"))
  }

  @Test func theFirstTaskSleepsToo() {
    let result = run(
      Self.small + Self.full + """
        x = expect blocked kmap P[4]
        expect EBUSY alloc_pages 1
        context irq
        alloc_pages 1 --gfp GFP_ATOMIC
        context process
        task other
        kunmap P[0]
        task vmemctl
        assert x == a
        """)
    #expect(result.exit == .success, "\(result.messages)")
  }

  @Test func whereNothingMaySleepItIsABug() {
    let result = run(
      Self.small + Self.full + """
        context atomic
        expect bug,warn kmap P[4]
        context process
        check
        """)
    #expect(result.exit == .success, "\(result.messages)")
  }

  @Test func aNameThatLivesByNowIsLeftAlone() {
    let result = run(
      Self.small + Self.full + """
        task one
        x = expect blocked kmap P[4]
        task vmemctl
        x = vmalloc 4K
        kunmap P[0]
        task one
        assert x != a
        assert x.size == 4096
        """)
    #expect(result.exit == .success, "\(result.messages)")
  }

  // MARK: Order and limits

  @Test func releasesOutOfOrder() {
    let result = run(
      Self.small + """
        @P = alloc_pages 8 --zone highmem
        a = kmap_local_page P[0]
        b = kmap_local_page P[1]
        write b text:b
        expect warn kunmap_local a
        expect stale read b 1
        tlb_audit
        c = kmap_local_page P[2]
        assert c == b
        expect warn kunmap_local b+4K
        kunmap_local a
        expect bug,warn kunmap_local a
        kmap_audit
        check
        """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.contains { $0.contains("kunmap_local flushes the page it was told") })
    #expect(
      result.lines.filter { $0.hasPrefix("kmap_local ") } == [
        "kmap_local 0xfffffffffffba000 P[1] by vmemctl: its entry went with the release of another"
          + " (ended in call 5)",
        "kmap_local 0xfffffffffffba000 P[2] by vmemctl: its entry went with the release of another"
          + " (ended in call 8)",
        "kmap_local 0xfffffffffffbb000 P[0] by vmemctl: released out of order (ended in call 9)",
      ])
  }

  @Test(arguments: [("", 15), ("--with debug_kmap_local", 16)])
  func depth(_ option: String, _ most: Int) {
    let maps = String(repeating: "kmap_local_page P[0]\n", count: most)
    let boot = "boot --memory 16M --highmem 4M \(option)\n@P = alloc_pages 1 --zone highmem\n"
    let result = run(boot + maps + "expect bug kmap_local_page P[0]\ncheck\nkmap_state")
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.count { $0.contains("kmap_local of vmemctl") } == most)
    let told = run(boot + maps + "kmap_local_page P[0]").messages
    #expect(told.contains("\(most) mappings are held, and \(most) are the most"))
  }

  @Test func atomicDepth() {
    let maps = String(repeating: "@kmap_atomic L[0]\n", count: 245)
    let result = run("L = alloc_pages 1\n" + maps + "expect bug kmap_atomic L[0]\ncheck")
    #expect(result.exit == .success, "\(result.messages)")
    #expect(run("@L = alloc_pages 1\nexpect bug kunmap_atomic L[0]").exit == .success)
  }

  @Test func misuse() {
    let result = run(
      Self.small + Self.full + """
        kunmap P[0]
        expect bug kunmap P[0]
        expect bug kunmap P[5]
        expect bug kmap null
        expect bug kunmap pfn:0x100000
        expect bug kmap_local_page pfn:0x100000
        expect EINVAL page_address pfn:0x100000
        expect EINVAL kmap_local_pfn 0x10000000000
        expect bug vunmap_range a..+4K
        expect bug vmap_pages_range a..+4K P[0]
        expect bug populate 0xfffffffffffb0000..+4K
        expect fault read 0xffffffffff604000 1
        expect EINVAL do_exit
        task t
        expect EEXIST kernel_thread t
        expect EEXIST kernel_thread vmemctl
        expect EINVAL kernel_thread sixteen-letters-
        kernel_thread fifteen-letters
        do_exit
        check
        """)
    #expect(result.exit == .success, "\(result.messages)")
  }

  @Test func aTaskThatHoldsMappingsStaysOnItsCPU() {
    let result = run(
      Self.small + """
        @P = alloc_pages 2 --zone highmem
        task t
        a = kmap_local_page P[0]
        write a text:held
        task vmemctl
        expect fault read a 1
        cpu 1
        expect EBUSY task t
        cpu 0
        task t
        read a 4
        expect warn kernel_thread child
        task child
        expect fault read a 1
        cpu 1
        expect EBUSY task child
        cpu 0
        task t
        do_exit
        expect fault read a 1
        task t
        expect fault read a 1
        check
        """)
    #expect(result.exit == .success, "\(result.messages)")
  }

  @Test func atomicSections() {
    let result = run(
      """
      boot --cpus 2
      @P = alloc_pages 1
      a = kmap_atomic P
      expect warn vm_unmap_aliases
      expect warn task other
      vm_unmap_aliases
      task vmemctl
      expect warn vm_unmap_aliases
      kunmap_atomic a
      vm_unmap_aliases
      mm = mm_create
      switch_mm mm
      u = mmap mm 8K
      write u 01
      a = kmap_atomic P
      expect fault read u+4K 1
      kunmap_atomic a
      read u+4K 1
      dmesg
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.contains { $0.hasSuffix("scheduling while atomic: vmemctl/1/0x00000002") })
  }

  // MARK: Without high memory

  @Test func everyPageHasItsAddressInTheDirectMap() {
    let result = run(
      """
      @P = alloc_pages 2 --zone highmem
      a = kmap P[1]
      b = kmap_local_page P[1]
      c = kmap_atomic P[1]
      d = kmap_local_pfn 5
      assert a == P[1]
      assert b == P[1]
      assert c == P[1]
      page_address P[1]
      kunmap_atomic c
      kunmap_local 0x1000
      kunmap P[0]
      kunmap P[0]
      kmap_flush_unused
      kmap_to_page b+5 --name
      kmap_audit
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.last { $0.hasPrefix("P") } == "P[1]")
  }

  /// Entries of the windows are the business of kmap alone, slots that are free included.
  @Test func windowsAreNoPlaceForOtherEntries() {
    let result = run(
      """
      boot --memory 64M --highmem 32M --window i386
      @P = alloc_pages 2 --zone highmem
      @k = kmap P[0]
      @a = kmap_local_page P[0]
      @kunmap_local a
      expect EINVAL set_pte_at a P[1]
      expect EINVAL set_pte_at k+4K P[1]
      expect bug vmap_pages_range a..+4K P[1]
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
  }
}
