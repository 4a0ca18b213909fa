import Testing

@testable import VMem

/// User address spaces, and pages of vmalloc areas in them.
struct UserSpaceTests {
  private static func machine(levels: Int = 4) throws -> Machine {
    try Machine(Configuration(memory: 64 << 20, cpus: 2, levels: levels))
  }

  private static func area(
    _ machine: borrowing Machine, _ size: UInt64 = 16 << 10, flags: VMFlags = .usermap
  ) throws -> UInt64 {
    var request = VmallocRequest(size: size)
    request.flags = flags
    return try machine.mappings.vmalloc(request)
  }

  @Test(arguments: [4, 5])
  func placesGoDownFromMmapBase(_ levels: Int) throws {
    let machine = try Self.machine(levels: levels)
    let mm = try machine.users.allocateMM()
    let base: UInt64 = 0x7fff_f7ff_f000
    let first = try machine.mapDevice(mm, length: 1)
    #expect(first == base - 4096)
    let second = try machine.mapDevice(mm, length: 8192)
    #expect(second == base - 12288)
    // A hint is rounded down, and taken only where nothing is; low ones are raised.
    let hinted = try machine.mapDevice(mm, length: 4096, hint: 0x40_0fff)
    #expect(hinted == 0x40_0000)
    let taken = try machine.mapDevice(mm, length: 8192, hint: 0x3f_f000)
    #expect(taken == base - 20480)
    let low = try machine.mapDevice(mm, length: 4096, hint: 4096)
    #expect(low == 0x10000)
    try machine.users.munmap(mm, second, length: 8192)
    // The highest hole that is large enough.
    let again = try machine.mapDevice(mm, length: 4096)
    #expect(again == base - 8192)
    machine.expectSound("placed")
    try machine.users.putMM(mm)
    machine.expectSound("put")
  }

  /// A new address space has nothing but the kernel, whatever was in its frame.
  @Test(arguments: [4, 5])
  func newTopTablesAreClean(_ levels: Int) throws {
    let machine = try Self.machine(levels: levels)
    for _ in 0..<3 {
      let pages = machine.frameNumbers(of: try machine.allocatePages(count: 64))
      for pfn in pages {
        try machine.mmu.fill(machine.map.pageOffset + UInt64(pfn) << 12, count: 4096, byte: 0xff)
      }
      try machine.pageSets.freePages(pages)
      let spaces = try (0..<48).map { _ in try machine.users.allocateMM() }
      for mm in spaces {
        let top = try machine.users.userTables(mm).top
        for index in 0..<Level.entries {
          let expected =
            index < Level.userEntries
            ? .none : machine.ram[table: machine.mmu.tables.top, index]
          try #require(machine.ram[table: top, index] == expected, "entry \(index)")
        }
      }
      machine.expectSound("48 spaces")
      for mm in spaces { try machine.users.putMM(mm) }
    }
  }

  @Test func lengths() throws {
    let machine = try Self.machine()
    let mm = try machine.users.allocateMM()
    func refused(_ length: UInt64, hint: UInt64 = 0) -> Refusal? {
      refusal(of: { () throws(Refusal) in try machine.mapDevice(mm, length: length, hint: hint) })
    }
    #expect(refused(0) == Refusal(.errno(.EINVAL), .zeroLength))
    #expect(refused(.max) == Refusal(.errno(.ENOMEM), .noUserRoom, .max))
    let all = machine.map.taskSize
    #expect(refused(all + 1)?.rule == .noUserRoom)
    #expect(refused(all)?.rule == .noUserRoom)
    // Below mmap_base, else above a third of the addresses.
    let most = AddressMap.mmapBase - AddressMap.mmapMinimum
    #expect(refused(most + 1)?.rule == .noUserRoom)
    let start = try machine.mapDevice(mm, length: most)
    #expect(start == AddressMap.mmapMinimum)
    let above = try machine.mapDevice(mm, length: 4096)
    #expect(above == AddressMap.mmapBase)
    let space = try machine.users.userSpace(at: mm)
    machine.ram[space].count = UserSpace.maximumCount + 1
    #expect(refused(4096)?.rule == .tooManyMappings)
    machine.ram[space].count = 2
    let known = refusal(of: { () throws(Refusal) in try machine.mapDevice(mm + 16, length: 1) })
    #expect(known == Refusal(.errno(.ENOENT), .noUserSpace, mm + 16))
  }

