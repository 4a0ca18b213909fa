import TestSupport
import Testing

@testable import VMem

/// Faults at user addresses: who serves them, and how they are refused.
struct UserFaultTests {
  static func machine() throws -> Machine {
    let machine = try Machine(Configuration(memory: 64 << 20, cpus: 2))
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    return machine
  }

  static func outcome(
    _ machine: borrowing Machine, _ address: UInt64, write: Bool = false
  ) -> Refusal.Outcome? {
    refusal(of: { () throws(Refusal) in
      if write { try machine.mmu.store(address, 1) } else { _ = try machine.mmu.load(address) }
    })?.outcome
  }

  @Test func theFirstReadGetsThePageOfZeroes() throws {
    let machine = try Self.machine()
    let mm = machine.users.currentMM
    let user = try machine.users.mmap(mm, MmapRequest(.anonymous, length: 16384))
    let free = machine.counters.freeFrames
    let zero = try machine.mmu.load(user)
    #expect(zero == 0)
    // Three tables, and the page of zeroes itself.
    #expect(machine.counters.freeFrames == free - 4)
    let leaf = try required(machine.mmu.walk(user).last?.entry)
    #expect(leaf.bits & ~Entry.pfnMask == 0x8000_0000_0000_0225)
    #expect(machine.users.userMapping(at: user)?.anonymous == 0)
    let page = try required(machine.pageSets.structPage(leaf.pfn))
    #expect(page.refcount == 1 && page.mapcount == PageType.none)
    _ = try machine.mmu.load(user + 4096)
    #expect(machine.counters.freeFrames == free - 4)
    machine.expectSound("read")
    try machine.mmu.store(user, 7)
    let own = try required(machine.mmu.walk(user).last?.entry)
    #expect(own.bits & ~Entry.pfnMask == 0x8000_0000_0000_0067 && own.pfn != leaf.pfn)
    let words = [try machine.mmu.load(user), try machine.mmu.load(user + 4096)]
    #expect(words == [7, 0])
    let frame = try required(machine.pageSets.structPage(own.pfn))
    #expect(frame.refcount == 1 && frame.mapcount == 0 && frame.flags & 0xffff_ffff == 0x20808)
    machine.expectSound("written")
    try machine.users.munmap(mm, user, length: 16384)
    #expect(machine.counters.freeFrames == free - 1)
    machine.expectSound("unmapped")
  }

  @Test func rightsRefuse() throws {
    let machine = try Self.machine()
    let mm = machine.users.currentMM
    func map(_ rights: UserMappingFlags) throws -> UInt64 {
      var request = MmapRequest(.anonymous, length: 4096)
      request.rights = rights
      return try machine.users.mmap(mm, request)
    }
    let (none, read, write) = (try map([]), try map(.read), try map(.write))
    #expect(Self.outcome(machine, none) == .signal(.SIGSEGV))
    #expect(Self.outcome(machine, none, write: true) == .signal(.SIGSEGV))
    #expect(Self.outcome(machine, read) == nil)
    #expect(Self.outcome(machine, read, write: true) == .signal(.SIGSEGV))
    // A CPU that may write may read.
    #expect(Self.outcome(machine, write) == nil)
    #expect(Self.outcome(machine, write, write: true) == nil)
    #expect(Self.outcome(machine, 0x1000) == .signal(.SIGSEGV))
    #expect(Self.outcome(machine, machine.map.taskSize) == .signal(.SIGSEGV))
    let device = try machine.mapDevice(mm, length: 4096)
    #expect(Self.outcome(machine, device, write: true) == .signal(.SIGBUS))
    // A word across two pages of which the second is not there.
    let last = try map([.read, .write])
    #expect(last + 4096 == device)
    #expect(Self.outcome(machine, last + 4092) == .signal(.SIGBUS))
    // Not of users: as without an address space.
    #expect(Self.outcome(machine, 1 << 60) == .fault)
    #expect(Self.outcome(machine, machine.map.vmallocStart) == .fault)
    machine.expectSound("refused")
    // An interrupt serves no faults.
    machine.context = .irq
    try machine.users.munmap(mm, read, length: 4096)
    #expect(Self.outcome(machine, read) == .fault)
    machine.context = .process
    try machine.users.switchMM(0)
    #expect(Self.outcome(machine, write) == .fault)
  }

