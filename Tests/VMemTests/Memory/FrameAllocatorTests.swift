import TestSupport
import Testing

@testable import VMem

/// The buddy allocator against a set of the frames that are out.
struct FrameAllocatorTests {
  /// Frames that are out, with what was asked for.
  private struct User {
    var random: SeededGenerator
    var blocks: [(pfn: UInt32, order: Int)] = []
    var isOut: [Bool]
    var out = 0

    init(_ machine: borrowing Machine, seed: UInt64) {
      random = SeededGenerator(seed: seed)
      isOut = Array(repeating: false, count: Int(machine.ram.frameCount))
    }

    mutating func take(
      _ machine: borrowing Machine, order: Int, node: Int?, highest: ZoneKind, _ context: String
    ) throws -> Bool {
      let got = machine.frames.allocate(order: order, node: node, highest: highest)
      guard let pfn = got else { return false }
      try require(pfn & (UInt32(1) << UInt32(order) - 1) == 0, "\(context): \(pfn) not aligned")
      if highest == .dma32 { try require(pfn < 1 << 20, "\(context): \(pfn) above 4 GiB") }
      for at in pfn..<pfn + 1 << UInt32(order) {
        try require(!isOut[Int(at)], "\(context): \(at) is handed out twice")
        isOut[Int(at)] = true
        let record = machine.ram[machine.frames.frame(at)]
        try require(
          record.refcount == 1 && record.mapcount == PageType.none
            && record.order == UInt32(order), "\(context): record of \(at)")
        let word = machine.ram[words: at, Int(at & 1023)]
        try require(word == 0 && machine.ram[words: at, 0] == 0, "\(context): \(at) is not zero")
        machine.ram[words: at, Int(at & 1023)] = at
        machine.ram[words: at, 0] = at
      }
      out += 1 << order
      blocks.append((pfn, order))
      return true
    }

    mutating func give(_ machine: borrowing Machine) {
      blocks.swapAt(random.index(blocks.count), blocks.count - 1)
      let (pfn, order) = blocks.removeLast()
      for at in pfn..<pfn + 1 << UInt32(order) { isOut[Int(at)] = false }
      out -= 1 << order
      if order > 0 && random.once(in: 3) {
        // What split_page makes of a block is freed page by page.
        for at in pfn..<pfn + 1 << UInt32(order) { machine.frames.free(at) }
      } else {
        machine.frames.free(pfn, order: order)
      }
    }
  }

  private static func expectSound(_ machine: borrowing Machine, _ context: String) throws {
    var checker = Checker(ram: machine.ram)
    let layout = BootLayout(machine.configuration)
    machine.prepare(&checker, layout)
    machine.frames.check(machine.configuration, layout, &checker)
    let first = checker.violations.first
    try require(first == nil, "\(context): \(first?.what ?? "") \(hex(first?.a ?? 0))")
  }

  private static let machines: [Configuration] = [
    Configuration(memory: 2 << 20), Configuration(memory: 17 << 20 + 4096, cpus: 4),
    Configuration(memory: 32 << 20, cpus: 3, nodes: 2),
    Configuration(memory: 64 << 20, cpus: 8, nodes: 8),
    Configuration(memory: 6 << 30, cpus: 2),
    Configuration(memory: 6 << 30, cpus: 4, nodes: 2, levels: 5),
  ]

  @Test(arguments: machines.indices, [1, 2] as [UInt64])
  func noFrameIsHandedOutTwice(_ kind: Int, _ seed: UInt64) throws {
    let configuration = Self.machines[kind]
    let machine = try Machine(configuration)
    let boot = machine.drainedBlocks()
    let free = machine.counters.freeFrames
    var user = User(machine, seed: seed)
    for step in 0..<Scale.operations(1_500, long: 50_000) {
      let context = "machine \(kind), seed \(seed), step \(step)"
      if user.random.once(in: 20) {
        try machine.selectCPU(user.random.below(UInt64(configuration.cpus)))
      }
      if user.blocks.isEmpty || user.random.below(20) < (step / 700 % 2 == 0 ? 13 : 7) {
        let order = user.random.once(in: 5) ? user.random.index(11) : 0
        let node = user.random.once(in: 2) ? user.random.index(configuration.nodes) : nil
        let highest: ZoneKind = user.random.once(in: 3) ? .dma32 : .normal
        let before = free - UInt64(user.out)
        let done = try user.take(
          machine, order: order, node: node, highest: highest, context)
        if !done && highest == .normal { try require(order > 0 || before == 0, context) }
      } else {
        user.give(machine)
      }
      let left = step % 8 == 0 ? machine.counters.freeFrames : free - UInt64(user.out)
      try require(left + UInt64(user.out) == free, "\(context): \(left) free, \(user.out) out")
      if step % 1000 == 999 { try Self.expectSound(machine, context) }
      // A machine of gigabytes is not to be filled.
      while user.out > 20_000 { user.give(machine) }
    }
    while !user.blocks.isEmpty { user.give(machine) }
    try Self.expectSound(machine, "machine \(kind), seed \(seed), end")
    let end = machine.drainedBlocks()
    #expect(end == boot, "machine \(kind), seed \(seed): blocks have not merged again")
  }

