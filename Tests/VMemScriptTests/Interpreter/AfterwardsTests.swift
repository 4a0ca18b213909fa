import Testing
import VMemScript

/// What is sound stays so after calls that were not made for it.
@Suite struct AfterwardsTests {
  /// Calls for kernel addresses do not look whose an address is, and no program has what they map.
  @Test(arguments: [
    "populate 0x10000..+64K", "vmap_pages_range 0x10000..+4K P[0]",
    "apply_to_page_range 0x7ffff0000000..+8K",
  ])
  func userAddressesInCallsForKernelOnes(_ line: String) {
    let result = Self.play(
      """
      P = alloc_pages 1
      m = mm_create
      switch_mm m
      \(line)
      c = fork m
      check
      expect fault read 0x10000 1
      u = mmap m 4K --at 0x10000 --fixed
      write u text:hello
      mmput c
      check
      """)
    #expect(result.messages == "" && result.exit == .success, "\(line)")
  }

  @Test(arguments: [
    "g = arena_create 16 --map-extra 0x100000000000",
    "g = pcpu_get_vm_areas --align 4K 0:64K 1M:64K", "g = stack_alloc",
    "g = stack_alloc --policy reclaim",
  ])
  func rightsOfEveryKindOfArea(_ line: String) {
    let result = Self.play("\(line)\nset_vm_flush_reset_perms g\ncheck\n")
    #expect(result.messages == "" && result.exit == .success, "\(line)")
  }

  @Test func vreallocOfAGroup() {
    let result = Self.play(
      """
      g = pcpu_get_vm_areas --align 4K 0:64K 1M:64K
      vrealloc g 5000
      check
      pcpu_free_vm_areas g
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
  }

  private static func play(_ lines: String) -> Transcript {
    run("boot --memory 16M --kernel 7.0\n" + lines)
  }
}
