import TestSupport
import Testing

@testable import VMem

/// Stacks of every policy, step by step.
struct StackTests {
  static func machine(
    cpus: Int = 1, switches: Switches = KernelVersion.v6_18.switches
  ) throws -> Machine {
    let machine = try Machine(Configuration(memory: 64 << 20, cpus: cpus, switches: switches))
    return machine
  }

  static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  static func pages(_ machine: borrowing Machine, _ stack: UInt64) -> UInt32? {
    machine.vmAreas.findVMArea(stack)?.pageCount
  }

  /// Messages since a record, oldest first.
  static func messages(
    _ machine: borrowing Machine, since start: UInt64
  ) -> [KernelMessage] {
    (start..<machine.log.end).compactMap { KernelMessage(rawValue: machine.log[$0].message) }
  }

  /// How an access is refused, and what the log says of it.
  static func touched(
    _ machine: borrowing Machine, _ stack: UInt64, _ depth: UInt64
  ) -> (rule: Rule?, messages: [KernelMessage]) {
    let start = machine.log.end
    let refused = refusal(of: { () throws(Refusal) in
      try machine.stacks.touchStack(stack, depth: depth, isWrite: true)
    })
    return (refused?.rule, messages(machine, since: start))
  }

  // MARK: Making and giving back

  @Test(arguments: [4096, 8192, 16384, 32768, 65536] as [UInt64], StackPolicy.allCases)
  func sizes(_ size: UInt64, _ policy: StackPolicy) throws {
    let machine = try Self.machine()
    // Something before it, so that alignment matters.
    _ = try machine.vmAreas.getVMArea(size: 4096)
    let stack = try machine.stacks.allocateStack(size: size, policy: policy)
    #expect(stack % size == 0)
    let area = try required(machine.vmAreas.findVMArea(stack))
    #expect(area.reserved == size + 4096)
    #expect(area.flags == (policy == .static ? .alloc : .map))
    #expect(UInt64(area.pageCount) == (policy == .dynamic ? 1 : size >> 12))
    machine.expectSound("made")
    for depth in [8, size] as [UInt64] where policy != .dynamic || size <= 16384 {
      try machine.stacks.touchStack(stack, depth: depth, isWrite: true)
    }
    machine.expectSound("touched")
    try machine.stacks.freeStack(stack)
    machine.expectSound("freed")
    #expect(machine.stacks.stackStatistics == (0, 0) || policy == .dynamic)
    try machine.schedule()
    #expect(machine.stacks.stackStatistics == (0, 0))
    let again = refusal(of: { () throws(Refusal) in try machine.stacks.freeStack(stack) })
    #expect(again == Refusal(.errno(.ENOENT), .noStack, stack))
  }

  @Test(arguments: [0, 1, 2048, 4095, 4097, 12288, 16385, 131072, 1 << 63] as [UInt64])
  func otherSizes(_ size: UInt64) throws {
    let machine = try Self.machine()
    let refused = refusal(of: { () throws(Refusal) in try machine.stacks.allocateStack(size: size) }
    )
    #expect(refused == Refusal(.errno(.EINVAL), .stackSize, size, 4096, 65536))
    // Nothing was begun.
    #expect(machine.stacks.stackState.isNone)
    machine.expectSound("refused")
  }

  /// The page below the magic word's is not the stack's.
  @Test func aStaticStackEndsWithItsMagic() throws {
    let machine = try Self.machine()
    let stack = try machine.stacks.allocateStack()
    #expect(machine.bytes(at: stack, count: 8) == [0x9d, 0x6e, 0xac, 0x57, 0, 0, 0, 0])
    #expect(machine.stacks.stackStatistics == (16, 0))
    let hasStashes = machine.stacks.hasStackStashes
    #expect(!hasStashes)
    let dynamic = try machine.stacks.allocateStack(policy: .dynamic)
    #expect(machine.bytes(at: dynamic, count: 8) == nil)
    #expect(machine.stacks.stackStatistics == (20, 0))
    machine.expectSound("both")
  }

