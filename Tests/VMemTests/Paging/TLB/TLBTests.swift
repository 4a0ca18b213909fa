import TestSupport
import Testing

@testable import VMem

/// What CPUs remember of the page tables, and what makes them forget.
struct TLBTests {
  private static func machine(cpus: Int = 2, entries: Int = 1536) throws -> Machine {
    var configuration = Configuration(memory: 16 << 20, cpus: cpus)
    configuration.tlbEntries = entries
    return try Machine(configuration)
  }

  /// Entries of a CPU, by address.
  private static func entries(_ machine: borrowing Machine, _ cpu: Int) -> [UInt64: TLBEntry] {
    var found: [UInt64: TLBEntry] = [:]
    machine.mmu.forEachTLBEntry(cpu) { found[$0.address] = $0 }
    return found
  }

  private static func read(_ machine: borrowing Machine, _ address: UInt64) throws {
    try machine.mmu.read(address, count: 1) { _ in }
  }

  /// A sparse area of `pages`, all mapped.
  private static func mapped(_ machine: borrowing Machine, _ pages: UInt64) throws -> UInt64 {
    let set = try machine.allocatePages(count: pages)
    let list = machine.frameNumbers(of: set)
    let area = try machine.vmAreas.getVMArea(size: pages << 12, flags: .sparse)
    try machine.mappings.vmAreaMapPages(
      area: area, start: area, end: area + pages << 12, pages: list)
    return area
  }

  @Test func eachCPUHasItsOwn() throws {
    let machine = try Self.machine()
    let area = try Self.mapped(machine, 2)
    try Self.read(machine, area)
    try machine.selectCPU(1)
    try Self.read(machine, area + 4096)
    #expect(Array(Self.entries(machine, 0).keys) == [area])
    #expect(Array(Self.entries(machine, 1).keys) == [area + 4096])
    #expect(machine.tlbFills == 2)
    try Self.read(machine, area + 4097)
    #expect(machine.tlbFills == 2)
    machine.expectSound("after reads")
  }

  @Test func largeLeavesAreOneEntry() throws {
    let machine = try Self.machine()
    let address = machine.map.pageOffset + 4 << 20
    try Self.read(machine, address)
    try Self.read(machine, address + 2 << 20 - 1)
    #expect(machine.tlbFills == 1)
    #expect(Self.entries(machine, 0)[address]?.size == 2 << 20)
    machine.expectSound("after reads")
  }

  /// An entry that takes the place of a suspect one of a large page ends the suspicion.
  @Test func suspectEntriesOfLargePagesAreReplaced() throws {
    let machine = try Self.machine(entries: 12)
    var request = VmallocRequest(size: 4 << 20)
    request.flags.insert(.allowHugeVmap)
    let area = try machine.mappings.vmalloc(request)
    try Self.read(machine, area)
    try Self.read(machine, area + 2 << 20)
    try machine.mappings.vfree(area)
    machine.expectSound("freed")
    for step in 0..<8 as Range<UInt64> {
      try Self.read(machine, machine.map.pageOffset + step << 21 & 0xff_ffff)
      machine.expectSound("direct map, step \(step)")
    }
  }

  /// What a kernel never maps: a user's address by the kernel's tables, global. It outlives a switch to
  /// tables that do not have it.
  @Test func globalEntriesOfUserAddressesOutliveASwitch() throws {
    let machine = try Self.machine()
    let mm = try machine.users.allocateMM()
    let pages = machine.frameNumbers(of: try machine.allocatePages(count: 1))
    try machine.mappings.vmapPagesRange(start: 0x10000, end: 0x11000, pages: pages)
    try Self.read(machine, 0x10000)
    try machine.users.switchMM(mm)
    machine.expectSound("after the switch")
    let stale = machine.mmu.staleHits
    try Self.read(machine, 0x10000)
    #expect(machine.mmu.staleHits == stale + 1)
    try machine.users.switchMM(0)
    try Self.read(machine, 0x10000)
    #expect(machine.mmu.staleHits == stale + 1)
    machine.expectSound("back again")
  }

