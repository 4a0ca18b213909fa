import TestSupport
import Testing

@testable import VMem

/// Arenas from the kernel's side: what they cost, what is refused, what they leave.
struct ArenaTests {
  static let base: UInt64 = 0x1000_0000_0000

  static func machine(
    _ kernel: KernelVersion = .v6_18, cpus: Int = 2, memory: UInt64 = 64 << 20
  ) throws -> Machine {
    var configuration = Configuration(memory: memory, cpus: cpus, switches: kernel.switches)
    configuration.kernel = kernel
    return try Machine(configuration)
  }

  static func arena(
    _ machine: borrowing Machine, _ pages: UInt64 = 16, flags: ArenaFlags = .mmapable
  ) throws -> UInt64 {
    var request = Machine.ArenaRequest(pages: pages)
    request.mapExtra = base
    request.flags = flags
    return try machine.arenas.createArena(request)
  }

  private static func refused(
    _ machine: borrowing Machine, _ change: (inout Machine.ArenaRequest) -> Void
  ) -> Refusal? {
    var request = Machine.ArenaRequest(pages: 1)
    change(&request)
    return refusal(of: { () throws(Refusal) in try machine.arenas.createArena(request) })
  }

  @Test func limitsOfCreation() throws {
    let machine = try Self.machine(memory: 64 << 20)
    #expect(Self.refused(machine) { $0.pages = 1 << 20 } == nil)
    #expect(
      Self.refused(machine) { $0.pages = 1 << 20 + 1 }
        == Refusal(.errno(.E2BIG), .arenaTooLarge, 1 << 20 + 1, 1 << 20))
    #expect(Self.refused(machine) { $0.pages = .max }?.outcome == .errno(.E2BIG))
    #expect(Self.refused(machine) { $0.pages = 0 } == Refusal(.errno(.EINVAL), .zeroPages))
    #expect(
      Self.refused(machine) { $0.valueSize = 1 } == Refusal(.errno(.EINVAL), .arenaElements, 0, 1))
    #expect(Self.refused(machine) { $0.flags = [] } == Refusal(.errno(.EINVAL), .arenaFlags, 0))
    #expect(
      Self.refused(machine) { $0.flags = [.mmapable, .segvOnFault, .noUserConversion] } == nil)
    #expect(Self.refused(machine) { $0.mapExtra = 0xfff }?.rule == .addressNotAligned)
    #expect(Self.refused(machine) { $0.mapExtra = 0xffff_f000 } == nil)
    #expect(
      Self.refused(machine) {
        $0.mapExtra = 0xffff_f000
        $0.pages = 2
      } == Refusal(.errno(.ERANGE), .crossesWindow, 0xffff_f000, 8192))
    machine.expectSound("created")
  }

  @Test(arguments: [KernelVersion.v6_1, .v6_6])
  func olderKernelsHaveNone(_ kernel: KernelVersion) throws {
    let machine = try Self.machine(kernel)
    #expect(Self.refused(machine) { _ in } == Refusal(.errno(.EOPNOTSUPP), .noSparseAreas))
  }

  /// Nothing is left of an arena but its tables, and not one of them before 7.0 where no page was.
  @Test(arguments: [KernelVersion.v6_12, .v6_18, .v7_0, .v7_2])
  func whatItCosts(_ kernel: KernelVersion) throws {
    let machine = try Self.machine(kernel)
    let before = machine.counters
    let arena = try Self.arena(machine)
    let made = machine.counters
    let tables = made.accountedTables - before.accountedTables
    // 4 GiB and 32 KiB, from 32 KiB on: a PTE table for each 2 MiB, and one more for the rest.
    let expected: UInt64 = kernel >= .v7_0 ? 2049 + 5 : 0
    #expect(tables == expected)
    #expect(machine.arenaPages == (kernel == .v7_2 ? 1 : 0))
    let pages = try machine.arenas.arenaAllocPages(arena, count: 16)
    #expect(pages == Self.base)
    let infos = try machine.arenas.arenaInfo(arena)
    #expect(infos.pages == 16 && infos.byPlace.isEmpty && infos.byLength.isEmpty)
    machine.expectSound("full")
    let none = refusal(of: { () throws(Refusal) in
      try machine.arenas.arenaAllocPages(arena, count: 1)
    })
    #expect(none == Refusal(.null, .noArenaRun, 1))
    try machine.arenas.arenaFreePages(arena, pages, count: 15)
    machine.expectSound("all but one freed")
    try machine.arenas.freeArena(arena)
    try machine.unmapAliases()
    machine.expectSound("freed")
    #expect(machine.arenaPages == 0)
    let again = refusal(of: { () throws(Refusal) in try machine.arenas.freeArena(arena) })
    #expect(again == Refusal(.errno(.ENOENT), .noArena, arena))
  }

  /// Contents are zero, in every page and every time.
  @Test func pagesAreZero() throws {
    let machine = try Self.machine()
    let arena = try Self.arena(machine, 4)
    for _ in 0..<2 {
      let page = try machine.arenas.arenaAllocPages(arena, count: 4)
      #expect(page == Self.base)
      for at in 0..<4 as Range<UInt64> {
        let word = try machine.mmu.load(arena + at << 12)
        #expect(word == 0)
        try machine.mmu.store(arena + at << 12, .max)
      }
      try machine.arenas.arenaFreePages(arena, page, count: 4)
      let gone = refusal(of: { () throws(Refusal) in try machine.mmu.load(arena) })
      #expect(gone?.outcome == .fault)
    }
    #expect(machine.mmu.tlbCount(0) == 0)
  }

  /// Only the low half of an address counts; what lies before the arena has a large number.
  @Test func addressesHave32Bits() throws {
    let machine = try Self.machine()
    var request = Machine.ArenaRequest(pages: 4)
    request.mapExtra = Self.base + 0xffff_c000
    let arena = try machine.arenas.createArena(request)
    let high = try machine.arenas.arenaAllocPages(
      arena, count: 2, at: request.mapExtra & 0xffff_ffff)
    #expect(high == request.mapExtra)
    let other = try machine.arenas.arenaAllocPages(
      arena, count: 1, at: request.mapExtra + 0x2000 + 7 << 40)
    #expect(other == request.mapExtra + 0x2000)
    // In front of the arena: the free pages get some with numbers past the end.
    try machine.arenas.arenaFreePages(arena, request.mapExtra - 8192, count: 1)
    let runs = try machine.arenas.arenaInfo(arena).byPlace
    #expect(runs.map { $0.first } == [3, 0xffffe])
    machine.expectSound("in front")
    // Of equal lengths the newest: and its address wraps to where it came from.
    let wrapped = try machine.arenas.arenaAllocPages(arena, count: 1)
    #expect(wrapped == request.mapExtra - 8192)
    let word = try machine.mmu.load(arena + wrapped & 0xffff_ffff)
    #expect(word == 0)
    machine.expectSound("allocated in front")
    try machine.arenas.freeArena(arena)
    machine.expectSound("freed")
  }

  @Test func refusedAllocations() throws {
    let machine = try Self.machine(.v7_0)
    let arena = try Self.arena(machine)
    func refused(
      _ count: UInt64, at place: UInt64 = 0, node: Int64 = -1, flags: UInt64 = 0
    ) -> Refusal? {
      refusal(of: { () throws(Refusal) in
        try machine.arenas.arenaAllocPages(arena, count: count, at: place, node: node, flags: flags)
      })
    }
    #expect(refused(1, flags: 1) == Refusal(.null, .noSuchFlags, 1))
    #expect(refused(0) == Refusal(.null, .zeroPages))
    #expect(refused(1, node: 1)?.rule == .noSuchNode)
    #expect(refused(1, node: -2)?.rule == .noSuchNode)
    #expect(refused(17) == Refusal(.null, .arenaPages, 17, 16))
    #expect(refused(1 << 32)?.rule == .arenaPages)
    #expect(refused(1, at: Self.base + 1)?.rule == .addressNotAligned)
    #expect(refused(2, at: Self.base + 15 << 12) == Refusal(.null, .pastArenaPages, 17, 16))
    #expect(refused(1, at: Self.base - 4096)?.rule == .pastArenaPages)
    #expect(refused(1, at: Self.base + 15 << 12, node: 0) == nil)
    #expect(refused(1, at: Self.base + 15 << 12)?.rule == .arenaPagesTaken)
    #expect(refused(16)?.rule == .noArenaRun)
    let none = refusal(of: { () throws(Refusal) in
      try machine.arenas.arenaAllocPages(arena + 4096, count: 1)
    })
    #expect(none == Refusal(.null, .noArena, arena + 4096))
    // Without user addresses there are no pages either.
    let bare = try machine.arenas.createArena(Machine.ArenaRequest(pages: 4))
    let early = refusal(of: { () throws(Refusal) in
      try machine.arenas.arenaAllocPages(bare, count: 1)
    })
    #expect(early == Refusal(.null, .arenaPages, 1, 0))
    machine.expectSound("refused")
  }

  /// All or nothing, when memory runs out in the middle.
  @Test(arguments: [KernelVersion.v6_18, .v7_0])
  func memoryRunsOut(_ kernel: KernelVersion) throws {
    let machine = try Self.machine(kernel, memory: 24 << 20)
    let arena = try Self.arena(machine, 1 << 14)
    let free = machine.counters.freeFrames
    let none = refusal(of: { () throws(Refusal) in
      try machine.arenas.arenaAllocPages(arena, count: 1 << 14)
    })
    #expect(none?.outcome == .null && none?.rule == .noFrames)
    let info = try machine.arenas.arenaInfo(arena)
    #expect(info.pages == 0 && info.byPlace.count == 1 && info.byPlace[0] == (0, 1 << 14 - 1))
    // What is left are tables.
    #expect(free - machine.counters.freeFrames <= 40)
    machine.expectSound("out of memory")
  }

  @Test func reserving() throws {
    let machine = try Self.machine()
    let arena = try Self.arena(machine)
    func reserve(_ page: UInt64, _ count: UInt64) -> Refusal? {
      refusal(of: { () throws(Refusal) in
        try machine.arenas.arenaReservePages(arena, Self.base + page << 12, count: count)
      })
    }
    #expect(reserve(4, 2) == nil)
    #expect(reserve(5, 1)?.outcome == .errno(.EBUSY))
    #expect(reserve(15, 1) == nil && reserve(15, 2)?.outcome == .errno(.EINVAL))
    #expect(reserve(16, 1)?.rule == .pastArenaPages && reserve(0, .max)?.rule == .pastArenaPages)
    let done = [
      try machine.arenas.arenaReservePages(arena, Self.base, count: 0),
      try machine.arenas.arenaReservePages(arena, Self.base + 1, count: 1),
    ]
    #expect(done == [false, false])
    let best = try machine.arenas.arenaAllocPages(arena, count: 4)
    #expect(best == Self.base)
    machine.expectSound("reserved")
    // A user gets a reserved page all the same, and freeing un-reserves.
    _ = try machine.arenas.touchArena(arena, at: Self.base + 4 << 12, as: .user, write: false)
    try machine.arenas.arenaFreePages(arena, Self.base + 4 << 12, count: 2)
    #expect(reserve(4, 2) == nil)
    machine.expectSound("again")
    let old = try Self.machine(.v6_12)
    let older = try Self.arena(old)
    let missing = refusal(of: { () throws(Refusal) in
      try old.arenas.arenaReservePages(older, Self.base, count: 1)
    })
    #expect(missing == Refusal(.errno(.EOPNOTSUPP), .noArenaReserve))
  }

  /// The shortest run, or the lowest, as the kernel has it.
  @Test(arguments: [(KernelVersion.v6_12, 0 as UInt64), (.v6_18, 6)])
  func fits(_ kernel: KernelVersion, _ page: UInt64) throws {
    let machine = try Self.machine(kernel)
    let arena = try Self.arena(machine)
    _ = try machine.arenas.arenaAllocPages(arena, count: 16)
    try machine.arenas.arenaFreePages(arena, Self.base, count: 3)
    try machine.arenas.arenaFreePages(arena, Self.base + 6 << 12, count: 2)
    let got = try machine.arenas.arenaAllocPages(arena, count: 1)
    #expect(got == Self.base + page << 12)
  }

  /// What may not sleep leaves a free to a worker, and nothing is free until that has run.
  @Test func deferredFrees() throws {
    let machine = try Self.machine(.v7_0)
    let arena = try Self.arena(machine)
    machine.context = .irq
    let pages = try machine.arenas.arenaAllocPages(arena, count: 16)
    try machine.perform { () throws(Refusal) in
      try machine.arenas.arenaFreePages(arena, pages, count: 2)
      try machine.arenas.arenaFreePages(arena, pages + 8192, count: 1)
      #expect(machine.warnings == 0)
      let waiting = try machine.arenas.arenaInfo(arena)
      #expect(waiting.pages == 16 && waiting.byPlace.isEmpty)
      machine.expectSound("waiting")
    }
    #expect(machine.context == .irq)
    let done = try machine.arenas.arenaInfo(arena)
    #expect(done.pages == 13 && done.byPlace.count == 1 && done.byPlace[0] == (0, 2))
    machine.expectSound("done")
    // Without memory for the note nothing happens, and the pages stay.
    var injection = Injection()
    injection.filter = UInt32(SlabCache.kmalloc.rawValue)
    try machine.inject(.slab, injection)
    let lost = refusal(of: { () throws(Refusal) in
      try machine.arenas.arenaFreePages(arena, pages + 12288, count: 1)
    })
    #expect(lost?.rule == .noDescriptor)
    machine.stopInjecting(.slab)
    let stays = try machine.arenas.arenaInfo(arena)
    #expect(stays.pages == 13)
    // An arena that goes finishes them first.
    try machine.arenas.arenaFreePages(arena, pages + 16384, count: 1)
    machine.context = .process
    try machine.arenas.freeArena(arena)
    #expect(machine.arenaPages == 0)
    machine.expectSound("gone")
    // Older kernels want to sleep.
    let old = try Self.machine(.v6_18)
    let other = try Self.arena(old)
    old.context = .atomic
    _ = try old.arenas.arenaAllocPages(other, count: 1)
    try old.arenas.arenaFreePages(other, Self.base, count: 1)
    #expect(old.warnings > 0)
    let none = try old.arenas.arenaInfo(other)
    #expect(none.pages == 0)
  }

  /// Programs read zeroes where no page is, and are reported; helpers die, or get the scratch page.
  @Test(arguments: [KernelVersion.v6_12, .v6_18, .v7_2])
  func missedPages(_ kernel: KernelVersion) throws {
    let machine = try Self.machine(kernel)
    let arena = try Self.arena(machine)
    func reports() -> [UInt64] {
      (machine.log.start..<machine.log.end).compactMap { number in
        let record = machine.log[number]
        return record.message == KernelMessage.arenaViolation.rawValue ? record.a | record.b : nil
      }
    }
    let place = Self.base + 3 << 12 + 0x124
    let byte = try machine.arenas.touchArena(arena, at: place, as: .program, write: false)
    let none = try machine.arenas.touchArena(arena, at: place, as: .program, write: true)
    #expect(byte == 0 && none == 0)
    #expect(reports() == (kernel >= .v6_18 ? [place, place | 1] : []))
    let helper = refusal(of: { () throws(Refusal) in
      try machine.arenas.touchArena(arena, at: place, as: .helper, write: false)
    })
    if kernel < .v7_2 {
      #expect(helper?.outcome == .fault)
      return
    }
    #expect(helper == nil && reports().last == place & ~4095)
    machine.expectSound("scratch")
    // Any number of pages share it; the guard in front is not repaired, the one behind is.
    _ = try machine.arenas.touchArena(arena, at: place + 4096, as: .helper, write: true)
    let front = refusal(of: { () throws(Refusal) in
      try machine.arenas.touchArena(arena, at: arena - 1, as: .helper, write: false)
    })
    #expect(front?.outcome == .fault)
    _ = try machine.arenas.touchArena(arena, at: arena + 4 << 30, as: .helper, write: false)
    let past = refusal(of: { () throws(Refusal) in
      try machine.arenas.touchArena(
        arena, at: arena + 4 << 30 + 32 << 10, as: .helper, write: false)
    })
    #expect(past?.outcome == .fault)
    try machine.mmu.store(arena + 3 << 12, 7)
    let shared = try machine.mmu.load(arena + 4 << 12)
    #expect(shared == 7)
    let user = refusal(of: { () throws(Refusal) in
      try machine.arenas.touchArena(arena, at: place, as: .user, write: false)
    })
    #expect(user == Refusal(.signal(.SIGSEGV), .arenaPoisoned, place))
    // A free leaves it, an allocation replaces it.
    try machine.arenas.arenaFreePages(arena, Self.base, count: 16)
    let kept = try machine.mmu.load(arena + 4 << 12)
    #expect(kept == 7)
    _ = try machine.arenas.arenaAllocPages(arena, count: 4)
    let zero = try machine.mmu.load(arena + 3 << 12)
    #expect(zero == 0)
    machine.expectSound("replaced")
    try machine.arenas.freeArena(arena)
    #expect(machine.arenaPages == 0)
    machine.expectSound("freed")
  }

  /// Nobody else takes an arena's area or entries away.
  @Test func handsOff() throws {
    let machine = try Self.machine()
    let arena = try Self.arena(machine)
    _ = try machine.arenas.arenaAllocPages(arena, count: 2)
    let area = arena - 32 << 10
    let pages = machine.frameNumbers(of: try machine.allocatePages(count: 1))
    let pfn = try required(machine.mappings.vmallocToPFN(arena))
    func check(_ what: String, _ call: () throws(Refusal) -> Void) {
      let got = refusal(of: call)
      #expect(got?.outcome == .bug, "\(what)")
      machine.expectSound(what)
    }
    check("free_vm_area") { () throws(Refusal) in try machine.vmAreas.freeVMArea(area) }
    check("vfree") { () throws(Refusal) in try machine.mappings.vfree(area) }
    check("vunmap") { () throws(Refusal) in try machine.mappings.vunmap(area) }
    check("iounmap") { () throws(Refusal) in try machine.mappings.iounmap(area) }
    check("vunmap_range") { () throws(Refusal) in
      try machine.mappings.vunmapRange(start: arena, end: arena + 4096)
    }
    check("vm_area_map_pages") { () throws(Refusal) in
      try machine.mappings.vmAreaMapPages(
        area: area, start: arena + 8192, end: arena + 12288, pages: pages)
    }
    check("vm_area_unmap_pages") { () throws(Refusal) in
      try machine.mappings.vmAreaUnmapPages(area: area, start: arena, end: arena + 4096)
    }
    check("set_pte_at") { () throws(Refusal) in
      try machine.mappings.setPTE(at: arena + 8192, pfn: pages[0])
    }
    check("put_page") { () throws(Refusal) in try machine.pageSets.putPages([pfn]) }
    let kept = try machine.arenas.arenaInfo(arena)
    #expect(kept.pages == 2)
  }

  /// The whole area reads as zeroes from /proc/kcore.
  @Test func kcoreShowsNothing() throws {
    let machine = try Self.machine()
    let arena = try Self.arena(machine)
    _ = try machine.arenas.arenaAllocPages(arena, count: 1)
    try machine.mmu.store(arena, .max)
    var bytes: [UInt8] = []
    machine.mmu.kcoreRead(arena, count: 8) { part in
      for index in part.indices { bytes.append(part[index]) }
    }
    #expect(bytes == Array(repeating: 0, count: 8))
  }
}

extension Machine {
  /// Frames that arenas have, whether anything leads to them or not.
  var arenaPages: Int {
    (0..<ram.frameCount).count { pfn in
      let frame = ram[frames.frame(pfn)]
      return frame.refcount > 0 && frame.index == Frame.ofArena
        && PageType(word: frame.mapcount) == nil
    }
  }
}