  @Test func onlyItsOwnCallFreesAStack() throws {
    let machine = try Self.machine()
    for policy in StackPolicy.allCases {
      let stack = try machine.stacks.allocateStack(policy: policy)
      for call in 0..<6 {
        let refused = refusal(of: { () throws(Refusal) in
          switch call {
          case 0: try machine.mappings.vfree(stack)
          case 1: try machine.mappings.vunmap(stack)
          case 2: try machine.mappings.iounmap(stack)
          case 3: try machine.vmAreas.freeVMArea(stack)
          case 4: _ = try machine.mappings.vrealloc(stack, VmallocRequest(size: 4096))
          default: _ = try machine.steps.begin(.vfree(stack), on: 0)
          }
        })
        #expect(refused?.outcome == .bug && refused?.rule == .areaIsStack, "call \(call)")
      }
      let refused = refusal(of: { () throws(Refusal) in
        try machine.vmAreas.registerPurgeNotifier(stack)
      })
      #expect(refused == Refusal(.errno(.EINVAL), .areaIsStack, stack))
      machine.expectSound("refused")
      try machine.stacks.freeStack(stack)
    }
    machine.expectSound("freed")
  }

  /// A page that somebody else refers to outlives its stack; the stack's own reference stays.
  @Test func pagesOfAStack() throws {
    let machine = try Self.machine()
    let stack = try machine.stacks.allocateStack(policy: .dynamic)
    let pfn = try required(machine.mappings.vmallocToPFN(stack + 12288))
    let refused = refusal(of: { () throws(Refusal) in try machine.pageSets.putPages([pfn]) })
    #expect(refused == Refusal(.bug, .pageNotAllocated, pfn))
    let stashed = try required(machine.stacks.stackStash(ofCPU: 0)[0].pfn)
    let alsoRefused = refusal(of: { () throws(Refusal) in try machine.pageSets.freePages([stashed])
    })
    #expect(alsoRefused?.rule == .pageNotAllocated)
    try machine.pageSets.getPages([pfn])
    machine.expectSound("shared")
    try machine.stacks.freeStack(stack)
    machine.expectSound("freed")
    #expect(machine.pageSets.structPage(pfn)?.refcount == 1)
    try machine.pageSets.putPages([pfn])
    machine.expectSound("put")
  }

  // MARK: Faults

  @Test func faultsFillFromTheTop() throws {
    let machine = try Self.machine()
    let stack = try machine.stacks.allocateStack(policy: .dynamic)
    let tables = machine.counters.tables
    let free = machine.counters.freeFrames
    #expect(Self.touched(machine, stack, 1).rule == nil)
    #expect(Self.pages(machine, stack) == 1)
    #expect(Self.touched(machine, stack, 4096).rule == nil)
    #expect(Self.pages(machine, stack) == 1)
    #expect(machine.ram[machine.stacks.stackState].marks == 0)
    // Two pages at once: no hole is left above what was touched.
    #expect(Self.touched(machine, stack, 8193).rule == nil)
    #expect(Self.pages(machine, stack) == 3)
    #expect(machine.bytes(at: stack + 8192, count: 8) == [0, 0, 0, 0, 0, 0, 0, 0])
    #expect(machine.bytes(at: stack + 8184, count: 8) == [0x08, 0x20, 0, 0, 0, 0, 0, 0])
    #expect(machine.bytes(at: stack, count: 1) == nil)
    machine.expectSound("grown")
    #expect(machine.ram[machine.stacks.stackState].marks == 1)
    // Not accounted for yet, and nothing was allocated.
    #expect(machine.stacks.stackStatistics == (4, 0))
    #expect(machine.counters.freeFrames == free)
    #expect(machine.counters.tables == tables)
    try machine.schedule()
    #expect(machine.stacks.stackStatistics == (12, 8))
    #expect(machine.counters.freeFrames == free - 2)
    machine.expectSound("scheduled")
    #expect(Self.touched(machine, stack, 16384).rule == nil)
    #expect(Self.pages(machine, stack) == 4)
    try machine.stacks.freeStack(stack)
    // The page that is not accounted for yet is missing from both until the next refill.
    #expect(machine.ram[machine.stacks.stackState].kernelPages == -1)
    #expect(machine.stacks.stackStatistics == (0, 0))
    machine.expectSound("freed")
    try machine.schedule()
    #expect(machine.ram[machine.stacks.stackState].kernelPages == 0)
    machine.expectSound("accounted for")
  }

  @Test func anEmptyStashIsADoubleFault() throws {
    let machine = try Self.machine()
    let first = try machine.stacks.allocateStack(policy: .dynamic)
    let second = try machine.stacks.allocateStack(policy: .dynamic)
    #expect(Self.touched(machine, first, 16384).rule == nil)
    let (rule, messages) = Self.touched(machine, second, 5000)
    #expect(rule == .doubleFault)
    #expect(messages == [.noStackPage, .doubleFault])
    #expect(Self.pages(machine, second) == 1)
    machine.expectSound("refused")
    try machine.schedule()
    #expect(Self.touched(machine, second, 5000).rule == nil)
    // Two pages are left for what needs two more: what was mapped of three stays.
    let third = try machine.stacks.allocateStack(size: 65536, policy: .dynamic)
    #expect(Self.touched(machine, third, 16384).messages == [.noStackPage, .doubleFault])
    #expect(Self.pages(machine, third) == 3)
    machine.expectSound("in part")
  }

