import Testing
import VMemScript

/// What `map_audit` finds, and what it must not find.
@Suite struct MapAuditTests {
  private static let kernels = [
    "6.1 --with sparse", "6.6 --with sparse", "6.18", "6.18 --levels 5", "7.2",
  ]

  /// The rows of a script's audits: address and what the frame is now.
  private func rows(_ script: String) -> [String] {
    let result = run(script)
    #expect(result.exit == .success, "\(result.messages)")
    return result.lines.filter { $0.contains(": pfn:") }
  }

  private func endings(_ rows: [String]) -> [String] {
    rows.map { row in row.split(separator: ", ").dropFirst().joined(separator: ", ") }
  }

  @Test(arguments: kernels)
  func freedUnderTheMapping(_ kernel: String) throws {
    let found = rows(
      """
      boot --kernel \(kernel) --memory 32M
      @P = alloc_pages 3
      @s = get_vm_area 64K --flags sparse --caller probe+0x1/0x2
      @vm_area_map_pages s s..s+12K P
      map_audit
      @free_pages P[1]
      map_audit
      assert pagetables.stale eq 1
      assert pagetables.stale_free eq 1
      @Q = alloc_pages 1
      map_audit
      assert pagetables.stale eq 1
      assert pagetables.stale_reused eq 1
      @w = vmap Q
      @vm_area_unmap_pages s s+4K..s+8K
      map_audit
      assert pagetables.stale eq 0
      @free_pages P[0],P[2]
      @vm_area_unmap_pages s s..s+12K
      check
      """)
    #expect(endings(found) == ["free since call 4", "freed by call 4, now Q[0]"])
    let start = kernel.contains("levels 5") ? "0xffa0000000001000" : "0xffffc90000001000"
    #expect(found.allSatisfy { $0.hasPrefix(start + " in s ") })
    #expect(found.allSatisfy { $0.contains(" of probe+0x1/0x2:") })
  }

  /// Every call that maps without a reference, and what frees pages under it.
  @Test(arguments: [
    "w = vmap P", "w = vm_map_ram P", "w = get_vm_area 64K\n@vmap_pages_range w..w+8K P",
    "w = get_vm_area 64K --flags sparse\n@populate w..w+8K\n@set_pte_at w P[0]\n"
      + "@set_pte_at w+4K P[1]",
  ])
  func everyWayToMap(_ mapping: String) {
    let found = rows(
      """
      @P = alloc_pages 2
      @\(mapping)
      map_audit
      @put_page P
      map_audit
      @Q = alloc_pages 2
      map_audit
      check
      """)
    let wanted =
      ["free since call", "free since call"] + ["freed by call", "freed by call"]
    #expect(found.count == 4)
    #expect(zip(endings(found), wanted).allSatisfy { $0.hasPrefix($1) }, "\(found)")
    #expect(endings(found).suffix(2).allSatisfy { $0.contains(", now Q[") })
  }

  /// An area's own pages that another area maps as well; and an area whose pages somebody frees.
  /// The kernel's tables have a lower half, too, and calls that write there. Entries older than the first
  /// freed page are counted when that is freed.
  @Test func lowAddresses() {
    let found = rows(
      """
      boot --memory 32M
      @P = alloc_pages 2
      @vmap_pages_range 0x10000..+8K P
      @free_pages P[0]
      check
      map_audit
      @Q = alloc_pages 1
      assert pagetables.stale_reused eq 1
      @free_pages P[1]
      assert pagetables.stale_free eq 1
      @vunmap_range 0x10000..+8K
      assert pagetables.stale eq 0
      check
      """)
    #expect(found.count == 1 && found[0].hasPrefix("0x0000000000010000 in no area: "))
    #expect(endings(found) == ["free since call 3"])
  }

  /// The first page that is freed under a mapping may be an area's own: its next owner is told all the same.
  @Test func pagesOfAnAreaThatAreHandedOutAgain() {
    let found = rows(
      """
      boot --memory 32M
      @v = vmalloc 8K
      @s = get_vm_area 16K --flags sparse
      @vm_area_map_pages s s..s+8K pfn:134,pfn:135
      @vfree v
      @vm_unmap_aliases
      @Q = alloc_pages 4
      map_audit
      assert pagetables.stale_reused eq 2
      check
      """)
    #expect(endings(found) == ["freed by call 4, now Q[1]", "freed by call 4, now Q[0]"])
  }

  @Test func pagesOfAnArea() {
    let found = rows(
      """
      boot --memory 32M
      @v = vmalloc 8K
      vmalloc_to_pfn v
      @s = get_vm_area 16K --flags sparse
      @vm_area_map_pages s s..s+8K pfn:134,pfn:135
      map_audit
      @vfree v
      map_audit
      @vm_area_unmap_pages s s..s+8K
      @t = vmalloc 4K
      @free_pages pfn:135
      map_audit
      """)
    #expect(endings(found).map { $0.prefix(15) } == Array(repeating: "free since call", count: 3))
    #expect(found[2].contains(" in t "))
  }