  /// A preferred node is served as long as it has frames, then others are, in order.
  @Test func nodesServeTheirOwnFirst() throws {
    let machine = try Machine(Configuration(memory: 32 << 20, cpus: 4, nodes: 4))
    let free = machine.counters.freeFrames
    var met: [Int] = []
    var count: UInt64 = 0
    while let pfn = machine.frames.allocate(node: 2) {
      count += 1
      let node = machine.ram[machine.frames.frame(pfn)].node
      if met.last != node { met.append(node) }
      let first = BootLayout.nodeStart(node, machine.configuration)
      try require(pfn >= first && pfn < first + 2048, "frame \(pfn) is not of node \(node)")
    }
    #expect(met == [2, 3, 0, 1])
    #expect(count == free)
    try machine.selectCPU(3)
    let pages = machine.frames.allocate()
    #expect(pages == nil)
  }

  @Test func cpusTakeFromTheirOwnNode() throws {
    let machine = try Machine(Configuration(memory: 32 << 20, cpus: 8, nodes: 4))
    for cpu in 0..<8 {
      try machine.selectCPU(UInt64(cpu))
      let pfn = try required(machine.frames.allocate())
      let node = machine.ram[machine.frames.frame(pfn)].node
      #expect(node == cpu / 2)
    }
  }

  /// Every order runs out in its time; then everything can be given back and merges again.
  @Test(arguments: 0...10)
  func memoryRunsOutAndComesBack(_ order: Int) throws {
    let machine = try Machine(Configuration(memory: 24 << 20, cpus: 2, nodes: 2))
    let boot = machine.drainedBlocks()
    let blocks = boot.reduce(0) { sum, zone in
      sum + zone.indices.reduce(0) { $1 < order ? $0 : $0 + zone[$1] << UInt64($1 - order) }
    }
    var user = User(machine, seed: 1)
    while try user.take(machine, order: order, node: nil, highest: .normal, "order \(order)") {}
    #expect(UInt64(user.blocks.count) == blocks)
    let again = machine.frames.allocate(order: order)
    #expect(again == nil)
    try Self.expectSound(machine, "order \(order), nothing left")
    while !user.blocks.isEmpty { user.give(machine) }
    try Self.expectSound(machine, "order \(order), all back")
    let end = machine.drainedBlocks()
    #expect(end == boot)
  }

  /// A page on another CPU's list is still found when nothing else is left.
  @Test func listsOfOtherCPUsAreDrained() throws {
    let machine = try Machine(Configuration(memory: 2 << 20, cpus: 4))
    var out: [UInt32] = []
    while let pfn = machine.frames.allocate() { out.append(pfn) }
    try machine.selectCPU(3)
    let given = try required(out.popLast())
    machine.frames.free(given)
    try machine.selectCPU(1)
    let taken = machine.frames.allocate()
    #expect(taken == given)
  }

  /// Zones above 4 GiB are used first where they may be, and only there.
  @Test func highMemoryIsUsedFirst() throws {
    let machine = try Machine(Configuration(memory: 6 << 30))
    let high = try required(machine.frames.allocate(order: 10))
    let low = try required(machine.frames.allocate(order: 10, highest: .dma32))
    #expect(high >= 1 << 20)
    #expect(low < 1 << 20)
    machine.ram[words: high + 1023, 1023] = 7
    machine.frames.free(high, order: 10)
    let again = try required(machine.frames.allocate(order: 10))
    let word = machine.ram[words: again + 1023, 1023]
    #expect(again == high && word == 0)
  }

  /// Frames in a row are counted, and no further than to a limit.
  @Test func runsAreCountedUpToALimit() throws {
    let machine = try Machine(Configuration())
    let zone = machine.frames.zone(0)
    machine.ram[zone].run = Zone.longestRun - 1
    for _ in 0..<2 { _ = try machine.allocatePages(count: 1) }
    #expect(machine.ram[zone].run == Zone.longestRun)
    #expect(machine.check(limit: 1).isEmpty)
    machine.ram[zone].run += 1
    #expect(!machine.check(limit: 1).isEmpty)
  }

  /// Whatever number stands in a leaf, it leads into what the host has reserved.
  @Test func frameNumbersStayInTheReservation() {
    #expect(RAM.reachableFrames == UInt64(HostMemory.reach) - 4096)
  }
}