  /// A full TLB replaces entries, and never has more than it has slots.
  @Test(arguments: [0, 12, 24, 1536])
  func holdsWhatFits(_ entries: Int) throws {
    let machine = try Self.machine(entries: entries)
    let area = try Self.mapped(machine, 64)
    for page in 0..<UInt64(64) { try Self.read(machine, area + page << 12) }
    #expect(machine.mmu.tlbCount(0) == min(64, entries / 3 * 2))
    let fills = machine.tlbFills
    for page in 0..<UInt64(64) { try Self.read(machine, area + page << 12) }
    #expect(machine.tlbFills - fills == (entries >= 1536 ? 0 : 64))
    machine.expectSound("\(entries) entries")
  }

  @Test(arguments: [1, 6, 11, 13, 1535, 12289, 24576, -12])
  func otherSizesAreRefused(_ entries: Int) {
    #expect(throws: BootError.tlbEntries(entries)) {
      try { () throws(BootError) in
        var configuration = Configuration()
        configuration.tlbEntries = entries
        _ = try Machine(configuration)
      }()
    }
  }

  /// Up to the ceiling single pages go, above it everything, on all CPUs.
  @Test(arguments: [1, 33, 34] as [UInt64])
  func flushes(_ pages: UInt64) throws {
    let machine = try Self.machine()
    let other = try Self.mapped(machine, 1)
    let area = try Self.mapped(machine, pages)
    for cpu in 0..<2 as Range<UInt64> {
      try machine.selectCPU(cpu)
      try Self.read(machine, other)
      for page in 0..<pages { try Self.read(machine, area + page << 12) }
    }
    let before = machine.counters.flushes
    try machine.mappings.vmAreaUnmapPages(area: area, start: area, end: area + pages << 12)
    let after = machine.counters.flushes
    #expect(after.full - before.full == (pages > 33 ? 1 : 0))
    #expect(after.pages - before.pages == (pages > 33 ? 0 : pages))
    for cpu in 0..<2 {
      #expect(Array(Self.entries(machine, cpu).keys) == (pages > 33 ? [] : [other]))
    }
    machine.expectSound("\(pages) pages")
  }

  /// The pages of a freed area are given back at once, its translations only by the purge.
  @Test func aFreedAreaStaysUntilThePurge() throws {
    let machine = try Self.machine()
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 8192))
    try machine.mmu.fill(area, count: 8192, byte: 0x5a)
    try machine.mappings.vfree(area)
    machine.expectSound("after vfree")
    #expect(machine.mmu.tlbCount(0) == 2)
    var byte: UInt8 = 0
    try machine.mmu.read(area, count: 1) { byte = $0[0] }
    #expect(byte == 0x5a && machine.mmu.staleHits == 1)
    let entry = try #require(Self.entries(machine, 0)[area])
    #expect(entry.staleness?.since == 3 && entry.staleness?.freedAt == 3)
    #expect(entry.staleness?.isReused == false)
    guard case .purge(start: area, end: _) = machine.mmu.flushOwed(at: area) else {
      Issue.record("\(machine.mmu.flushOwed(at: area))")
      return
    }
    try machine.unmapAliases()
    #expect(machine.mmu.tlbCount(0) == 0)
    #expect(
      refusal(of: { () throws(Refusal) in try machine.mmu.read(area, count: 1) { _ in } }) != nil)
    machine.expectSound("after the purge")
  }

  /// What is mapped again as it was is not stale.
  @Test func theSameAgainIsNotStale() throws {
    let machine = try Self.machine()
    let set = try machine.allocatePages(count: 2)
    let pages = machine.frameNumbers(of: set)
    let area = try machine.mappings.vmMapRAM([pages[0]])
    try Self.read(machine, area)
    try machine.mappings.vmUnmapRAM(area, count: 1)
    machine.expectSound("unmapped")
    try machine.mappings.vmapPagesRange(start: area, end: area + 4096, pages: [pages[0]])
    try Self.read(machine, area)
    #expect(machine.mmu.staleHits == 0)
    try machine.mappings.vunmapRange(start: area, end: area + 4096)
    // Another page at the address, with the old translation flushed.
    try machine.mappings.vmapPagesRange(start: area, end: area + 4096, pages: [pages[1]])
    try Self.read(machine, area)
    #expect(machine.mmu.staleHits == 0)
    machine.expectSound("mapped anew")
  }

  /// A write that an entry forbids makes the CPU look at the tables.
  @Test func rightsAreLookedUpBeforeAFault() throws {
    let machine = try Self.machine()
    let set = try machine.allocatePages(count: 1)
    let area = try machine.mappings.vmap(
      machine.frameNumbers(of: set), count: 1, flags: .map, protection: .kernelReadOnly)
    try Self.read(machine, area)
    #expect(
      refusal(of: { () throws(Refusal) in try machine.mmu.fill(area, count: 1, byte: 1) })?.rule
        == .readOnly)
    #expect(machine.mmu.tlbCount(0) == 0)
    machine.expectSound("after the fault")
  }

  /// Words through the quick path are the bytes that `read` and `write` see, across pages too.
  @Test func wordsAreBytes() throws {
    let machine = try Self.machine(entries: 12)
    let area = try Self.mapped(machine, 40)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let address = area + UInt64.random(in: 0..<40 << 12 - 8, using: &random)
      let word = random.next()
      try machine.mmu.store(address, word)
      var bytes: [UInt8] = []
      try machine.mmu.read(address, count: 8) { for at in $0.indices { bytes.append($0[at]) } }
      #expect(bytes == (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) })
      #expect(try machine.mmu.load(address) == word)
    }
    #expect(refusal(of: { () throws(Refusal) in _ = try machine.mmu.load(area + 40 << 12) }) != nil)
    machine.expectSound("after loads and stores")
  }

  /// Random maps, unmaps, frees and purges: an access answers what a model of TLBs without limits
  /// or what the tables say, and `check` finds every entry either marked or borne out.
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func randomly(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let machine = try Self.machine(cpus: 3, entries: seed.isMultiple(of: 2) ? 24 : 1536)
    var areas: [(address: UInt64, pages: UInt64)] = []
    var freed: [(address: UInt64, pages: UInt64)] = []
    for step in 0..<400 {
      switch random.next() % 8 {
      case 0, 1:
        let pages = random.next() % 40 + 1
        areas.append((try machine.mappings.vmalloc(VmallocRequest(size: pages << 12)), pages))
      case 2 where !areas.isEmpty:
        let area = areas.remove(at: Int(random.next() % UInt64(areas.count)))
        try machine.mappings.vfree(area.address)
        freed.append(area)
      case 3 where step % 5 == 0:
        try machine.unmapAliases()
        freed = []
        for cpu in 0..<3 {
          #expect(Self.entries(machine, cpu).values.allSatisfy { $0.staleness == nil })
        }
      case 4: try machine.selectCPU(random.next() % 3)
      default:
        let all = areas + freed
        guard let area = all.isEmpty ? nil : all[Int(random.next() % UInt64(all.count))] else {
          continue
        }
        let address = area.address + random.next() % area.pages << 12
        let isLive = areas.contains { $0.address == area.address }
        let stale = machine.mmu.staleHits
        let failure = refusal { () throws(Refusal) in
          try machine.mmu.read(address, count: 1) { _ in }
        }
        if isLive { #expect(failure == nil && machine.mmu.staleHits == stale, "seed \(seed)") }
        if !isLive {
          #expect((failure == nil) == (machine.mmu.staleHits == stale + 1), "seed \(seed)")
        }
      }
      if step % 8 == 0, !machine.expectSound("seed \(seed), step \(step)") { return }
    }
  }
}
