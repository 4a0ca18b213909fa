import Testing
import VMem
import VMemScript

/// High memory and the windows of kmap: what views show, what copies cost, what boots.
@Suite struct KmapViewTests {
  // MARK: Views

  @Test func highMemoryInViews() {
    let result = run(
      """
      boot --memory 64M --highmem 32M --nodes 2
      meminfo
      buddyinfo
      iomem
      @P = alloc_pages 2 --zone highmem
      expect fault write P[0] 01
      v = vmalloc 8K
      page_address P[0]
      """
    ) { $0.keepGoing = true }
    let lines = result.lines
    #expect(lines.contains("HighTotal:         32768 kB"))
    #expect(lines.contains { $0.hasPrefix("Node 1, zone  HighMem") })
    #expect(!lines.contains { $0.hasPrefix("Node 0, zone  HighMem") })
    #expect(lines.contains { $0.hasPrefix("DirectMap2M:") && $0.hasSuffix(" 30720 kB") })
    // vmalloc takes pages that have no other address.
    #expect(lines.contains("0xffffc90000000000"))
    let pages = run(
      "boot --memory 64M --highmem 32M\nv = vmalloc 4K\nexpect 8192 vmalloc_to_pfn v")
    #expect(pages.exit == .success, "\(pages.messages)")
  }

  @Test(arguments: [
    ("i386-pae", "0xffffffffff600000", "0xffffffffff800000"),
    ("i386", "0xffffffffff400000", "0xffffffffff800000"),
    ("x86-64", "0xffffffffff800000", "0xffffffffffa00000"),
  ])
  func pageTables(_ window: String, _ start: String, _ end: String) {
    let lines = run(
      """
      boot --memory 16M --highmem 4M --window \(window)
      @P = alloc_pages 2 --zone highmem
      @kmap P[0]
      @kmap_local_page P[1]
      page_tables --range 0xffffffffff000000..0
      """
    ).lines
    let header = lines.firstIndex(of: "---[ Persistent kmap() Area ]---")
    #expect(header.map { lines[$0 + 1].hasPrefix(start + "-") } ?? false, "\(lines)")
    #expect(lines.contains { $0.hasPrefix(end) || $0.contains("-" + end) }, "\(lines)")
    #expect(lines.count { $0.contains("           4K     RW                 GLB NX pte") } == 2)
    #expect(lines.contains("---[ Fixmap Area ]---"))
  }

  @Test func comparison() {
    let result = run("boot --cpus 2\nkmap_compare --pages 300 --cpus 4\ncheck")
    #expect(
      result.lines == [
        "300 pages copied to others on 4 CPUs, one at a time, by vmap all of a CPU at once; "
          + "an entry costs 1, a single flush 40, a full flush 400 on each CPU",
        "way           mappings     locks   entries    single      full       cost",
        // 600 mappings fill the 512 slots once, and the end flushes again.
        "kmap               600      1201      1200         0         2       4400",
        "kmap_local         600         0      1200       600         0      25200",
        "kmap_atomic        600         0      1200       600         0      25200",
        "vmap                 8        34      1200         0         1       2800", "0",
      ])
    #expect(run("kmap_compare --pages 1").exit == .success)
    #expect(run("kmap_compare --pages 1 --cpus 64").exit == .success)
    for line in ["--pages 0", "--pages 65537", "--cpus 0", "--cpus 65"] {
      #expect(run("expect EINVAL kmap_compare \(line)").exit == .success, "\(line)")
    }
    let crowded = run("boot --with debug_kmap_local\nexpect EINVAL kmap_compare --cpus 43")
    #expect(crowded.exit == .success, "\(crowded.messages)")
  }

  // MARK: Boot

  @Test(arguments: [
    "--highmem 4M", "--memory 16M --highmem 4K", "--memory 16M --highmem 14M",
    "--highmem 4M --window i386:2", "--highmem 4M --window i386:1024",
    "--highmem 4M --window i386-pae:512", "--window x86-64", "--highmem 4M --cpus 64",
    "--highmem 4M --cpus 42 --with debug_kmap_local",
    "--highmem 4M --window i386 --cpus 60 --with debug_kmap_local", "--highmem 4M --levels 5",
  ])
  func boots(_ options: String) {
    let result = run("boot \(options)\n@P = alloc_pages 1 --zone highmem\n@kmap P\ncheck")
    #expect(result.exit == .success, "\(options): \(result.messages)")
  }

  @Test(arguments: [
    ("--highmem 1G", "whole pages, and at least "), ("--highmem 2G", "whole pages"),
    ("--memory 16M --highmem 5000", "whole pages"), ("--memory 1M --highmem 900K", "low memory"),
    ("--window i386:3", "a power of two of slots"), ("--window i386:1", "a power of two of slots"),
    ("--window i386-pae:1024", "i386-pae has 2, 4, 8 … 512 slots"),
    ("--window i386:0", "i386 has 2, 4, 8 … 1024 slots"),
    ("--window i386:2048", "i386 has 2"), ("--window i386:4x", "i386 has 2"),
    ("--window i486", "no window `i486`; windows are x86-64 i386-pae i386"),
    ("--window none", "no window `none`"),
    ("--highmem 4M --cpus 43 --with debug_kmap_local", "room for 42 CPUs"),
    ("--window i386 --cpus 61 --with debug_kmap_local", "room for 60 CPUs"),
  ])
  func refused(_ options: String, _ message: String) {
    let result = run("boot \(options)\necho on")
    #expect(result.exit == .badScript)
    #expect(result.messages.contains(message), "\(options): \(result.messages)")
    #expect(result.output == "")
  }
}
