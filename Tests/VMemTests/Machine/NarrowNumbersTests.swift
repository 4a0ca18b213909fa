import Testing

@testable import VMem

/// Numbers that are wider than what the kernel's parameters, or an entry, have room for.
struct NarrowNumbersTests {
  private static let wide: UInt64 = 1 << 32

  @Test func vmUnmapRAMTakesAnUnsignedInt() throws {
    let machine = try Machine(Configuration(memory: 16 << 20))
    let pages = machine.frameNumbers(of: try machine.allocatePages(count: 70))
    let mapped = try machine.mappings.vmMapRAM(Array(pages[0..<3]))
    // More than a block gives at once: a kernel would free the block's area under it.
    #expect(
      refusal(of: { () throws(Refusal) in try machine.mappings.vmUnmapRAM(mapped, count: 65) })?
        .rule
        == .moreThanHandedOut)
    #expect(
      refusal(of: { () throws(Refusal) in try machine.mappings.vmUnmapRAM(mapped, count: Self.wide)
      })?.rule
        == .zeroPages)
    try machine.mappings.vmUnmapRAM(mapped, count: Self.wide + 3)
    let own = try machine.mappings.vmMapRAM(Array(pages[0..<66]))
    try machine.mappings.vmUnmapRAM(own, count: Self.wide + 66)
    try machine.unmapAliases()
    machine.expectSound("after wide counts")
  }

  @Test func vmapTakesAnUnsignedInt() throws {
    let machine = try Machine(Configuration(memory: 16 << 20))
    let pages = machine.frameNumbers(of: try machine.allocatePages(count: 2))
    let area = try machine.mappings.vmap(pages, count: Self.wide + 2, flags: .map)
    #expect(machine.vmAreas.findVMArea(area)?.size == 8192)
    #expect(
      refusal(of: { () throws(Refusal) in
        try machine.mappings.vmap(pages, count: Self.wide, flags: .map)
      })?.rule == .sizeRoundsToZero)
    machine.expectSound("after wide counts")
  }

  /// An entry has 40 bits of a frame number; what is more is cut, and may lead to RAM.
  @Test func vmapPFNCutsFrameNumbers() throws {
    let machine = try Machine(Configuration(memory: 24 << 20))
    let page = machine.frameNumbers(of: try machine.allocatePages(count: 1))[0]
    try machine.mmu.write(machine.map.pageOffset + page << 12, ([1, 2, 3] as [UInt8]).span)
    let area = try machine.mappings.vmapPFN(1 << 47 | page, count: Self.wide + 1)
    #expect(machine.mappings.vmallocToPFN(area) == page)
    var read: [UInt8] = []
    try machine.mmu.read(area, count: 3) { part in
      for at in part.indices { read.append(part[at]) }
    }
    #expect(read == [1, 2, 3])
    _ = try machine.mappings.vmapPFN(1 << 47, count: 4096)
    machine.expectSound("RAM mapped by cut numbers", hasStaleEntries: true)
    #expect(
      refusal(of: { () throws(Refusal) in try machine.mappings.vmapPFN(page, count: 1) })?.rule
        == .frameHasStructPage)
    try machine.mappings.vunmap(area)
    try machine.unmapAliases()
    machine.expectSound("after", hasStaleEntries: true)
  }

  @Test func ordersAreUnsignedInts() throws {
    let machine = try Machine(Configuration(memory: 16 << 20))
    let set = try machine.allocatePages(count: 1, order: Self.wide + 2)
    #expect(machine.pageSets.pageSet(set).count == 4)
  }
}