  /// A large leaf is one line: how many of its pages are wrong, and the first of them.
  @Test func largeLeaves() {
    let found = rows(
      """
      @w = vmalloc_huge 2M
      map_audit
      @free_pages pfn:4611,pfn:4615
      map_audit
      @Q = alloc_pages 2
      map_audit
      check
      @set_memory_ro w 1
      map_audit
      check
      @vfree w
      map_audit
      check
      """)
    #expect(found.count == 4, "\(found)")
    guard found.count == 4 else { return }
    #expect(found[0].contains(" 2M in w ") && found[0].contains("(2 of 512 pages), free since"))
    #expect(found[1].contains("(2 of 512 pages), freed by call"))
    // Split: two small entries.
    #expect(!found[2].contains("2M") && !found[3].contains("2M"))
    #expect(endings([found[2], found[3]]).allSatisfy { $0.contains("now Q[") })
  }

  /// The hole below 1 MiB has struct pages and no memory; what ioremap maps is nobody's frame.
  @Test func memoryThatIsNone() {
    let found = rows(
      """
      @v = vmap pfn:0xa5
      @d = ioremap 0xa0000 64K
      @e = ioremap 0xfed00000 8K
      @f = vmap_pfn 0x100000 2
      map_audit
      """)
    #expect(endings(found) == ["no memory"])
    #expect(found.first?.contains(" in v ") ?? false)
  }

  /// What kernels do in their right order leaves nothing behind.
  @Test func healthyMachines() {
    let script = """
      boot --memory 32M --cpus 2
      @P = alloc_pages 4
      @a = vmap P
      @b = vm_map_ram P
      @c = vmalloc_huge 2M
      @d = vmalloc 64K
      @e = vrealloc d 8K
      @r = arena_create 16 --map-extra 0x100000000000
      @p = arena_alloc_pages r 5
      @arena_free_pages r p 3
      @t = stack_alloc --policy dynamic
      @stack_touch t 8
      @m = mm_create
      @switch_mm m
      @u = mmap m 32K
      @write u text:hello
      @mprotect m u 4K none
      @n = fork m
      @f = memfd_create --size 64K
      @pwrite f 0 text:hello
      @z = vmap_file f 0..4K
      @vm_unmap_ram b 4
      @vunmap a
      @free_pages P
      @vfree e
      @Q = alloc_pages 8
      @mmput n
      @stack_free t
      @arena_free r
      map_audit
      assert pagetables.stale eq 0
      check
      """
    #expect(rows(script).isEmpty)
  }

  /// The audit changes nothing, and neither does what it goes by: a machine whose pages were freed under
  /// a mapping hands out the same frames as one where nothing was mapped.
  @Test func changesNothing() {
    let script = """
      @P = alloc_pages 2
      @s = get_vm_area 64K --flags sparse
      @vm_area_map_pages s s..s+8K P
      @free_pages P
      @Q = alloc_pages 2
      info --hash
      """
    let once = run(script + "\nmap_audit\nassert pagetables.stale eq 2\ninfo --hash")
    let hashes = once.lines.filter { $0.hasPrefix("hash") }
    #expect(hashes.count == 2 && hashes.first == hashes.last, "\(once.lines)")
    let mapped = run(script.replacing("info --hash", with: "page Q")).lines.map {
      $0.split(separator: " ")[0]
    }
    let unmapped = run(
      script.replacing("@vm_area_map_pages s s..s+8K P\n", with: "@populate s..s+8K\n")
        .replacing("info --hash", with: "page Q")
    ).lines.map { $0.split(separator: " ")[0] }
    #expect(mapped == unmapped)
  }

  /// Nothing but the audit and `walk` shows the mark that stale entries have.
  @Test func viewsShowTheKernelsEntry() {
    let result = run(
      """
      @P = alloc_pages 2
      @s = get_vm_area 64K --flags sparse
      @vm_area_map_pages s s..s+8K P
      @free_pages P[0]
      @Q = alloc_pages 1
      page_tables --range s..s+8K
      page_tables --range s..s+8K --format tree
      walk s
      """)
    #expect(result.lines.contains { $0.contains("           8K     RW") }, "\(result.lines)")
    #expect(result.lines.contains { $0.hasSuffix(" 2 page(s) flags=0x8000000000000103") })
    #expect(result.lines.contains { $0.hasSuffix("; stale: freed under this entry (map_audit)") })
    #expect(result.lines.contains { $0.contains(" = 0x8000000000083163") })
  }

  @Test func json() {
    let result = run(
      """
      @P = alloc_pages 1
      @s = get_vm_area 64K --flags sparse
      @vm_area_map_pages s s..s+4K P
      @free_pages P
      map_audit
      """
    ) { $0.json = true }
    #expect(
      result.lines.contains {
        $0.hasPrefix(#"{"address":"0xffffc90000000000","size":4096,"area":"0xffffc90000000000","#)
          && $0.contains(#""name":"s","caller":"vmemctl+0x0/0x0","pfn":"#)
          && $0.contains(#""pages":1,"state":"free","freed":4,"owner":"free"#)
      }, "\(result.lines)")
    #expect(
      result.lines.contains { $0.contains(#""verb":"map_audit""#) && $0.contains(#""rows":1"#) })
  }
}