  /// A fault that fails does not mark the task, so that what it took is never replaced.
  @Test func aFailedFaultIsNotAccountedFor() throws {
    let machine = try Self.machine()
    let stack = try machine.stacks.allocateStack(size: 32768, policy: .dynamic)
    #expect(Self.touched(machine, stack, 32768).rule == .doubleFault)
    #expect(Self.pages(machine, stack) == 4)
    try machine.schedule()
    #expect(machine.stacks.stackStash(ofCPU: 0).allSatisfy { $0.isTaken })
    #expect(machine.stacks.stackStatistics == (4, 0))
    machine.expectSound("scheduled")
  }

  @Test(arguments: StackPolicy.allCases)
  func outside(_ policy: StackPolicy) throws {
    let machine = try Self.machine()
    let stack = try machine.stacks.allocateStack(policy: policy)
    let before = machine.stacks.stackStash(ofCPU: 0)
    #expect(Self.touched(machine, stack, 16385) == (.stackGuard, [.stackGuardHit]))
    #expect(Self.touched(machine, stack, 20480) == (.stackGuard, [.stackGuardHit]))
    #expect(Self.touched(machine, stack, 20481) == (.belowStack, [.doubleFault]))
    #expect(Self.touched(machine, stack, 1 << 62) == (.belowStack, [.doubleFault]))
    #expect(Self.touched(machine, stack, 0) == (.aboveStack, [.pageFault]))
    #expect(
      Self.touched(machine, stack, UInt64(bitPattern: -4096)) == (.aboveStack, [.pageFault]))
    #expect(machine.stacks.stackStash(ofCPU: 0) == before)
    #expect(machine.ram[machine.ram.log].oopses == 6)
    machine.expectSound("refused")
  }

  @Test func whatStandsInTheWayOfAFault() throws {
    let machine = try Self.machine()
    let stack = try machine.stacks.allocateStack(policy: .dynamic)
    let set = try machine.allocatePages(count: 1)
    try machine.mappings.setPTE(at: stack + 4096, pfn: machine.frameNumbers(of: set)[0])
    let (rule, messages) = Self.touched(machine, stack, 16384)
    #expect(rule == .doubleFault && messages == [.stackEntryInUse, .doubleFault])
    // One page was mapped, and the next was listed before the entry was looked at.
    #expect(Self.pages(machine, stack) == 3)
    machine.expectSound("in the way")
  }

  /// A stack's table is never missing, unless somebody takes it away.
  @Test func aMissingTable() throws {
    let machine = try Self.machine()
    let stack = try machine.stacks.allocateStack(policy: .dynamic)
    let (table, _) = machine.users.tables.entryPlace(stack, depth: 2)
    let index = Level.index(of: stack, depth: 2)
    let entry = machine.ram[table: table, index]
    machine.ram[table: table, index] = .none
    #expect(Self.touched(machine, stack, 16384).messages == [.noStackTable, .doubleFault])
    machine.ram[table: table, index] = entry
    machine.expectSound("restored")
  }

  /// The stack's page was unmapped: what a stack lists, faults do not fill.
  @Test func aHoleThatIsNotTheirs() throws {
    let machine = try Self.machine()
    for policy in StackPolicy.allCases {
      let stack = try machine.stacks.allocateStack(policy: policy)
      try machine.mappings.vunmapRange(start: stack + 12288, end: stack + 16384)
      #expect(Self.touched(machine, stack, 8) == (.doubleFault, [.doubleFault]))
      let set = try machine.allocatePages(count: 1)
      try machine.mappings.setPTE(at: stack + 12288, pfn: machine.frameNumbers(of: set)[0])
      #expect(Self.touched(machine, stack, 8).rule == nil)
      machine.expectSound("\(policy)")
      try machine.stacks.freeStack(stack)
      machine.expectSound("\(policy) freed")
    }
  }

  // MARK: The patches' mistake

  /// With the switch one slot is written again and again: the pages before the last are lost.
  @Test func aFillOfSeveralPagesListsTheLast() throws {
    let machine = try Self.machine(switches: KernelVersion.v6_18.switches.union(.rfcStackCount))
    let stack = try machine.stacks.allocateStack(policy: .dynamic)
    let free = machine.counters.freeFrames
    #expect(Self.touched(machine, stack, 12288).rule == nil)
    #expect(Self.pages(machine, stack) == 2)
    machine.expectSound("touched")
    try machine.schedule()
    #expect(machine.stacks.stackStatistics == (12, 8))
    // The next fault begins where a page is mapped already.
    #expect(Self.touched(machine, stack, 16384).messages == [.stackEntryInUse, .doubleFault])
    machine.expectSound("refused")
    try machine.stacks.freeStack(stack)
    try machine.schedule()
    machine.expectSound("freed")
    // Three pages are listed and back. Of the three that faults have taken two were replaced.
    #expect(machine.counters.freeFrames == free + 1)
    #expect(machine.ram[machine.stacks.stackState].lostPages == 1)
  }

  // MARK: Scheduling

  @Test func eachCPUHasItsStash() throws {
    let machine = try Self.machine(cpus: 2)
    let stack = try machine.stacks.allocateStack(policy: .dynamic)
    #expect(
      (0..<2).allSatisfy { machine.stacks.stackStash(ofCPU: $0).allSatisfy { $0.pfn != nil } })
    try machine.tasks.run(task: Self.text("a").span)
    #expect(Self.touched(machine, stack, 8192).rule == nil)
    // The same task's turn is no switch; another one's is.
    try machine.tasks.run(task: Self.text("a").span)
    #expect(machine.stacks.stackStash(ofCPU: 0)[0].isTaken)
    try machine.tasks.run(task: Self.text("b").span)
    #expect(!machine.stacks.stackStash(ofCPU: 0)[0].isTaken)
    #expect(machine.ram[machine.stacks.stackState].marks == 0)
    #expect(machine.stacks.stackStatistics == (8, 4))
    machine.expectSound("switched")
    try machine.selectCPU(1)
    try machine.tasks.run(task: Self.text("a").span)
    #expect(Self.touched(machine, stack, 12288).rule == nil)
    #expect(machine.stacks.stackStash(ofCPU: 1)[0].isTaken)
    #expect(machine.ram[machine.stacks.stackState].marks == 2)
    // The other CPU's scheduler has nothing to do with that.
    try machine.selectCPU(0)
    try machine.schedule()
    #expect(machine.stacks.stackStash(ofCPU: 1)[0].isTaken)
    try machine.selectCPU(1)
    try machine.schedule()
    #expect(machine.stacks.stackStatistics == (12, 8))
    machine.expectSound("refilled")
  }

  /// A slot without a page is never filled again and stops the refill of those behind it.
  @Test func aSlotThatCouldNotBeFilled() throws {
    let machine = try Self.machine()
    let stack = try machine.stacks.allocateStack(size: 65536, policy: .dynamic)
    #expect(Self.touched(machine, stack, 16384).rule == nil)
    var injection = Injection()
    injection.after = 1
    try machine.inject(.allocPage, injection)
    let start = machine.log.end
    try machine.schedule()
    #expect(Self.messages(machine, since: start) == [.faultInjected, .stashNotRefilled])
    #expect(machine.stacks.stackStash(ofCPU: 0).map { $0.pfn != nil } == [true, false, true])
    #expect(machine.stacks.stackStatistics == (16, 12))
    machine.expectSound("refilled")
    #expect(Self.touched(machine, stack, 24576).rule == nil)
    try machine.schedule()
    #expect(machine.stacks.stackStash(ofCPU: 0).map { $0.isTaken } == [false, false, true])
    #expect(machine.stacks.stackStatistics == (20, 16))
    machine.expectSound("only the first")
  }

  @Test func aStashThatCannotBeFilledStopsNobody() throws {
    let machine = try Self.machine()
    var injection = Injection()
    injection.times = 2
    try machine.inject(.allocPage, injection)
    let stack = try machine.stacks.allocateStack(policy: .dynamic)
    #expect(machine.stacks.stackStash(ofCPU: 0).map { $0.pfn != nil } == [false, false, true])
    machine.expectSound("made")
    #expect(Self.touched(machine, stack, 8192).rule == nil)
    #expect(Self.touched(machine, stack, 12288).rule == .doubleFault)
    try machine.schedule()
    // The first slot is not marked.
    #expect(machine.stacks.stackStash(ofCPU: 0)[2].isTaken)
    machine.expectSound("scheduled")
  }

  @Test func schedulingWhereThatIsNotAllowed() throws {
    let machine = try Self.machine()
    try machine.schedule()
    #expect(machine.warnings == 0)
    machine.context = .irq
    let start = machine.log.end
    try machine.schedule()
    #expect(machine.warnings == 1)
    #expect(Self.messages(machine, since: start) == [.schedulingWhileAtomic])
  }
}
