import Testing

@testable import VMem

/// Misses of `load`: what a CPU remembers of its walks, and what makes it forget.
struct WalkTests {
  /// 2 MiB of addresses that a table of the last level has translated, and a huge leaf afterwards.
  @Test func aTableThatGoesIsForgotten() throws {
    let machine = try Machine(Configuration(cpus: 2))
    let start = machine.map.vmallocStart + 1 << 30
    var request = VmallocRequest(size: 2 << 20)
    request.align = 2 << 20
    request.start = start
    request.end = start + 4 << 20
    let small = try machine.mappings.vmalloc(request)
    for page in 0..<512 as Range<UInt64> { try machine.mmu.store(small + page << 12, page) }
    for page in 0..<512 as Range<UInt64> {
      #expect(try machine.mmu.load(small + page << 12) == page)
    }
    machine.expectSound("walks are remembered")
    try machine.mappings.vfree(small)
    try machine.drainLazyAreas()
    let tables = machine.counters.tables[1]
    request.flags = .allowHugeVmap
    let huge = try machine.mappings.vmalloc(request)
    #expect(huge == small)
    #expect(machine.counters.tables[1] == tables - 1)
    for page in 0..<512 as Range<UInt64> { try machine.mmu.store(huge + page << 12, page + 1000) }
    for page in 0..<512 as Range<UInt64> {
      #expect(try machine.mmu.load(huge + page << 12) == page + 1000)
    }
    machine.expectSound("after the table went")
  }

  /// The epoch's last value is followed by its first, and nothing old holds then.
  @Test func epochsBeginAgain() throws {
    let machine = try Machine(Configuration(cpus: 2))
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 8192))
    #expect(try machine.mmu.load(area) == 0)
    try machine.mmu.store(area, 7)
    var walks = 0
    TLB(current: machine.ram).forEachWalk { _, _ in walks += 1 }
    #expect(walks == 1)
    machine.ram[TLBState.ref].walkEpoch = 0x1f_ffff
    #expect(try machine.mmu.load(area + 4096) == 0)
    machine.expectSound("the last epoch")
    machine.ram.forgetWalks()
    #expect(machine.ram[TLBState.ref].walkEpoch == 1)
    TLB(current: machine.ram).forEachWalk { _, _ in walks += 1 }
    #expect(walks == 1)
    #expect(try machine.mmu.load(area) == 7)
    machine.expectSound("the first epoch")
  }
}
