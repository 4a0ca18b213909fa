import Testing

@testable import VMem

/// Areas with VM_FLUSH_RESET_PERMS leave the direct map as a kernel's does: split, and without the
/// global bit where their pages were.
struct ResetPermissionsTests {
  /// A machine after the area was freed, and the frames it had.
  private struct Freed: ~Copyable {
    let machine: Machine
    let pages: [UInt64]
  }

  private func freedArea(memory: UInt64) throws -> Freed {
    var configuration = Configuration()
    configuration.memory = memory
    let machine = try Machine(configuration)
    // Fill what lies under boot's small leaves, so that the area's pages lie under a large one.
    _ = try machine.allocatePages(count: 600)
    var request = VmallocRequest(size: 32 << 10)
    request.flags = .flushResetPerms
    let address = try machine.mappings.vmalloc(request)
    let pages = (0..<8).compactMap { machine.mappings.vmallocToPFN(address + $0 << 12) }
    try machine.mappings.vfree(address)
    return Freed(machine: machine, pages: pages)
  }

  @Test func pagesComeBackWithoutTheGlobalBit() throws {
    let freed = try freedArea(memory: 64 << 20)
    let pages = freed.pages
    #expect(pages.count == 8)
    for pfn in pages {
      let steps = freed.machine.mmu.walk(freed.machine.map.pageOffset + pfn << 12)
      let leaf = try #require(steps.last)
      #expect(leaf.level == .pte)
      #expect(leaf.entry.pfn == pfn)
      // Present, writable, accessed; clean until somebody writes.
      #expect(leaf.entry.bits & ~Entry.pfnMask == 0x8000_0000_0000_0023)
    }
    let violations = freed.machine.check()
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test func theRestOfASplitLeafStaysAsItWas() throws {
    let freed = try freedArea(memory: 64 << 20)
    let first = try #require(freed.pages.first) & ~511
    for pfn in first..<first + 512 where !freed.pages.contains(pfn) {
      let steps = freed.machine.mmu.walk(freed.machine.map.pageOffset + pfn << 12)
      let leaf = try #require(steps.last)
      #expect(leaf.entry == Entry(pfn: pfn, .kernel))
    }
    let counters = freed.machine.counters
    #expect(counters.directMap[0] == 4 << 20)
    #expect(counters.directMap[1] == 60 << 20)
  }

  @Test func theAreaIsPurgedAtOnce() throws {
    let freed = try freedArea(memory: 64 << 20)
    let counters = freed.machine.counters
    #expect(counters.lazyPages == 0)
    #expect(counters.busyAreas == 0)
  }

  @Test func leavesOfAGiBAreSplitTwice() throws {
    var configuration = Configuration()
    configuration.memory = 2 << 30
    let machine = try Machine(configuration)
    let before = machine.counters.tables
    machine.mappings.resetPermissions([300_000])
    let leaf = try #require(machine.mmu.walk(machine.map.pageOffset + 300_000 << 12).last)
    #expect(leaf.level == .pte && leaf.entry.pfn == 300_000)
    #expect(machine.counters.tables[1] == before[1] + 1)
    #expect(machine.counters.tables[2] == before[2] + 1)
    let neighbour = try #require(
      machine.mmu.walk(machine.map.pageOffset + 300_000 << 12 + 4 << 20).last)
    #expect(neighbour.level == .pmd && neighbour.entry.pfn == (300_000 + 1024) & ~511)
    let violations = machine.check()
    #expect(violations.isEmpty, "\(violations)")
  }

  /// From a module's text to its end: what CPUs remember of the old rights goes with the area.
  @Test func anAreaThatIsMarkedLaterIsPutRight() throws {
    let machine = try Machine(Configuration(memory: 64 << 20, cpus: 2))
    _ = try machine.allocatePages(count: 600)
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 8192))
    let found = machine.mappings.vmallocToPFN(area)
    let pfn = try #require(found)
    let direct = machine.map.pageOffset + pfn << 12
    // The guard page is a part of the area, and the page behind it is not.
    try machine.mappings.setVMFlushResetPerms(area + 8192)
    let got = refusal(of: { () throws(Refusal) in
      try machine.mappings.setVMFlushResetPerms(area + 12288)
    })
    #expect(got == Refusal(.errno(.ENOENT), .noAreaAtAddress, area + 12288))
    try machine.mappings.setMemoryRO(area, count: 2)
    try machine.mappings.setMemoryX(area, count: 2)
    for cpu in 0..<2 as Range<UInt64> {
      try machine.selectCPU(cpu)
      for address in [area, direct] { _ = try machine.mmu.load(address) }
    }
    #expect(machine.mmu.tlbCount(0) == 2 && machine.mmu.tlbCount(1) == 2)
    let flushes = machine.counters.flushes.full
    try machine.mappings.vfree(area)
    // One flush for the area and the direct map, which lie far apart.
    #expect(machine.counters.flushes.full == flushes + 1)
    #expect(machine.mmu.tlbCount(0) == 0 && machine.mmu.tlbCount(1) == 0)
    #expect(machine.counters.lazyPages == 0)
    try machine.mmu.store(direct, 5)
    #expect(machine.mmu.staleHits == 0)
    let leaf = machine.mmu.walk(direct).last
    // Written since, and not global.
    #expect(leaf?.entry == Entry(pfn: pfn, Protection(bits: 0x8000_0000_0000_0063)))
    let other = machine.mmu.walk(direct + 4096).last?.entry.bits ?? 0
    #expect(other & ~Entry.pfnMask == 0x8000_0000_0000_0023)
    machine.expectSound("put right")
  }

  /// Without the mark the pages go back to the allocator as they are.
  @Test func anAreaWithoutTheMarkLeavesReadOnlyPages() throws {
    let machine = try Machine(Configuration(memory: 64 << 20))
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 4096))
    let found = machine.mappings.vmallocToPFN(area)
    let direct = machine.map.pageOffset + (try #require(found)) << 12
    try machine.mappings.setMemoryRO(area, count: 1)
    try machine.mappings.vfree(area)
    let got = refusal(of: { () throws(Refusal) in try machine.mmu.store(direct, 5) })
    #expect(got == Refusal(.fault, .readOnly, direct))
    machine.expectSound("left read-only")
  }
}
