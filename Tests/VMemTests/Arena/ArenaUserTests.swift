import TestSupport
import Testing

@testable import VMem

/// Arenas from both sides: users fault pages in, programs take them away.
struct ArenaUserTests {
  private static let base = ArenaTests.base

  private static func map(
    _ machine: borrowing Machine, _ arena: UInt64, _ mm: UInt64,
    _ change: (inout Machine.ArenaMmapRequest) -> Void = { _ in }
  ) throws(Refusal) -> UInt64 {
    var request = Machine.ArenaMmapRequest()
    request.hint = base
    change(&request)
    return try machine.arenas.arenaMmap(arena, mm: mm, request)
  }

  /// One page, three ways to it.
  @Test(arguments: [KernelVersion.v6_12, .v6_18, .v7_0, .v7_2])
  func usersAndProgramsShare(_ kernel: KernelVersion) throws {
    let machine = try ArenaTests.machine(kernel)
    let arena = try ArenaTests.arena(machine)
    let spaces = [try machine.users.allocateMM(), try machine.users.allocateMM()]
    for (cpu, mm) in spaces.enumerated() {
      try machine.selectCPU(UInt64(cpu))
      try machine.users.switchMM(mm)
      let user = try Self.map(machine, arena, mm)
      #expect(user == Self.base)
    }
    // CPU 1 touches a page that nobody has, CPU 0 and the kernel see what it wrote.
    try machine.mmu.store(Self.base + 4096, 42)
    try machine.selectCPU(0)
    let words = [try machine.mmu.load(Self.base + 4096), try machine.mmu.load(arena + 4096)]
    #expect(words == [42, 42])
    let pfn = try required(machine.mappings.vmallocToPFN(arena + 4096))
    #expect(
      machine.pageSets.structPage(pfn)?.refcount == 3
        && machine.pageSets.structPage(pfn)?.mapcount == 1)
    let info = try machine.arenas.arenaInfo(arena)
    #expect(info.pages == 1 && info.mappings == 2)
    machine.expectSound("shared")
    // A free of one page is seen by both users, whose TLBs forget it.
    let free = machine.counters.freeFrames
    try machine.arenas.arenaFreePages(arena, Self.base + 4096, count: 1)
    #expect(machine.counters.freeFrames == free + 1)
    #expect(machine.mmu.tlbCount(0) == 0 && machine.mmu.tlbCount(1) == 0)
    machine.expectSound("freed")
    let again = try machine.mmu.load(Self.base + 4096)
    #expect(again == 0)
    // The first address space goes, then the arena, then the second with all that is left.
    try machine.users.switchMM(0)
    try machine.users.putMM(spaces[0])
    try machine.arenas.freeArena(arena)
    #expect(machine.arenaPages > 0)
    machine.expectSound("closed")
    let closed = try machine.arenas.arenaInfo(arena)
    #expect(closed.isClosed && closed.mappings == 1)
    let refused = refusal(of: { () throws(Refusal) in try machine.arenas.freezeArena(arena) })
    #expect(refused == Refusal(.errno(.ENOENT), .noArena, arena))
    try machine.selectCPU(1)
    try machine.mmu.store(Self.base, 1)
    try machine.users.switchMM(0)
    try machine.users.putMM(spaces[1])
    #expect(machine.arenaPages == 0 && machine.vmAreas.findVMArea(arena) == nil)
    machine.expectSound("gone")
  }

  /// A page that somebody has a reference to outlives its arena.
  @Test func referencesOutliveTheArena() throws {
    let machine = try ArenaTests.machine()
    let arena = try ArenaTests.arena(machine)
    let page = try machine.arenas.arenaAllocPages(arena, count: 2)
    let pfns = [arena, arena + 4096].compactMap { machine.mappings.vmallocToPFN($0) }
    try machine.pageSets.getPages(pfns)
    try machine.arenas.arenaFreePages(arena, page, count: 1)
    machine.expectSound("freed")
    try machine.arenas.freeArena(arena)
    machine.expectSound("gone")
    #expect(machine.arenaPages == 0)
    try machine.pageSets.putPages(pfns)
    machine.expectSound("put")
  }

  /// A user mapping of the area, made by `remap_vmalloc_range`, keeps pages as well.
  @Test func remapped() throws {
    let machine = try ArenaTests.machine()
    let arena = try ArenaTests.arena(machine)
    _ = try machine.arenas.arenaAllocPages(arena, count: 1)
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    var request = MmapRequest(.device, length: 4096)
    request.isShared = true
    let user = try machine.users.mmap(mm, request)
    try machine.users.remapVmallocRange(user, arena, offset: 0)
    try machine.mmu.store(user, 5)
    let word = try machine.mmu.load(arena)
    #expect(word == 5)
    try machine.arenas.freeArena(arena)
    let kept = try machine.mmu.load(user)
    #expect(kept == 5)
    machine.expectSound("kept")
  }

  /// A free that begins in front of the arena takes its first page from the user as well.
  @Test func freesFromInFront() throws {
    let machine = try ArenaTests.machine()
    var request = Machine.ArenaRequest(pages: 4)
    request.mapExtra = Self.base + 0x10000
    let arena = try machine.arenas.createArena(request)
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    let user = try Self.map(machine, arena, mm) { $0.hint = request.mapExtra }
    try machine.mmu.store(user, 1)
    try machine.mmu.store(user + 4096, 2)
    try machine.arenas.arenaFreePages(arena, user - 4096, count: 2)
    machine.expectSound("freed")
    let info = try machine.arenas.arenaInfo(arena)
    // The first page's number is not among them: it is the one behind the last there can be.
    #expect(info.pages == 1 && info.byPlace.map { $0.first } == [2, 0xfffff])
    #expect(info.byPlace[1].last == 0x100000)
    #expect(machine.mmu.tlbCount(0) == 1)
    let words = [try machine.mmu.load(user), try machine.mmu.load(user + 4096)]
    #expect(words == [0, 2])
    // The page is there, and its other number is free: a program that gets that finds the place
    // taken.
    let taken = refusal(of: { () throws(Refusal) in
      try machine.arenas.arenaAllocPages(arena, count: 2)
    })
    #expect(taken?.rule == .arenaPageMapped && machine.warnings == 1)
    machine.expectSound("taken")
  }

  /// Behind what user space has mapped pages wrap, and what runs over the kernel's guard is
  /// refused.
  @Test func pagesThatWrap() throws {
    let machine = try ArenaTests.machine(.v7_0)
    let arena = try machine.arenas.createArena(Machine.ArenaRequest(pages: 1 << 20))
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    let user = try Self.map(machine, arena, mm) {
      $0.hint = 0x1_ffff_0000
      $0.length = 16 << 12
    }
    #expect(user == 0x1_ffff_0000)
    let first = try machine.arenas.arenaAllocPages(arena, count: 15)
    #expect(first == user)
    // One page below the line, nine behind it: the guard has room for eight.
    let past = refusal(of: { () throws(Refusal) in
      try machine.arenas.arenaAllocPages(arena, count: 10)
    })
    #expect(past?.outcome == .null && past?.rule == .pastAreaEnd)
    machine.expectSound("past the guard")
    let wide = try machine.arenas.arenaAllocPages(arena, count: 9)
    #expect(wide == 0x1_ffff_f000)
    machine.expectSound("in the guard")
    let wrapped = try machine.arenas.arenaAllocPages(arena, count: 1)
    #expect(wrapped == 0x1_0000_8000)
    try machine.arenas.arenaFreePages(arena, wrapped, count: 1)
    machine.expectSound("wrapped")
    try machine.users.switchMM(0)
    try machine.users.putMM(mm)
    try machine.arenas.freeArena(arena)
    #expect(machine.arenaPages == 0)
    machine.expectSound("gone")
  }

  @Test func faultsThatAreRefused() throws {
    let machine = try ArenaTests.machine()
    let arena = try ArenaTests.arena(machine, flags: [.mmapable, .segvOnFault])
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    let user = try Self.map(machine, arena, mm)
    func touch(_ place: UInt64, write: Bool = false) -> Refusal? {
      refusal(of: { () throws(Refusal) in
        try machine.arenas.touchArena(arena, at: place, as: .user, write: write)
      })
    }
    #expect(touch(user)?.rule == .arenaFaults)
    #expect(touch(user + 16 << 12)?.outcome == .signal(.SIGSEGV))
    _ = try machine.arenas.arenaAllocPages(arena, count: 1)
    #expect(touch(user) == nil && touch(user, write: true) == nil)
    #expect(touch(user + 4096)?.rule == .arenaFaults)
    machine.expectSound("SEGV_ON_FAULT")
    // A read-only mapping gets its pages, and no more.
    let plain = try machine.arenas.createArena(Machine.ArenaRequest(pages: 4))
    var request = Machine.ArenaMmapRequest()
    request.rights = .read
    let place = try machine.arenas.arenaMmap(plain, mm: mm, request)
    let byte = try machine.arenas.touchArena(plain, at: place + 8192, as: .user, write: false)
    #expect(byte == 0)
    let denied = refusal(of: { () throws(Refusal) in
      try machine.arenas.touchArena(plain, at: place + 8192, as: .user, write: true)
    })
    #expect(denied?.outcome == .signal(.SIGSEGV))
    try machine.arenas.freezeArena(plain)
    machine.expectSound("read-only")
  }

  /// Without memory for the page or its tables the user gets a signal, and the page stays free.
  @Test func memoryRunsOut() throws {
    let machine = try ArenaTests.machine()
    let arena = try ArenaTests.arena(machine)
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    let user = try Self.map(machine, arena, mm)
    for kind in InjectionKind.allCases where kind != .noLock {
      try machine.inject(kind, Injection())
      let got = refusal(of: { () throws(Refusal) in try machine.mmu.load(user + 5 << 12) })
      #expect(got != nil, "\(kind)")
      machine.stopInjecting(kind)
      let info = try machine.arenas.arenaInfo(arena)
      #expect(info.pages == 0 && info.byPlace.count == 1 && info.byPlace[0] == (0, 15))
      machine.expectSound("\(kind)")
    }
    let word = try machine.mmu.load(user + 5 << 12)
    #expect(word == 0)
  }

  /// Before 6.18 a mapping could be cut in two.
  @Test func cuttingOlderMappings() throws {
    let machine = try ArenaTests.machine(.v6_12)
    let arena = try ArenaTests.arena(machine)
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    let user = try Self.map(machine, arena, mm)
    try machine.users.munmap(mm, user + 4 << 12, length: 8 << 12)
    let cut = try machine.arenas.arenaInfo(arena)
    #expect(cut.mappings == 2)
    machine.expectSound("cut")
    try machine.mmu.store(user + 12 << 12, 7)
    let word = try machine.mmu.load(arena + 12 << 12)
    #expect(word == 7)
    // The mapping that the list names is the part that is gone.
    let lost = refusal(of: { () throws(Refusal) in
      try machine.arenas.arenaFreePages(arena, user, count: 16)
    })
    #expect(lost?.outcome == .bug && lost?.rule == .arenaListDangles)
    machine.expectSound("refused")
    // Of a single page that has no user nobody is looked for.
    try machine.arenas.arenaFreePages(arena, user, count: 1)
    try machine.users.munmap(mm, user, length: 16 << 12)
    _ = try Self.map(machine, arena, mm)
    try machine.arenas.arenaFreePages(arena, user, count: 16)
    let info = try machine.arenas.arenaInfo(arena)
    #expect(info.pages == 0 && info.byPlace[0] == (0, 15))
    machine.expectSound("zapped")
    try machine.users.switchMM(0)
    try machine.users.putMM(mm)
    let gone = try machine.arenas.arenaInfo(arena)
    #expect(gone.mappings == 0)
    machine.expectSound("put")
  }

  /// From 6.18 on a child has to map the arena itself.
  @Test(arguments: [KernelVersion.v6_12, .v6_18])
  func forks(_ kernel: KernelVersion) throws {
    let machine = try ArenaTests.machine(kernel)
    let arena = try ArenaTests.arena(machine)
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    let user = try Self.map(machine, arena, mm)
    try machine.mmu.store(user, 7)
    let child = try machine.users.fork(mm)
    let count = try machine.arenas.arenaInfo(arena).mappings
    #expect(count == (kernel < .v6_18 ? 2 : 1))
    machine.expectSound("forked")
    try machine.users.switchMM(child)
    if kernel >= .v6_18 {
      let missing = refusal(of: { () throws(Refusal) in try machine.mmu.load(user) })
      #expect(missing?.outcome == .signal(.SIGSEGV))
      _ = try Self.map(machine, arena, child)
    }
    let word = try machine.mmu.load(user)
    #expect(word == 7)
    try machine.mmu.store(user, 8)
    try machine.users.switchMM(mm)
    let shared = try machine.mmu.load(user)
    #expect(shared == 8)
    machine.expectSound("shared")
    try machine.arenas.arenaFreePages(arena, user, count: 2)
    machine.expectSound("freed")
    try machine.users.switchMM(0)
    try machine.arenas.freeArena(arena)
    try machine.users.putMM(mm)
    machine.expectSound("the child has it")
    try machine.users.putMM(child)
    #expect(machine.arenaPages == 0)
    machine.expectSound("gone")
  }

  /// Places that the search finds across a multiple of 4 GiB, both ways.
  @Test func placesWithinFourGiB() throws {
    let machine = try ArenaTests.machine()
    let arena = try machine.arenas.createArena(Machine.ArenaRequest(pages: 2))
    func place(_ found: UInt64, _ size: UInt64 = 8192, wanted: UInt64 = 0) -> Any {
      do throws(Refusal) {
        return try machine.arenas.arenaUnmappedArea(arena, wanted, length: size, found: found)
      } catch {
        return error
      }
    }
    #expect(place(0x1_ffff_e000) as? UInt64 == 0x1_ffff_e000)
    #expect(place(0x1_ffff_f000) as? UInt64 == 0x2_0000_0000)
    #expect(place(0x1_ffff_f000, 4 << 30) as? UInt64 == 0x2_0000_0000)
    #expect((place(0, 4 << 30 + 1) as? Refusal)?.outcome == .errno(.E2BIG))
    let mm = try machine.users.allocateMM()
    let user = try Self.map(machine, arena, mm) { $0.hint = 0x1_2345_6000 }
    #expect(user == 0x1_2345_6000)
    #expect((place(user, 4096, wanted: user) as? Refusal)?.outcome == .errno(.EINVAL))
    #expect((place(user, 12288, wanted: user) as? Refusal)?.outcome == .errno(.E2BIG))
    #expect((place(user, 8192, wanted: user + 4096) as? Refusal)?.outcome == .errno(.EINVAL))
    #expect(place(user, 8192, wanted: user) as? UInt64 == user)
    #expect(machine.warnings == 0)
    #expect((place(0x1_ffff_f000, wanted: user) as? Refusal)?.outcome == .errno(.EFAULT))
    #expect(machine.warnings == 1)
  }
}
