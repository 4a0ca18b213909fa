import Testing

@testable import VMemScript

/// Single cases of the mapping calls, as scripts: what is answered, and what the log says.
struct MappingCaseTests {
  private func answers(_ script: String) -> Transcript {
    run(script) { $0.keepGoing = true }
  }

  @Test(arguments: ["irq", "nmi"], ["ioremap", "ioremap_wc", "ioremap_cache"])
  func mappingADeviceInAnInterruptIsABug(_ context: String, _ verb: String) {
    let ran = answers("boot --memory 64M\ncontext \(context)\n\(verb) 0x80000000 4K\n")
    #expect(ran.lines.last == "BUG")
    #expect(answers("boot --memory 64M\n\(verb) 0x80000000 4K\n").exit == .success)
  }

  @Test func unmappingASparseAreaMaySleep() {
    let premise = """
      boot --memory 64M
      P = alloc_pages 2
      s = get_vm_area 64K --flags sparse
      vm_area_map_pages s s..s+4K P[0]

      """
    let ran = answers(premise + "context atomic\nvm_area_unmap_pages s s..s+4K\ndmesg\n")
    #expect(ran.exit == .unexpectedWarning)
    #expect(
      ran.output.contains(
        "BUG: sleeping function called from invalid context at vm_area_unmap_pages"))
    #expect(answers(premise + "vm_area_unmap_pages s s..s+4K\n").exit == .success)
  }

  /// The kernel's loop steps in pages from the start, and only has to meet the end.
  @Test func unalignedRangesAreAppliedAsFarAsTheLoopEnds() {
    let premise = "boot --memory 64M\ns = get_vm_area 4M --flags sparse\n"
    func last(_ line: String) -> String { answers(premise + line + "\n").lines.last ?? "" }
    #expect(last("apply_to_page_range s+1..s+4097 --fn none") == "0")
    #expect(last("apply_to_page_range s+1..s+4096 --fn none") == "BUG")
    #expect(last("apply_to_page_range s+2M+1-4K..s+2M+1 --fn none") == "BUG")
    // Where there is no table, there is no loop.
    #expect(last("apply_to_existing_page_range s+1..s+100") == "0")
    #expect(last("populate s..s+4K\napply_to_existing_page_range s+1..s+100") == "BUG")
  }

  @Test(arguments: [
    ("vmalloc 65M", "0xcc0(GFP_KERNEL)"), ("vzalloc 65M", "0xdc0(GFP_KERNEL|__GFP_ZERO)"),
    ("vmalloc_user 65M", "0xdc0(GFP_KERNEL|__GFP_ZERO)"),
    ("vmalloc_32 65M", "0xcc4(GFP_KERNEL|GFP_DMA32)"),
    ("vmalloc --gfp GFP_ATOMIC 65M", "0x820(GFP_ATOMIC)"),
  ])
  func messagesNameWhatTheRequestMayDo(_ line: String, _ mode: String) {
    let ran = answers("boot --memory 64M\n\(line)\ndmesg\n")
    #expect(
      ran.lines.last?.hasSuffix("exceeds total pages, mode:\(mode), nodemask=(null)") == true)
  }

  @Test func requestsThatMustNotWarnDoNot() {
    let line = "vmalloc --gfp GFP_NOWAIT 65M\ndmesg\n"
    #expect(answers("boot --memory 64M\n" + line).lines.count == 2)
    #expect(answers("boot --memory 64M --kernel 6.1\n" + line).output.contains("0x800(GFP_NOWAIT)"))
  }

  /// The first attempt of vmalloc_huge has got the only hole and not enough memory.
  @Test func whatAFailedAttemptHasGotIsGivenBackLater() {
    func last(_ option: String) -> String? {
      answers(
        """
        boot --memory 64M \(option)
        P = alloc_pages 15800
        free_pages P[0..15000/2]
        a = vmalloc_huge 2M --range 0xffffc90000000000..0xffffc90000201000

        """
      ).lines.last
    }
    #expect(last("") == "0xffffc90000000000")
    #expect(last("--with deferred_cleanup") == "NULL")
    #expect(last("--kernel 6.12") == "0xffffc90000000000")
    #expect(last("--kernel 6.12 --with deferred_cleanup") == "NULL")
  }

  @Test(arguments: [("6.1", 0, 0), ("6.12", 256, 256), ("6.18", 256, 384)])
  func tablesCountAsTheKernelCountsThem(_ kernel: String, _ fresh: Int, _ populated: Int) {
    let ran = answers(
      """
      boot --kernel \(kernel) --memory 64M
      meminfo
      populate 0xffffc90000000000..+62M
      meminfo

      """)
    let rows = ran.lines.filter { $0.hasPrefix("PageTables:") }
      .compactMap { Int($0.split(separator: " ")[1]) }
    // The area's PMD page counts everywhere.
    #expect(rows == [fresh, populated + 4 - (kernel == "6.18" ? 4 : 0)], "\(rows)")
  }

  @Test func silentUnmappingsSaySo() {
    #expect(answers("boot --kernel 6.6\niounmap 0x1000\n").messages.contains("note:"))
    #expect(answers("d = ioremap 0xfed00000 4K\niounmap d\n").messages == "")
  }

  @Test func wrongRangesOfADeviceAreNamed() {
    let ran = answers(
      """
      boot --memory 64M
      s = get_vm_area 16K
      ioremap_page_range s..s+16K 0x80000000
      d = get_vm_area 16K --flags ioremap
      ioremap_page_range d..d+4K 0x80000000
      dmesg

      """)
    #expect(ran.output.contains("vm_area at addr ffffc90000000000 is not marked as VM_IOREMAP\n"))
    #expect(
      ran.output.contains(
        "ioremap request [ffffc90000008000,ffffc90000009000) doesn't match vm_area "
          + "[ffffc90000008000, ffffc9000000c000)\n"))
  }

  /// A kernel looks at the first address alone: what begins below 2^40 may end behind it.
  @Test(arguments: ["ioremap 0xfffffff000 8K", "ioremap 0x100000000 16T"])
  func ioremapAcrossTheEndOfPhysicalAddresses(_ line: String) {
    let result = run(
      "c = \(line)\ncheck\niounmap c\ncheck\nexpect NULL,warn ioremap 0x10000000000 4K\n")
    #expect(result.exit == .success, "\(result.messages)")
  }
}
