import Testing
import VMemScript

/// Counters of what an access costs.
struct CounterTests {
  @Test func hitsFillsAndFaults() {
    let result = run(
      """
      m = mm_create
      switch_mm m
      u = mmap m 16K
      write u text:x
      assert machine.faults eq 1
      assert tlb.fills eq 1
      assert tlb.hits eq 0
      read u 1
      read u 1
      assert tlb.hits eq 2
      write u text:y
      assert tlb.hits eq 3
      assert machine.faults eq 1
      # Two pages: one that is known, one that is not.
      write u+4092 text:abcdefgh
      assert tlb.hits eq 4
      assert tlb.fills eq 2
      assert machine.faults eq 2
      # No mapping was asked.
      expect SIGSEGV read 0x1000 1
      assert machine.faults eq 2
      P = alloc_pages 1
      read P[0] 1
      read P[0] 1
      assert tlb.hits eq 5
      assert machine.faults eq 2
      """)
    #expect(result.exit == .success, "\(result.messages)")
    let vmstat = run("m = mm_create\nswitch_mm m\nu = mmap m 4K\nfill u 1 1\nvmstat").lines
    #expect(vmstat.last == "pgfault 1")
  }
}
