import Testing
import VMemScript

/// What a refusal leaves in the log besides its answer, by kernel.
@Suite struct LogLineTests {
  /// The log behind the banner, without times.
  private func log(_ script: String) -> [String] {
    run(script + "\ndmesg") { $0.keepGoing = true }.lines
      .filter { $0.hasPrefix("[") && !$0.contains("Linux version") }
      .map { String($0.drop { $0 != "]" }.dropFirst(2)) }
  }

  @Test func perCPUObjects() {
    let chunk = "percpu: allocation failed, size=64 align=8 atomic=0, failed to allocate new chunk"
    let pages = "percpu: allocation failed, size=64 align=8 atomic=0, failed to populate"
    let noChunk = "inject slab after=0 times=-1 cache=vm_struct\npcpu_alloc 62 --align 8"
    #expect(log(noChunk).last == chunk)
    #expect(log("boot --kernel 6.1 --cpus 2\n" + noChunk).last == chunk)
    // Lists of pages come first, and then the pages themselves.
    let noPages = """
      boot --kernel 6.18 --cpus 2
      @p = pcpu_alloc 32K
      inject alloc_page after=0 times=-1
      pcpu_alloc 64
      """
    #expect(log(noPages).last == pages)
    // The verb's own complaint is another.
    #expect(!log("pcpu_alloc 0").contains { $0.hasPrefix("percpu: ") })
  }

  @Test func perCPUObjectsAreComplainedOfTenTimes() {
    let failures = log(
      "inject slab after=0 times=-1 cache=vm_struct\nrepeat 12 { pcpu_alloc 64 }"
    ).filter { $0.hasPrefix("percpu: ") }
    #expect(failures.count == 11)
    #expect(failures.last == "percpu: limit reached, disable warning")
  }

  @Test(arguments: ["6.1", "6.12", "6.18", "7.3"])
  func mremapOfNothing(_ kernel: String) {
    let script = """
      boot --kernel \(kernel)
      m = mm_create
      u = mmap m 8K
      mremap m u 0 8K --maymove
      mremap m u 0 8K --maymove
      """
    let text =
      "vmemctl (1): attempted to duplicate a private mapping with mremap.  This is not supported."
    #expect(log(script) == [text])
    #expect(log(script.replacing("mmap m 8K", with: "mmap m 8K --shared")).isEmpty)
  }

  /// Only who cannot wait, or wants more than eight pages at once, goes without pages; for others a
  /// kernel would kill a process.
  @Test(arguments: pageRequests)
  func pages(_ kernel: String, _ request: String, _ wanted: String?) {
    // All of the machine's pages are taken.
    let script = """
      boot --kernel \(kernel) --memory 4M
      repeat 40 { @alloc_pages 20 --gfp __GFP_NOWARN }
      repeat 40 { @alloc_pages 1 --gfp __GFP_NOWARN }
      alloc_pages \(request)
      """
    #expect(log(script) == (wanted.map { ["vmemctl: page allocation failure: " + $0] } ?? []))
  }

  private static let pageRequests: [(String, String, String?)] = [
    ("7.0", "1 --order 4", "order:4, mode:0xcc0(GFP_KERNEL), nodemask=(null)"),
    ("7.0", "1 --order 3", nil),
    ("7.0", "2000 --gfp GFP_ATOMIC", "order:0, mode:0x820(GFP_ATOMIC), nodemask=(null)"),
    ("6.1", "2000 --gfp GFP_ATOMIC", "order:0, mode:0xa20(GFP_ATOMIC), nodemask=(null)"),
    ("6.1", "2000 --gfp GFP_NOWAIT", "order:0, mode:0x800(GFP_NOWAIT), nodemask=(null)"),
    ("6.6", "2000 --gfp GFP_NOWAIT", nil),
    ("7.0", "1 --order 4 --gfp __GFP_NOWARN", nil),
    (
      "7.0", "1 --order 4 --zone dma32",
      "order:4, mode:0xcc4(GFP_KERNEL|GFP_DMA32), nodemask=(null)"
    ),
  ]

  /// What was made to fail is not complained of.
  @Test func injectedFailures() {
    let lines = log("inject alloc_page after=0\nalloc_pages 1 --order 5")
    #expect(lines.count == 2 && lines.allSatisfy { !$0.contains("page allocation failure") })
  }

  /// Functions go by the names that they had.
  @Test(arguments: [("6.1", "__alloc_pages_bulk"), ("6.12", "alloc_pages_bulk_noprof")])
  func functionsOfTheirTime(_ kernel: String, _ name: String) {
    #expect(log("boot --kernel \(kernel)\nvmalloc_node 4K 1").contains("RIP: 0010:\(name)"))
  }

  @Test(arguments: [("6.1", "__vmap_pages_range_noflush"), ("6.6", "vmap_pages_pte_range")])
  func messagesNameTheFunctionOfTheLog(_ kernel: String, _ name: String) {
    let result = run("boot --kernel \(kernel)\nP = alloc_pages 1\nvmap P,null")
    #expect(result.messages.contains("WARNING in \(name)"))
  }

  /// A BUG says itself why it is one.
  @Test func unknownLargeMappings() {
    let old = run("boot --kernel 6.1\nvm_unmap_ram 0xffffc90000400000 65")
    #expect(old.messages.contains("bug: no area") && !old.messages.contains("note:"))
  }
}