  @Test func withoutMemory() throws {
    let machine = try Self.machine()
    let mm = machine.users.currentMM
    let user = try machine.users.mmap(mm, MmapRequest(.anonymous, length: 8192))
    try machine.mmu.store(user, 1)
    var taken: [UInt32] = []
    while let pfn = machine.frames.allocate() { taken.append(pfn) }
    #expect(Self.outcome(machine, user + 4096, write: true) == .errno(.ENOMEM))
    #expect(Self.outcome(machine, user + 4096) == .errno(.ENOMEM))
    machine.frames.free(taken.removeLast())
    #expect(Self.outcome(machine, user + 4096) == nil)
    #expect(Self.outcome(machine, user + 4096, write: true) == .errno(.ENOMEM))
    for pfn in taken { machine.frames.free(pfn) }
    #expect(Self.outcome(machine, user + 4096, write: true) == nil)
    machine.expectSound("memory again")
  }

  /// A private mapping of a device: a write gets a copy of the page.
  @Test func aPrivateMappingOfADeviceCopies() throws {
    let machine = try Self.machine()
    let mm = machine.users.currentMM
    var request = VmallocRequest(size: 8192)
    request.flags = .usermap
    let area = try machine.mappings.vmalloc(request)
    try machine.mmu.store(area, 5)
    let user = try machine.users.mmap(mm, MmapRequest(.device, length: 8192))
    try machine.users.remapVmallocRange(user, area, offset: 0)
    let pfn = try required(machine.mappings.vmallocToPFN(area))
    #expect(machine.pageSets.structPage(pfn)?.refcount == 2)
    let before = try machine.mmu.load(user)
    try machine.mmu.store(user + 8, 6)
    let after = [
      try machine.mmu.load(user), try machine.mmu.load(user + 8), try machine.mmu.load(area + 8),
    ]
    #expect(before == 5 && after == [5, 6, 0])
    #expect(machine.pageSets.structPage(pfn)?.refcount == 1)
    machine.expectSound("copied")
    try machine.mappings.vfree(area)
    try machine.users.munmap(mm, user, length: 8192)
    machine.expectSound("gone")
  }

  /// An entry that lets no user pass.
  @Test func userBits() throws {
    let machine = try Self.machine()
    let mm = machine.users.currentMM
    let user = try machine.users.mmap(mm, MmapRequest(.anonymous, length: 4096))
    try machine.mmu.store(user, 1)
    let tables = machine.users.tables(ofCPU: 0)
    for depth in 1...4 {
      machine.zapTLB()
      let (table, index) = (
        tables.entryPlace(user, depth: depth).table, Level.index(of: user, depth: depth)
      )
      machine.ram[table: table, index].bits ^= Entry.user
      #expect(Self.outcome(machine, user) == .signal(.SIGSEGV), "\(depth)")
      machine.ram[table: table, index].bits ^= Entry.user
      #expect(Self.outcome(machine, user) == nil, "\(depth)")
    }
    machine.expectSound("bits")
  }

  /// What the free of an object's pages does to everybody who maps it.
  @Test func zapping() throws {
    let machine = try Self.machine()
    let mm = machine.users.currentMM
    var request = VmallocRequest(size: 16384)
    request.flags = .usermap
    let area = try machine.mappings.vmalloc(request)
    let other = try machine.users.allocateMM()
    let pfn = try required(machine.mappings.vmallocToPFN(area + 8192))
    for space in [other, mm] {
      try machine.users.switchMM(space)
      let user = try machine.mapDevice(space, length: 16384)
      try machine.users.remapVmallocRange(user, area, offset: 0)
      _ = try machine.mmu.load(user + 8192)
      #expect(machine.users.userMapping(at: user).map { $0.address(ofPage: 2) } == user + 8192)
    }
    #expect(machine.pageSets.structPage(pfn)?.refcount == 3)
    machine.users.zap(.device, object: 0, pages: 2..<3)
    #expect(machine.pageSets.structPage(pfn)?.refcount == 1)
    let user = AddressMap.mmapBase - 16384
    #expect(Self.outcome(machine, user + 8192) == .signal(.SIGBUS))
    #expect(Self.outcome(machine, user + 4096) == nil && Self.outcome(machine, user + 12288) == nil)
    machine.expectSound("zapped")
  }
}

extension Machine {
  /// Empties the current CPU's TLB.
  func zapTLB() { TLB(current: ram).flushAll() }
}
