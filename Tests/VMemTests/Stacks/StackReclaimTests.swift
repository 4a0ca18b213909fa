import Testing

@testable import VMem

/// Pages of stacks that are taken back, and what tells that they may be.
struct StackReclaimTests {
  @Test func whatWasNeverAccessedIsTakenBack() throws {
    let machine = try StackTests.machine()
    let other = try machine.stacks.allocateStack()
    let stack = try machine.stacks.allocateStack(size: 32768, policy: .reclaim)
    let free = machine.counters.freeFrames
    #expect(machine.stacks.stackStatistics == (48, 0))
    try machine.stacks.touchStack(stack, depth: 8, isWrite: true)
    // A read counts too, and leaves no dirty bit.
    try machine.stacks.touchStack(stack, depth: 12288, isWrite: false)
    func bits(_ page: UInt64) -> UInt64? {
      guard case .leaf(_, let entry, _) = machine.users.tables.look(up: stack + page << 12) else {
        return nil
      }
      return entry.bits & (Entry.accessed | Entry.dirty)
    }
    #expect(bits(7) == Entry.accessed | Entry.dirty)
    #expect(bits(6) == 0)
    #expect(bits(5) == Entry.accessed)
    machine.expectSound("touched")
    #expect(try machine.stacks.reclaimStack(stack) == 6)
    #expect(machine.counters.freeFrames == free + 6)
    #expect(machine.stacks.stackStatistics == (24, 0))
    #expect(StackTests.pages(machine, stack) == 2)
    machine.expectSound("reclaimed")
    #expect(try machine.stacks.reclaimStack(stack) == 0)
    // A page that is gone stays gone.
    #expect(StackTests.touched(machine, stack, 8192) == (.doubleFault, [.doubleFault]))
    try machine.stacks.touchStack(stack, depth: 12288, isWrite: true)
    #expect(bits(5) == Entry.accessed | Entry.dirty)
    let refused = refusal(of: { () throws(Refusal) in try machine.stacks.reclaimStack(other) })
    #expect(refused == Refusal(.errno(.EINVAL), .notReclaimable, other))
    try machine.stacks.freeStack(stack)
    machine.expectSound("freed")
    #expect(machine.stacks.stackStatistics == (16, 0))
  }

  /// The quick path of loads and stores notes accesses too.
  @Test func loadsAndStoresAreNoted() throws {
    let machine = try StackTests.machine()
    let stack = try machine.stacks.allocateStack(policy: .reclaim)
    #expect(try machine.mmu.load(stack) == 0)
    try machine.mmu.store(stack + 4096, 1)
    try machine.mmu.fill(stack + 8192, count: 1, byte: 1)
    #expect(try machine.stacks.reclaimStack(stack) == 1)
    machine.expectSound("reclaimed")
  }
}
