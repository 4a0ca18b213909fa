import Testing
import VMemScript

/// What stays, and what comes next, after an allocation failed on the way: the kernel's rules.
@Suite struct UnwindingTests {
  private func succeeds(_ script: String) {
    let result = run(script + "\ncheck\n")
    #expect(result.exit == .success, "\(result.messages)")
  }

  /// No rollback: what was mapped before the table that is missing stays, and so do the tables.
  @Test func mappingStopsMidway() {
    succeeds(
      """
      s = get_vm_area 4G --flags sparse
      P = alloc_pages 4
      populate s..s+4K
      let tables = pagetables.pte
      inject pgtable after=0 level=pte
      expect ENOMEM vm_area_map_pages s s+2040K..s+2056K P
      @read s+2044K 1
      expect fault read s+2048K 1
      assert pagetables.pte == tables
      expect ENOMEM,warn vm_area_map_pages s s+2040K..s+2056K P
      vm_area_unmap_pages s s+2040K..s+2056K
      vm_area_map_pages s s+2040K..s+2056K P
      """)
  }

  /// A huge attempt that fails at any stage is followed by one with small pages.
  @Test(arguments: [
    "alloc_page after=0 order=9", "alloc_page after=1 order=9", "slab after=0 cache=vm_struct",
    "slab after=0 cache=vmap_area", "slab after=0 cache=kmalloc", "pgtable after=0 level=pmd",
  ])
  func hugeFallsBackToSmall(_ point: String) {
    succeeds(
      """
      boot --memory 64M
      let tables = pagetables.pte
      inject \(point)
      v = vmalloc_huge 4M
      assert machine.injected == 1
      let more = pagetables.pte
      assert more gt tables
      vfree v
      """)
  }

  @Test func whenSmallPagesFailTooThereIsNothing() {
    succeeds(
      """
      boot --memory 64M
      let free = machine.free
      inject alloc_page after=0 times=-1
      expect NULL vmalloc_huge 4M
      inject off
      vm_unmap_aliases
      assert areas.busy == 0
      """)
  }

  /// vmap's area goes, and with it what was mapped; the pages are still the caller's.
  @Test func vmapGivesNothingAway() {
    succeeds(
      """
      P = alloc_pages 600
      inject pgtable after=1 level=pte
      expect NULL vmap P --flags map,map_put_pages
      assert areas.busy == 0
      assert areas.lazy == 1
      free_pages P
      """)
  }

  /// The block of vm_map_ram stays for the next caller, but not the pages that were taken from it.
  @Test func vmMapRAMKeepsItsBlock() {
    let result = run(
      """
      @P = alloc_pages 4
      @inject pgtable after=0
      @expect NULL vm_map_ram P
      assert areas.busy == 1
      vm_map_ram P
      check
      """)
    #expect(result.lines == ["0xffffc90000004000", "0"], "\(result.messages)")
  }

  /// A block without its index entry goes straight back to the free space.
  @Test func aBlockThatIsNotFiledNeedsNoPurge() {
    succeeds(
      """
      P = alloc_pages 4
      inject slab after=0 cache=radix_tree_node
      expect NULL vm_map_ram P
      assert areas.busy == 0
      assert areas.lazy == 0
      assert areas.free == 1
      """)
  }

  /// The memory type of an ioremap that failed is free for another one: PWT alone is write combining.
  @Test(arguments: [
    "slab after=0 cache=vm_struct", "slab after=0 cache=vmap_area", "pgtable after=0",
  ])
  func ioremapForgetsItsMemoryType(_ point: String) {
    let result = run(
      """
      @inject \(point)
      @expect NULL ioremap 0xfed00000 4K
      @d = ioremap_wc 0xfed00000 4K
      walk d
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.output.contains("PWT"), "\(result.output)")
  }

  @Test func ioremapTellsOfAMemoryTypeItLacks() {
    let result = run(
      "@inject slab after=0 cache=memtype\n@expect NULL ioremap 0xfed00000 4K\ndmesg")
    #expect(result.output.contains("ioremap memtype_reserve failed -12"))
  }

  // MARK: The spare descriptor

  /// A split takes the CPU's spare descriptor; the next request replaces it.
  private static let splits = """
    @get_vm_area 4K
    @inject slab cache=vmap_area after=2 times=
    """

  @Test(arguments: [
    // The preload fails quietly and the split asks for itself; then that fails too and a purge comes
    // before the second try; then all of that fails.
    (1, 4, true), (2, 5, true), (3, 6, true), (4, 6, false),
  ])
  func theSpareDescriptor(_ times: Int, _ calls: Int, _ succeeds: Bool) {
    let result = run(
      """
      \(Self.splits)\(times)
      @get_vm_area 4K --align 1M
      \(succeeds ? "" : "expect NULL ")get_vm_area 4K --align 1M
      injections
      dmesg
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.output.contains("seen \(calls) failed \(times)"), "\(result.output)")
    #expect(result.output.contains("vmalloc_node_range for size 8192 failed") == !succeeds)
  }

  /// A group that cannot split a block warns, goes back, and tries once more after a purge.
  @Test func groupsRecover() {
    succeeds(
      """
      inject slab cache=vmap_area after=2
      g = expect warn pcpu_get_vm_areas --align 4K 0:64K 1M:64K
      assert machine.injected == 1
      assert areas.busy == 2
      pcpu_free_vm_areas g
      vm_unmap_aliases
      inject slab cache=vmap_area after=2 times=-1
      expect NULL,warn pcpu_get_vm_areas --align 4K 0:64K 1M:64K
      inject off
      vm_unmap_aliases
      assert areas.busy == 0
      assert areas.free == 1
      """)
  }

  /// Without memory to split the direct map, pages are freed with the permissions they had.
  @Test func resettingPermissionsNeedsNoMemory() {
    succeeds(
      """
      boot --memory 64M
      P = alloc_pages 600
      v = vmalloc 32K --flags flush_reset_perms
      let pages = machine.free
      let tables = pagetables.pte
      inject pgtable after=0 times=-1
      vfree v
      assert pagetables.pte == tables
      assert areas.lazy == 0
      assert machine.injected == 8
      """)
  }
}
