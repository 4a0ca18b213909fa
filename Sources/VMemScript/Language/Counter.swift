internal import VMem
internal import VMemViews

/// A number that a view shows, as `assert` and `let` name it.
struct Counter {
  let name: StaticString
  let meaning: StaticString
  let value: (borrowing Machine, Counters) -> UInt64

  static var all: [Counter] {
    [
      Counter(name: "machine.total", meaning: "pages of RAM") { _, c in c.totalFrames },
      Counter(name: "machine.managed", meaning: "pages the allocator has") { _, c in
        c.managedFrames
      },
      Counter(name: "machine.free", meaning: "pages that are free") { _, c in c.freeFrames },
      Counter(name: "machine.slab", meaning: "pages in slabs") { _, c in c.slabFrames },
      Counter(name: "machine.clock", meaning: "writing verbs, and calls of test_vmalloc") { m, _ in
        m.clock
      },
      Counter(name: "machine.warnings", meaning: "WARNs since boot") { m, _ in m.warnings },
      Counter(name: "machine.injected", meaning: "failures injected since boot") { m, _ in
        m.injectedFailures
      },
      Counter(name: "machine.cpu", meaning: "the current CPU") { m, _ in UInt64(m.cpu) },
      Counter(name: "pagetables.pte", meaning: "PTE tables") { _, c in table(c, 1) },
      Counter(name: "pagetables.pmd", meaning: "PMD tables") { _, c in table(c, 2) },
      Counter(name: "pagetables.pud", meaning: "PUD tables") { _, c in table(c, 3) },
      Counter(name: "pagetables.p4d", meaning: "P4D tables (0 with 4 levels)") { m, c in
        m.map.levels == 5 ? table(c, 4) : 0
      },
      Counter(name: "pagetables.pgd", meaning: "top tables: 1") { m, c in table(c, m.map.levels) },
      Counter(name: "pagetables.total", meaning: "tables of all levels") { _, c in
        c.tables.reduce(0, +)
      },
      Counter(name: "machine.kernel_stack", meaning: "kB of stacks (nr_kernel_stack)") { m, _ in
        m.stacks.stackStatistics.kernel
      },
      Counter(
        name: "machine.stack_faults",
        meaning: "kB of them that faults have mapped (nr_dynamic_stacks_faults)"
      ) { m, _ in m.stacks.stackStatistics.faults },
      Counter(name: "machine.stash", meaning: "pages in the current CPU's stash") { m, _ in
        UInt64(m.stacks.stackStash(ofCPU: m.cpu).count { $0.pfn != nil && !$0.isTaken })
      },
      Counter(name: "pagetables.stale", meaning: "entries that map_audit lists") { m, _ in
        stale(m) { _ in true }
      },
      Counter(name: "pagetables.stale_free", meaning: "those of them that lead to free frames") {
        m, _ in
        stale(m) { if case .free = $0 { true } else { false } }
      },
      Counter(name: "pagetables.stale_reused", meaning: "those whose frames others have by now") {
        m, _ in
        stale(m) { if case .reused = $0 { true } else { false } }
      },
      Counter(name: "machine.largest_hole", meaning: "bytes of the largest hole of vmalloc space") {
        m, _ in
        holes(m).largest
      },
      Counter(
        name: "machine.fragmentation",
        meaning: "thousandths of the free vmalloc space that its largest hole lacks"
      ) { m, _ in holes(m).fragmentation },
      Counter(name: "areas.busy", meaning: "areas that live") { _, c in c.busyAreas },
      Counter(name: "areas.lazy", meaning: "freed areas that wait for a purge") { _, c in
        c.lazyAreas
      },
      Counter(name: "areas.lazy_pages", meaning: "their pages, guard pages included") { _, c in
        c.lazyPages
      },
      Counter(name: "areas.lazy_max", meaning: "lazy pages that start a drain") { _, c in
        c.lazyMaximumPages
      },
      Counter(name: "areas.free", meaning: "blocks of free address space") { _, c in c.freeBlocks },
      Counter(name: "tlb.flushes", meaning: "flushes: page by page, and of everything") { _, c in
        c.flushes.ranges + c.flushes.full
      },
      Counter(name: "tlb.full", meaning: "flushes of everything") { _, c in c.flushes.full },
      Counter(name: "tlb.pages", meaning: "pages flushed one by one") { _, c in c.flushes.pages },
      Counter(name: "tlb.hits", meaning: "accesses that an entry of the TLB served") { m, _ in
        m.tlbHits
      },
      Counter(name: "tlb.fills", meaning: "translations taken from the tables") { m, _ in
        m.tlbFills
      },
      Counter(name: "tlb.stale", meaning: "accesses by entries the tables no longer have") { m, _ in
        m.mmu.staleHits
      },
      Counter(name: "machine.faults", meaning: "faults that programs' mappings were asked to serve")
      {
        m, _ in m.faults
      },
    ]
  }

  /// What helps who has said a counter's name without its group: `machine.faults` for `faults`.
  static func hint(for word: String) -> String? {
    let names = all.map { "\($0.name)" }
    func ending(_ word: String) -> [String] { names.filter { $0.hasSuffix("." + word) } }
    var meant = ending(word == "pgfault" ? "faults" : word)
    if meant.isEmpty, word.utf8.count > 3,
      let near = nearest(
        to: word, of: names.compactMap { $0.split(separator: ".").last.map(String.init) })
    {
      meant = ending(near)
    }
    return meant.isEmpty ? nil : "the counter is \(meant.joined(separator: ", or "))"
  }

  private static func holes(_ machine: borrowing Machine) -> HoleSummary {
    var summary = HoleSummary()
    let (first, last) = (machine.map.vmallocStart, machine.map.vmallocEnd)
    machine.vmAreas.forEachFreeBlock { start, end in
      let (from, to) = (max(start, first), min(end &- 1, last))
      if from <= to { summary.add(to - from + 1) }
    }
    return summary
  }

  private static func stale(
    _ machine: borrowing Machine, _ isCounted: (StaleMapping.Now) -> Bool
  ) -> UInt64 {
    var count: UInt64 = 0
    machine.mmu.forEachStaleMapping { if isCounted($0.now) { count += 1 } }
    return count
  }

  private static func table(_ counters: Counters, _ depth: Int) -> UInt64 {
    depth < counters.tables.count ? counters.tables[depth] : 0
  }
}
