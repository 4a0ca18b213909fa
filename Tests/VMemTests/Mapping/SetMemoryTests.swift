import Testing

@testable import VMem

/// What set_memory_* changes, splits, flushes and refuses.
struct SetMemoryTests {
  /// A frame in the first 2 MiB, which boot maps with 4 KiB leaves, and a large leaf behind them.
  private static let small: UInt64 = 0xffff_8880_0012_0000
  private static let large: UInt64 = 0xffff_8880_0040_0000

  private static func machine(
    memory: UInt64 = 64 << 20, kernel: KernelVersion = .v6_18
  ) throws -> Machine {
    try Machine(Configuration(memory: memory, cpus: 2, switches: kernel.switches))
  }

  /// Attributes of the leaf that an address has.
  private static func attributes(_ machine: borrowing Machine, _ address: UInt64) -> UInt64 {
    (machine.mmu.walk(address).last?.entry.bits ?? 0) & ~Entry.pfnMask
  }

  private static func level(_ machine: borrowing Machine, _ address: UInt64) -> Level? {
    machine.mmu.walk(address).last?.level
  }

  private static func alias(_ machine: borrowing Machine, _ address: UInt64) throws -> UInt64 {
    let pfn = machine.mappings.vmallocToPFN(address)
    return machine.map.pageOffset + (try #require(pfn)) << 12
  }

  @Test(arguments: [(KernelVersion.v6_1, 0x63 as UInt64), (.v6_6, 0x23), (.v7_2, 0x23)])
  func bothMappingsFollow(_ kernel: KernelVersion, _ rights: UInt64) throws {
    let machine = try Self.machine(kernel: kernel)
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 16 << 10))
    let direct = try Self.alias(machine, area)
    try machine.mmu.store(area, 7)
    try machine.mmu.store(direct + 8, 8)
    try machine.mappings.setMemoryRO(area, count: 4)
    #expect(machine.mmu.tlbCount(0) == 0)
    for address in [area, direct] {
      #expect(
        Self.attributes(machine, address) == 0x8000_0000_0000_0100 | rights & ~Entry.writable)
      let word = try machine.mmu.load(address)
      #expect(word == 7)
      let got = refusal(of: { () throws(Refusal) in try machine.mmu.store(address, 9) })
      #expect(got == Refusal(.fault, .readOnly, address))
    }
    machine.expectSound("read-only")
    try machine.mappings.setMemoryRW(area, count: 4)
    #expect(machine.mmu.tlbCount(0) == 0)
    #expect(Self.attributes(machine, area) == 0x8000_0000_0000_0100 | rights)
    // The first write through a mapping leaves its mark there, and only there.
    _ = try machine.mmu.load(area)
    #expect(Self.attributes(machine, area) == 0x8000_0000_0000_0100 | rights)
    try machine.mmu.store(area, 10)
    try machine.mmu.store(area, 11)
    #expect(Self.attributes(machine, area) == 0x8000_0000_0000_0163)
    #expect(Self.attributes(machine, direct) == 0x8000_0000_0000_0100 | rights)
    let word = try machine.mmu.load(direct)
    #expect(word == 11)
    machine.expectSound("writable again")
  }

  @Test func pagesAreFlushedOneByOneUpToTheCeiling() throws {
    let machine = try Self.machine()
    for (count, full) in [(1, 0), (33, 0), (34, 1)] as [(UInt64, UInt64)] {
      _ = try machine.mmu.load(Self.small)
      _ = try machine.mmu.load(Self.small + 40 << 12)
      let before = machine.counters.flushes
      try machine.mappings.setMemoryRO(Self.small, count: count)
      let after = machine.counters.flushes
      #expect(after.full - before.full == full)
      #expect(after.ranges - before.ranges == 1 - full)
      #expect(after.pages - before.pages == (full == 0 ? count : 0))
      // The other page's entry goes only with everything.
      #expect(machine.mmu.tlbCount(0) == (full == 0 ? 1 : 0))
      try machine.mappings.setMemoryRW(Self.small, count: count)
    }
  }

  @Test func nothingIsFlushedWhereNothingChanges() throws {
    let machine = try Self.machine()
    let before = machine.counters.flushes
    try machine.mappings.setMemoryRW(Self.small, count: 100)
    try machine.mappings.setMemoryNX(Self.large, count: 3)
    try machine.mappings.setMemoryRO(Self.small, count: 0)
    // The count is an int.
    try machine.mappings.setMemoryRO(Self.small, count: 1 << 32)
    #expect(machine.counters.flushes.full == before.full)
    #expect(machine.counters.flushes.ranges == before.ranges)
    #expect(Self.attributes(machine, Self.small) == Protection.kernel.bits)
    #expect(Self.level(machine, Self.large) == .pmd)
    machine.expectSound("nothing changed")
  }

  @Test func mappingsWithAnAliasFlushEverything() throws {
    let machine = try Self.machine()
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 4096))
    _ = try machine.mmu.load(Self.small)
    let before = machine.counters.flushes
    try machine.mappings.setMemoryX(area, count: 1)
    #expect(machine.counters.flushes.full == before.full + 1)
    #expect(machine.mmu.tlbCount(0) == 0)
    // The right to execute is not the direct map's.
    #expect(Self.attributes(machine, area) & Entry.noExecute == 0)
    let direct = try Self.alias(machine, area)
    #expect(Self.attributes(machine, direct) & Entry.noExecute != 0)
    #expect(machine.warnings == 1)
    try machine.mappings.setMemoryNX(area, count: 1)
    #expect(Self.attributes(machine, area) == Protection.kernel.bits)
    #expect(machine.warnings == 1)
    machine.expectSound("x and nx")
  }

  @Test func anOldKernelLooksForNoAliasOfNX() throws {
    let machine = try Self.machine(kernel: .v6_1)
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 8192))
    let before = machine.counters.flushes
    // Passes over the guard page and what lies behind it.
    try machine.mappings.setMemoryX(area, count: 1 << 20)
    #expect(machine.counters.flushes.full == before.full + 1)
    try machine.mappings.setMemoryNX(area, count: 3)
    #expect(machine.counters.flushes.full == before.full + 1)
    #expect(machine.counters.flushes.pages == before.pages + 3)
    let got = refusal(of: { () throws(Refusal) in try machine.mappings.setMemoryX(area, count: .max)
    })
    #expect(got == Refusal(.bug, .neverEnds, .max))
    #expect(Self.attributes(machine, area) == Protection.kernel.bits)
  }

  @Test func largeLeavesStayWholeOrAreSplit() throws {
    let machine = try Self.machine()
    let before = machine.counters
    let flushes = before.flushes.full
    try machine.mappings.setMemoryRO(Self.large, count: 512)
    #expect(Self.level(machine, Self.large) == .pmd)
    #expect(Self.attributes(machine, Self.large) == 0x8000_0000_0000_01a1)
    #expect(machine.counters.directMap[1] == before.directMap[1])
    #expect(machine.counters.flushes.full == flushes + 1)
    try machine.mappings.setMemoryRW(Self.large + 4096, count: 511)
    #expect(Self.level(machine, Self.large) == .pte)
    #expect(Self.attributes(machine, Self.large) == 0x8000_0000_0000_0121)
    #expect(Self.attributes(machine, Self.large + 4096) == 0x8000_0000_0000_0123)
    let after = machine.counters
    #expect(after.directMap[0] == before.directMap[0] + 2 << 20)
    #expect(after.directMap[1] == before.directMap[1] - 2 << 20)
    #expect(after.freeFrames == before.freeFrames - 1)
    #expect(after.tables[1] == before.tables[1] + 1)
    #expect(after.accountedTables == before.accountedTables)
    // The split flushes everything, and so does the change of more than 33 pages.
    #expect(after.flushes.full == flushes + 3)
    machine.expectSound("split")
  }

  @Test func aRangeOverSeveralLeavesSplitsItsEndsOnly() throws {
    let machine = try Self.machine(memory: 2 << 30)
    let start = machine.map.pageOffset + 1 << 30 - 4096
    let before = machine.counters
    // The last page of 1 GiB, two leaves below the next entry, and a page of the third.
    try machine.mappings.setMemoryRO(start, count: 1 + 1024 + 1)
    let after = machine.counters
    #expect(after.directMap[2] == before.directMap[2] - 1 << 30)
    #expect(after.tables[2] == before.tables[2] + 1)
    #expect(after.tables[1] == before.tables[1] + 2)
    #expect(Self.level(machine, start + 4096) == .pmd)
    #expect(Self.level(machine, start + 4096 + 4 << 20) == .pte)
    #expect(Self.level(machine, start + 4096 + 6 << 20) == .pmd)
    machine.expectSound("three leaves")
  }

  @Test func largeLeavesOfVmallocFollowTheSameRule() throws {
    let machine = try Self.machine()
    var request = VmallocRequest(size: 4 << 20)
    request.flags = .allowHugeVmap
    let area = try machine.mappings.vmalloc(request)
    let direct = try Self.alias(machine, area)
    let before = machine.counters
    try machine.mappings.setMemoryRO(area, count: 512)
    #expect(Self.level(machine, area) == .pmd && Self.level(machine, direct) == .pmd)
    #expect(Self.attributes(machine, direct) & Entry.writable == 0)
    #expect(machine.counters.tables[1] == before.tables[1])
    try machine.mappings.setMemoryRO(area + 2 << 20, count: 1)
    #expect(Self.level(machine, area + 2 << 20) == .pte)
    let second = try Self.alias(machine, area + 2 << 20)
    #expect(Self.level(machine, second) == .pte)
    #expect(machine.counters.tables[1] == before.tables[1] + 2)
    #expect(machine.counters.directMap[1] == before.directMap[1] - 2 << 20)
    machine.expectSound("split")
    try machine.mappings.vfree(area)
    try machine.unmapAliases()
    machine.expectSound("freed")
  }

  @Test func holesEndACall() throws {
    let machine = try Self.machine()
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 8192))
    let flushes = machine.counters.flushes.full
    let first = refusal(of: { () throws(Refusal) in
      try machine.mappings.setMemoryRO(area - 4096, count: 3)
    }
    )
    #expect(first == Refusal(.errno(.EFAULT), .notMapped, area - 4096, 5))
    #expect(Self.attributes(machine, area) == Protection.kernel.bits)
    #expect(machine.counters.flushes.full == flushes)
    #expect(machine.warnings == 1)
    let last = refusal(of: { () throws(Refusal) in try machine.mappings.setMemoryX(area, count: 3) }
    )
    #expect(last == Refusal(.errno(.EFAULT), .notMapped, area + 8192, 1))
    #expect(Self.attributes(machine, area + 4096) & Entry.noExecute == 0)
    #expect(machine.counters.flushes.full == flushes + 1)
    let low = refusal(of: { () throws(Refusal) in try machine.mappings.setMemoryRO(0, count: 1) })
    #expect(low?.outcome == .errno(.EFAULT))
    machine.expectSound("holes")
  }

  /// A negative count goes on to the first hole: here the end of the direct map.
  @Test func aNegativeCountIsAVeryLargeOne() throws {
    let machine = try Self.machine()
    let end = machine.map.pageOffset + 64 << 20
    let got = refusal(of: { () throws(Refusal) in
      try machine.mappings.setMemoryRO(Self.large, count: .max)
    }
    )
    #expect(got == Refusal(.errno(.EFAULT), .notMapped, end, 2))
    #expect(Self.attributes(machine, end - 4096) & Entry.writable == 0)
    #expect(Self.attributes(machine, Self.large - 4096) & Entry.writable != 0)
    machine.expectSound("all read-only")
    let all = (64 << 20 - 4 << 20) >> 12 as UInt64
    try machine.mappings.setMemoryRW(Self.large, count: all)
    #expect(machine.counters.directMap[1] == 62 << 20)
  }

  @Test func unalignedAddressesAreRoundedDownWithAWarningOnce() throws {
    let machine = try Self.machine()
    try machine.mappings.setMemoryRO(Self.small + 1, count: 1)
    #expect(Self.attributes(machine, Self.small) & Entry.writable == 0)
    #expect(Self.attributes(machine, Self.small + 4096) & Entry.writable != 0)
    let end = machine.log.end
    try machine.mappings.setMemoryRO(Self.small + 4095, count: 0)
    #expect(machine.warnings == 2)
    #expect(machine.log.end == end)
  }

  @Test func noMemoryForATable() throws {
    let machine = try Self.machine(memory: 16 << 20)
    _ = try machine.allocatePages(count: machine.counters.freeFrames - 100)
    while refusal(of: { () throws(Refusal) in try machine.allocatePages(count: 1) }) == nil {}
    let got = refusal(of: { () throws(Refusal) in
      try machine.mappings.setMemoryRO(Self.large, count: 513)
    })
    let next = Self.large + 2 << 20
    #expect(got == Refusal(.errno(.ENOMEM), .noTableMemory, next, 1))
    // What came before stays, and everything is flushed.
    #expect(Self.attributes(machine, Self.large) & Entry.writable == 0)
    #expect(Self.level(machine, next) == .pmd)
    #expect(machine.counters.flushes.full == 1)
    machine.expectSound("no memory")
  }

  @Test func whatWaitsIsPurgedFirst() throws {
    let machine = try Self.machine()
    try machine.mappings.vfree(try machine.mappings.vmalloc(VmallocRequest(size: 4096)))
    #expect(machine.counters.lazyPages > 0)
    try machine.mappings.setMemoryRO(Self.small, count: 0)
    #expect(machine.counters.lazyPages == 0)
  }

  /// Where the mapping that was asked for has the rights already, the direct map changes and nobody
  /// flushes: a kernel looks only at the former.
  @Test func anAliasThatChangesAloneIsNotFlushed() throws {
    let machine = try Self.machine()
    let set = try machine.allocatePages(count: 1)
    let direct = machine.map.pageOffset + machine.frameNumbers(of: set)[0] << 12
    try machine.mappings.setMemoryRO(direct, count: 1)
    try machine.mappings.setMemoryRW(direct, count: 1)
    let area = try machine.mappings.vmap(
      machine.frameNumbers(of: set), count: 1, flags: .map, protection: .kernelReadOnly)
    try machine.mmu.store(direct, 1)
    let flushes = machine.counters.flushes
    try machine.mappings.setMemoryRO(area, count: 1)
    #expect(machine.counters.flushes.full == flushes.full)
    #expect(machine.counters.flushes.ranges == flushes.ranges)
    #expect(Self.attributes(machine, direct) & Entry.writable == 0)
    var bytes = InlineArray<1, UInt8>(repeating: 2)
    try machine.mmu.write(direct, bytes.span)
    #expect(machine.mmu.staleHits == 1)
    machine.expectSound("stale")
    bytes[0] = 3
    try machine.mappings.setMemoryRO(direct + 4096, count: 34)
    let got = refusal(of: { () throws(Refusal) in try machine.mmu.write(direct, bytes.span) })
    #expect(got == Refusal(.fault, .readOnly, direct))
  }

  @Test func devicesHaveNoAlias() throws {
    let machine = try Self.machine()
    let device = try machine.mappings.ioremap(0xfed0_0000, size: 8192, mode: .uncachedMinus)
    let before = machine.counters.flushes
    try machine.mappings.setMemoryRO(device, count: 2)
    #expect(machine.counters.flushes.pages == before.pages + 2)
    #expect(machine.counters.flushes.full == before.full)
    machine.expectSound("device")
  }

  @Test func contexts() throws {
    let machine = try Self.machine()
    machine.context = .softirq
    try machine.mappings.setMemoryRO(Self.small, count: 1)
    #expect(machine.warnings == 1)
    for context in [ExecutionContext.irq, .nmi] {
      machine.context = context
      let got = refusal(of: { () throws(Refusal) in
        try machine.mappings.setMemoryRW(Self.small, count: 1)
      })
      #expect(got == Refusal(.bug, .inInterrupt, UInt64(context.rawValue)))
    }
    #expect(Self.attributes(machine, Self.small) & Entry.writable == 0)
  }

  @Test func everyPageThatBecomesWritableAndExecutableIsAWarning() throws {
    let machine = try Self.machine()
    let logged = machine.log.end
    try machine.mappings.setMemoryX(Self.small, count: 2)
    #expect(machine.warnings == 2)
    #expect(machine.log.end == logged + 1)
    #expect(
      machine.log[logged].message == KernelMessage.cpaWritableExecutable.rawValue
        && machine.log[logged].c == Self.small)
    try machine.mappings.setMemoryRO(Self.small, count: 2)
    try machine.mappings.setMemoryRW(Self.small, count: 1)
    #expect(machine.warnings == 3)
    try machine.mappings.setMemoryX(Self.large, count: 512)
    #expect(machine.warnings == 4)
  }
}