  @Test func pagesOfAnAreaAreInsertedAndGoneAgain() throws {
    let machine = try Self.machine()
    let area = try Self.area(machine)
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    let user = try machine.mapDevice(mm, length: 8192)
    for page in 0..<4 as Range<UInt64> { try machine.mmu.store(area + page << 12, page) }
    let tables = machine.counters.accountedTables
    let got = refusal(of: { () throws(Refusal) in try machine.mmu.load(user) })
    #expect(got?.outcome == .signal(.SIGBUS))
    #expect(machine.counters.accountedTables == tables + 2)
    try machine.users.remapVmallocRange(user, area, offset: 2)
    #expect(machine.counters.accountedTables == tables + 3)
    let words = [try machine.mmu.load(user), try machine.mmu.load(user + 4096)]
    #expect(words == [2, 3])
    try machine.mmu.store(user, 9)
    let written = try machine.mmu.load(area + 8192)
    #expect(written == 9)
    let pfn = machine.mappings.vmallocToPFN(area + 8192) ?? 0
    #expect(
      machine.pageSets.structPage(pfn)?.mapcount == 0
        && machine.pageSets.structPage(pfn)?.refcount == 2)
    let flags = machine.users.userMapping(at: user)?.flags
    #expect(
      flags == [
        .read, .write, .mayRead, .mayWrite, .mayExec, .shared, .mayShare, .mixedMap, .dontExpand,
        .dontDump,
      ])
    machine.expectSound("inserted")
    let twice = refusal(of: { () throws(Refusal) in
      try machine.users.remapVmallocRange(user, area, offset: 0)
    })
    #expect(twice?.outcome == .errno(.EBUSY))
    // The area may go first: its pages live on as long as the user has them.
    try machine.mappings.vfree(area)
    let kept = try machine.mmu.load(user)
    #expect(kept == 9)
    machine.expectSound("area freed")
    let free = machine.counters.freeFrames
    try machine.users.munmap(mm, user, length: 8192)
    // Two pages and three tables.
    #expect(machine.counters.freeFrames == free + 5)
    #expect(machine.counters.accountedTables == tables)
    let gone = refusal(of: { () throws(Refusal) in try machine.mmu.load(user) })
    #expect(gone?.outcome == .signal(.SIGSEGV))
    machine.expectSound("unmapped")
  }

  @Test func refusals() throws {
    let machine = try Self.machine()
    let area = try Self.area(machine, 12288)
    let plain = try Self.area(machine, flags: [])
    let mm = try machine.users.allocateMM()
    let user = try machine.mapDevice(mm, length: 8192)
    func refused(_ user: UInt64, _ address: UInt64, _ offset: UInt64) -> Refusal? {
      refusal(of: { () throws(Refusal) in
        try machine.users.remapVmallocRange(user, address, offset: offset)
      })
    }
    #expect(refused(user, area, 0) == Refusal(.errno(.ENOENT), .noUserMapping, user))
    try machine.users.switchMM(mm)
    #expect(refused(user + 8192, area, 0)?.rule == .noUserMapping)
    // In the kernel's order.
    #expect(refused(user, area + 1, 1 << 52) == Refusal(.errno(.EINVAL), .offsetWraps, 1 << 52))
    #expect(refused(user, area + 1, 0) == Refusal(.errno(.EINVAL), .addressNotAligned, area + 1))
    #expect(refused(user, area - 4096, 0)?.rule == .noAreaAtAddress)
    #expect(refused(user, plain, 0) == Refusal(.errno(.EINVAL), .notUserMap, 2))
    #expect(
      refused(user, area, 2) == Refusal(.errno(.EINVAL), .pastAreaSize, 16384, 12288))
    #expect(refused(user, area, 1 << 52 - 1)?.rule == .pastAreaSize)
    // The size counts from the area's start, so an address inside lets the walk run out of it.
    #expect(refused(user, area + 8192, 0) == Refusal(.bug, .holeInArea, area + 12288))
    let tables = machine.counters.accountedTables
    let sparse = try machine.vmAreas.getVMArea(size: 8192, flags: [.sparse, .usermap])
    #expect(refused(user, sparse, 0) == Refusal(.bug, .holeInArea, sparse))
    try machine.mappings.vmAreaMapPages(
      area: sparse, start: sparse, end: sparse + 4096, pages: [3000])
    #expect(refused(user, sparse, 0) == Refusal(.errno(.EINVAL), .pageNotAllocated, 3000))
    #expect(machine.counters.accountedTables == tables)
    try machine.users.remapVmallocRange(user, area, offset: 1)
    machine.expectSound("refused", hasStaleEntries: true)
  }

  @Test func munmapCutsMappings() throws {
    let machine = try Self.machine()
    let area = try Self.area(machine)
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    let user = try machine.mapDevice(mm, length: 16384)
    try machine.users.remapVmallocRange(user, area, offset: 0)
    for page in 0..<4 as Range<UInt64> { _ = try machine.mmu.load(user + page << 12) }
    let flushes = machine.counters.flushes.pages
    try machine.users.munmap(mm, user + 4096, length: 4097)
    #expect(machine.counters.flushes.pages == flushes + 2)
    #expect(machine.mmu.tlbCount(0) == 2)
    var rows: [[UInt64]] = []
    try machine.users.forEachUserMapping(of: mm) { mapping, _ in
      rows.append([mapping.start, mapping.end, mapping.offset])
    }
    #expect(rows == [[user, user + 4096, 0], [user + 12288, user + 16384, 3]])
    machine.expectSound("cut")
    for (address, length) in [(user + 1, 4096), (user, 0), (1 << 47, 1), (0, 1 << 47)]
      as [(UInt64, UInt64)]
    {
      let got = refusal(of: { () throws(Refusal) in
        try machine.users.munmap(mm, address, length: length)
      })
      #expect(got?.outcome == .errno(.EINVAL), "\(address) \(length)")
    }
    // Nothing there, and everything.
    try machine.users.munmap(mm, user + 4096, length: 8192)
    try machine.users.munmap(mm, 0, length: machine.map.taskSize)
    #expect(machine.mmu.tlbCount(0) == 0)
    machine.expectSound("all gone")
  }

  @Test func aSwitchDropsWhatIsNotGlobal() throws {
    let machine = try Self.machine()
    let area = try Self.area(machine)
    let spaces = [try machine.users.allocateMM(), try machine.users.allocateMM()]
    var users: [UInt64] = []
    for (number, mm) in spaces.enumerated() {
      try machine.users.switchMM(mm)
      users.append(try machine.mapDevice(mm, length: 4096))
      try machine.users.remapVmallocRange(users[number], area, offset: UInt64(number))
    }
    #expect(users[0] == users[1])
    try machine.mmu.store(area, 1)
    try machine.mmu.store(area + 4096, 2)
    let second = try machine.mmu.load(users[1])
    #expect(second == 2 && machine.mmu.tlbCount(0) == 3)
    try machine.users.switchMM(spaces[1])
    #expect(machine.mmu.tlbCount(0) == 3)
    try machine.users.switchMM(spaces[0])
    #expect(machine.mmu.tlbCount(0) == 2)
    let first = try machine.mmu.load(users[0])
    #expect(first == 1)
    // Another CPU has its own.
    try machine.selectCPU(1)
    #expect(machine.users.currentMM == 0)
    let got = refusal(of: { () throws(Refusal) in try machine.mmu.load(users[0]) })
    #expect(got?.outcome == .fault)
    let busy = refusal(of: { () throws(Refusal) in try machine.users.putMM(spaces[0]) })
    #expect(busy == Refusal(.errno(.EBUSY), .userSpaceInUse, spaces[0], 0))
    try machine.users.putMM(spaces[1])
    machine.expectSound("switched")
  }

  /// What the kernel's top-level table gets later, all have.
  @Test func theKernelsHalfIsShared() throws {
    let machine = try Self.machine()
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    try machine.mappings.populate(start: 0xffff_ff00_0000_0000, end: 0xffff_ff00_0000_1000)
    machine.expectSound("shared")
    try machine.mappings.setPTE(at: 0xffff_ff00_0000_0000, pfn: 300)
    #expect(
      refusal(of: { () throws(Refusal) in try machine.mmu.load(0xffff_ff00_0000_0000) }) == nil)
  }

  /// Rights of a mapping are those of its entries.
  @Test func rights() throws {
    let machine = try Self.machine()
    let area = try Self.area(machine, 4096)
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    for (rights, bits) in [
      ([.read], 0x8000_0000_0000_0025), ([.read, .write], 0x8000_0000_0000_0027),
      ([.read, .exec], 0x25), ([.read, .write, .exec], 0x27),
    ] as [(UserMappingFlags, UInt64)] {
      let user = try machine.mapDevice(mm, length: 4096, rights: rights)
      try machine.users.remapVmallocRange(user, area, offset: 0)
      let leaf = machine.mmu.walk(user).last?.entry.bits ?? 0
      #expect(leaf & ~Entry.pfnMask == bits)
      let got = refusal(of: { () throws(Refusal) in try machine.mmu.store(user, 1) })
      #expect((got == nil) == rights.contains(.write))
    }
    machine.expectSound("rights")
  }

  /// The reference that a user mapping has cannot be dropped by others.
  @Test func referencesOfMappings() throws {
    let machine = try Self.machine()
    let area = try Self.area(machine, 4096)
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    let user = try machine.mapDevice(mm, length: 4096)
    try machine.users.remapVmallocRange(user, area, offset: 0)
    let pfn = machine.mappings.vmallocToPFN(area) ?? 0
    try machine.mappings.vfree(area)
    let got = refusal(of: { () throws(Refusal) in try machine.pageSets.putPages([pfn]) })
    #expect(got == Refusal(.bug, .pageNotAllocated, pfn))
    try machine.pageSets.getPages([pfn])
    try machine.pageSets.putPages([pfn])
    machine.expectSound("references")
  }
}
