import TestSupport
import Testing

@testable import VMem

/// Frees that begin below an arena's user addresses: the numbers of their pages wrap.
struct ArenaWrapTests {
  private static let start: UInt64 = 0x1000_0001_0000

  private static func arena(_ machine: borrowing Machine) throws(Refusal) -> UInt64 {
    var request = Machine.ArenaRequest(pages: 16)
    request.mapExtra = start
    return try machine.arenas.createArena(request)
  }

  /// Pages that a program gets by numbers that wrapped lie where pages of other numbers are free.
  @Test(arguments: [KernelVersion.v6_1, .v6_12, .v6_18, .v7_2])
  func pagesByOtherNumbers(_ kernel: KernelVersion) throws {
    var configuration = Configuration(
      memory: 64 << 20, switches: kernel.switches.union(.sparse))
    configuration.kernel = kernel
    let machine = try Machine(configuration)
    let arena = try Self.arena(machine)
    _ = try machine.arenas.arenaAllocPages(arena, count: 1, at: Self.start + 15 << 12)
    try machine.arenas.arenaFreePages(arena, Self.start - 3 << 12, count: 18)
    machine.expectSound("freed")
    let info = try machine.arenas.arenaInfo(arena)
    #expect(info.pages == 1 && info.byPlace.map { $0.first } == [0, 0xffffd])
    #expect(info.byPlace.map { $0.last } == [14, 0x10000e])
    // The shortest run is the one from 0 on, the lowest as well: 15 pages are too few.
    let got = try machine.arenas.arenaAllocPages(arena, count: 16)
    #expect(got == Self.start - 3 << 12)
    machine.expectSound("allocated")
    let page = try machine.arenas.arenaInfo(arena)
    #expect(page.pages == 17 && page.byPlace.map { $0.first } == [0, 0x10000d])
    // A program that gets the first page by its own number finds the place taken.
    let taken = refusal(of: { () throws(Refusal) in
      try machine.arenas.arenaAllocPages(arena, count: 1, at: Self.start)
    })
    #expect(taken?.rule == .arenaPageMapped && machine.warnings == 1)
    machine.expectSound("taken")
    try machine.arenas.arenaFreePages(arena, Self.start, count: 16)
    machine.expectSound("freed again")
    try machine.arenas.freeArena(arena)
    machine.expectSound("gone")
  }

  /// Without such a free a page whose number is free is damage, and so is a number that no page has.
  @Test func numbersThatAreDamage() throws {
    let machine = try ArenaTests.machine()
    let address = try Self.arena(machine)
    _ = try machine.arenas.arenaAllocPages(address, count: 1)
    let arena = try required(machine.arenas.arena(at: address))
    try machine.arenas.arenaFreePages(address, Self.start + 1 << 12, count: 15)
    machine.expectSound("not wrapped")
    #expect(!machine.ram[arena].is(.wrapped))
    ArenaRanges(ram: machine.ram, arena: arena).give(0, 1)
    #expect(machine.check().contains { "\($0.what)" == "arena: page" })
    _ = ArenaRanges(ram: machine.ram, arena: arena).take(0, 1)
    ArenaRanges(ram: machine.ram, arena: arena).give(Arena.pageNumbers, 1)
    #expect(machine.check().contains { "\($0.what)" == "arena: free run" })
  }
}
