import Testing
import VMem
import VMemScript

/// Protection keys: who may use what, and what a stray access gets.
@Suite struct ProtectionKeyTests {
  private static let start = """
    boot --with pks --cpus 2 --memory 16M
    @P = alloc_pages 4
    write P[0] text:data
    read P[0] 4
    pks_protect P[0..2]

    """

  @Test func onlyWhoHasOpenedAPageGetsIn() {
    let result = run(
      Self.start + """
        expect fault read P[0] 1
        expect fault write P[1] 01
        a = kmap_local_page P[0]
        b = kmap_local_page P[1]
        write a text:more
        kunmap_local b
        read a 4
        task stray
        expect fault write a text:oops
        task vmemctl
        read a 4
        cpu 1
        expect fault read a 1
        cpu 0
        context irq
        expect fault read a 1
        c = kmap_atomic P[0]
        read c 1
        kunmap_atomic c
        expect fault read a 1
        context process
        kunmap_local a
        expect fault read a 1
        pks_protect P[0..2] --key 0
        read P[0] 4
        check
        """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.count { $0 == "6d 6f 72 65" } == 3)
  }

  @Test func theFaultSaysWhichKeyAndHow() {
    let result = run(Self.start + "write P[0] 01")
    #expect(result.exit == .unexpectedWarning)
    #expect(
      result.messages.contains(
        "fault: key 2 forbids this task to write 0xffff8880001"),
      "\(result.messages)")
    #expect(result.messages.contains("(error code 0x23)"))
    let log = run(Self.start + "@expect fault read P[0] 1\ndmesg").lines.suffix(2)
    #expect(log.first?.hasSuffix("#PF: supervisor read access in kernel mode") ?? false)
    #expect(
      log.last?.hasSuffix("#PF: error_code(0x0021) - protection keys violation") ?? false)
  }

  /// AD forbids everything and WD writes; the hardware looks at each access, TLB or not.
  @Test(arguments: [0, 12, 1536])
  func rightsChangeWithoutAFlush(_ entries: Int) {
    let result = run(
      """
      boot --with pks --tlb \(entries)
      @P = alloc_pages 1
      @pks_protect P --key 15
      let flushes = tlb.flushes
      pks_set 15 rw
      write P 01
      pks_set 15 r
      read P 1
      expect fault write P 02
      pks_set 15 none
      expect fault read P 1
      expect fault fill P 8 1
      pks_set 15 rw
      read P 1
      write P 03
      assert tlb.flushes == flushes
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
  }

  @Test func relaxedModeWarnsOnceAndOpens() {
    let result = run(
      Self.start + """
        pks_mode relaxed
        expect warn write P[0] 01
        write P[0] 02
        task other
        expect warn write P[0] 03
        pks_protect P[3] --key 5
        expect fault read P[3] 1
        pks_mode strict
        cpu 1
        expect fault read P[0] 1
        dmesg
        check
        """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.count { $0.contains("PGMAP: page protected by key 2 used at") } == 1)
  }

  @Test func viewsShowKeys() {
    let lines = run(
      Self.start + """
        @kmap_local_page P[0]
        @read P[0] 1
        page_tables --range P[0]..+16K
        walk P[0]
        tlb --cpu 0
        pks_state
        info
        """
    ).lines
    #expect(lines.contains { $0.hasSuffix("GLB NX pte pkey=2") })
    #expect(lines.contains { $0.contains("PK protection key 2, NX no execute") })
    #expect(lines.contains { $0.contains("RW GLB NX pkey=2 filled") })
    #expect(lines.contains("cpu 0: PKRS 0x55555544, keys 0 rw, 2 rw"))
    #expect(lines.contains("cpu 1: PKRS 0x55555554, keys 0 rw"))
    #expect(lines.contains("task vmemctl: PKRS 0x55555544, keys 0 rw, 2 rw"))
    #expect(lines.contains { $0.hasPrefix("CR4:") && $0.hasSuffix("PKS") })
  }

  @Test func limits() {
    let result = run(
      """
      boot --with pks --memory 16M --highmem 4M
      @P = alloc_pages 900
      @H = alloc_pages 1 --zone highmem
      pks_set 1 rw
      pks_set 15 rw
      expect EINVAL pks_set 0 none
      expect EINVAL pks_set 16 none
      pks_protect P --key 15
      pks_protect P[1] --key 0
      expect EINVAL pks_protect P --key 16
      expect EINVAL pks_protect H
      expect EINVAL pks_protect pfn:0x1000000
      expect EINVAL pks_protect P,H
      read P[899] 1
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
    let without = run(
      "@P = alloc_pages 1\nexpect EINVAL pks_set 1 rw\nexpect EINVAL pks_protect P\n"
        + "expect EINVAL pks_mode relaxed\nexpect EINVAL pks_state")
    #expect(without.exit == .success, "\(without.messages)")
    #expect(run("pks_state").messages.contains("boot with --with pks"))
  }

  @Test func aNewTaskBeginsWithClosedKeys() {
    let result = run(
      """
      boot --with pks
      @P = alloc_pages 1
      @pks_protect P --key 7
      task a
      pks_set 7 r
      kernel_thread b
      task b
      expect fault read P 1
      task a
      read P 1
      @L = alloc_pages 1
      pks_protect L
      k = kmap_local_page L
      kernel_thread child
      task child
      expect fault read k 1
      task a
      kunmap_local k
      task child
      expect fault read k 1
      pks_state
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(!result.lines.contains { $0.hasPrefix("task child") })
  }

  /// What a mapping has opened goes with it, and nothing else does, whatever key its page gets.
  @Test func aMappingClosesWhatItHasOpened() {
    let result = run(
      Self.start + """
        a = kmap_local_page P[0]
        pks_protect P[0] --key 0
        kunmap_local a
        pks_protect P[0]
        expect fault read P[0] 1
        b = kmap_local_page P[1]
        c = kmap_local_page P[3]
        pks_protect P[3]
        kunmap_local c
        read b 1
        kunmap_local b
        expect fault read b 1
        kunmap_local b
        a = kmap_local_page P[0]
        kunmap_local b
        read a 1
        b = kmap_local_page P[0]
        kunmap_local b
        read a 1
        kunmap_local a
        expect fault read P[0] 1
        check
        """)
    #expect(result.exit == .success, "\(result.messages)")
  }

  /// An interrupt's mapping is not the task's, and what it has left open ends with it.
  @Test func interruptsOpenForThemselves() {
    let result = run(
      Self.start + """
        context irq
        a = kmap_local_page P[0]
        read a 1
        context process
        expect fault read a 1
        b = kmap_local_page P[1]
        context irq
        expect fault read a 1
        kunmap_local a
        c = kmap_local_page P[1]
        kunmap_local c
        expect fault read b 1
        context process
        read b 1
        kunmap_local b
        expect fault read b 1
        kmap_audit
        check
        """)
    #expect(result.exit == .success, "\(result.messages)")
  }
}
