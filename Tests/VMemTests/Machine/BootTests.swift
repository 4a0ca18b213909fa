import TestSupport
import Testing

@testable import VMem

/// Which machines boot, and what they look like then.
struct BootTests {
  private static func error(_ configuration: Configuration) -> BootError? {
    do throws(BootError) {
      _ = try Machine(configuration)
      return nil
    } catch {
      return error
    }
  }

  @Test func limitsOnBothSides() {
    let gib: UInt64 = 1 << 30
    let cases: [(Configuration, BootError?)] = [
      (Configuration(cpus: 0), .cpus(0)), (Configuration(cpus: -1), .cpus(-1)),
      (Configuration(cpus: 1), nil), (Configuration(cpus: 64), nil),
      (Configuration(cpus: 65), .cpus(65)),
      (Configuration(memory: 64 << 20, nodes: 0), .nodes(0)),
      (Configuration(memory: 64 << 20, nodes: 8), nil),
      (Configuration(memory: 64 << 20, nodes: 9), .nodes(9)),
      (Configuration(levels: 3), .levels(3)), (Configuration(levels: 4), nil),
      (Configuration(levels: 5), nil), (Configuration(levels: 6), .levels(6)),
      (Configuration(memory: 16 << 20 + 1), .memory(16 << 20 + 1)),
      (Configuration(memory: 16 << 20 + 4095), .memory(16 << 20 + 4095)),
      (Configuration(memory: 16 << 20 + 4096), nil),
      (Configuration(memory: 64 * gib), nil),
      (Configuration(memory: 64 * gib + 4096), .memory(64 * gib + 4096)),
      (Configuration(memory: .max), .memory(.max)),
      (Configuration(memory: .max - 4095), .memory(.max - 4095)),
      (Configuration(memory: 8 << 20, nodes: 2), nil),
      (Configuration(memory: 8 << 20 - 4096, nodes: 2), .nodeTooSmall(needed: 8 << 20)),
      (Configuration(memory: 32 << 20, nodes: 8), nil),
      (Configuration(memory: 32 << 20 - 4096, nodes: 8), .nodeTooSmall(needed: 32 << 20)),
      (Configuration(memory: 0, nodes: 2), .nodeTooSmall(needed: 8 << 20)),
    ]
    for (configuration, wanted) in cases {
      let got = Self.error(configuration)
      #expect(got == wanted, "\(configuration)")
    }
  }

  /// The smallest size boots, is sound and has memory left; a page less says how much is needed.
  @Test(arguments: [4, 5])
  func smallestMemoryBoots(_ levels: Int) throws {
    for cpus in stride(from: 1, through: Configuration.maximumCPUs, by: Scale.isLong ? 1 : 9) {
      var configuration = Configuration(cpus: cpus, levels: levels)
      let smallest = BootLayout.smallestMemory(configuration)
      configuration.memory = smallest
      let machine = try Machine(configuration)
      guard machine.expectSound("\(cpus) CPUs, \(smallest) bytes") else { return }
      try require(machine.counters.freeFrames >= 3, "\(cpus) CPUs: no memory left")
      for memory in [0, 4096, smallest / 2 & ~4095, smallest - 4096] {
        configuration.memory = memory
        let got = Self.error(configuration)
        #expect(got == .tooLittleMemory(needed: smallest), "\(cpus) CPUs, \(memory) bytes")
      }
      // Nothing larger is refused.
      for pages in 1...400 as ClosedRange<UInt64> {
        configuration.memory = smallest + pages << 12
        let needed = BootLayout(configuration).neededMemory
        try require(
          needed <= configuration.memory, "\(cpus) CPUs: \(configuration.memory) bytes are refused")
      }
    }
  }

  /// Frames of TLBs are nobody's else, where they take more than the last node as well.
  @Test(arguments: [2, 3, 8])
  func tlbsAtTheEndStay(_ nodes: Int) throws {
    var configuration = Configuration(cpus: 64, nodes: nodes)
    configuration.tlbEntries = 12288
    configuration.memory = max(
      BootLayout.smallestMemory(configuration), UInt64(nodes) << 22)
    configuration.memory += 4 << 20
    let machine = try Machine(configuration)
    let first = BootLayout(configuration).end - BootLayout(configuration).tlbs
    let lastNode = BootLayout.nodeStart(nodes - 1, configuration)
    try require(first < lastNode, "the last node has room for all TLBs")
    for order: UInt64 in [10, 0] {
      while (try? machine.allocatePages(count: 1, order: order)) != nil {}
      guard machine.expectSound("no more of order \(order)") else { return }
    }
  }

  private static let sizes: [UInt64] = {
    var sizes = (1...8).map { UInt64($0) << 20 }
    for border in [128 << 20, 1 << 30, 4 << 30] as [UInt64] {
      sizes += [border - 4096, border, border + 4096]
    }
    return sizes + [5 << 30, 5 << 30 + 2 << 20 + 4096, 64 << 30]
  }()

  @Test(arguments: sizes, [4, 5])
  func memoryIsMappedWithTheLargestLeaves(_ memory: UInt64, _ levels: Int) throws {
    let machine = try Machine(Configuration(memory: memory, levels: levels))
    machine.expectSound("after boot")
    let map = machine.map
    let frames = memory >> 12
    try checkMapping(machine, map.pageOffset, 0, frames, isDirect: true)
    let tableFrames = (frames * 64 + 4095) / 4096
    let table = UInt64(machine.ram[Superblock.ref].frameTable)
    try checkMapping(machine, map.vmemmap, table, tableFrames, isDirect: false)
    let direct = machine.counters.directMap
    #expect(direct.reduce(0, +) == memory)
    let state = machine.ram[Superblock.ref]
    #expect(UInt64(state.managedFrames) < frames)
    #expect(machine.configuration.memory == memory)
  }

  /// Translations of the first, the last and all border frames, and nothing behind the end.
  private func checkMapping(
    _ machine: borrowing Machine, _ start: UInt64, _ first: UInt64, _ frames: UInt64,
    isDirect: Bool
  ) throws {
    var at: UInt64 = 0
    var samples = 0
    while at < frames {
      let address = start + at << 12
      guard case .leaf(let pfn, let entry, let depth) = machine.users.tables.look(up: address)
      else {
        throw Mismatch("\(hex(address)) is not mapped", #line)
      }
      try require(pfn == first + at, "\(hex(address)) leads to \(pfn)")
      // The first 2 MiB of the direct map stay small.
      var wanted = 1
      for larger in [2, 3] {
        let pages = Level.size(depth: larger) >> 12
        if address & (pages << 12 - 1) == 0, pfn % pages == 0, at + pages <= frames,
          !(isDirect && at == 0)
        {
          wanted = larger
        }
      }
      try require(depth == wanted, "\(hex(address)): leaf at depth \(depth), not \(wanted)")
      try require(
        entry.bits & ~Entry.pfnMask
          == (depth == 1 ? Protection.kernel.bits : Protection.kernelLarge.bits),
        "\(hex(address)): \(hex(entry.bits))")
      let pages = Level.size(depth: depth) >> 12
      guard case .leaf(let last, _, _) = machine.users.tables.look(up: address + pages << 12 - 1)
      else {
        throw Mismatch("end of the leaf at \(hex(address)) is not mapped", #line)
      }
      try require(last == pfn + pages - 1, "end of the leaf at \(hex(address))")
      at += pages
      samples += 1
    }
    let behind = machine.mappings.vmallocToPFN(start + frames << 12)
    #expect(behind == nil)
    #expect(samples < 3000, "boot writes an entry for each page")
  }

  /// The tables below the top entries of the vmalloc window stand from the start.
  @Test(arguments: [(4, 64), (5, 50)])
  func windowTablesArePopulated(_ levels: Int, _ count: Int) throws {
    let machine = try Machine(Configuration(levels: levels))
    let map = machine.map
    let top = Level.size(depth: levels)
    var met = 0
    var address = map.vmallocStart
    while address < map.vmallocEnd {
      let steps = machine.mmu.walk(address)
      try require(steps.count == 2 && !steps[1].entry.isPresent, "\(hex(address))")
      met += 1
      address += top
    }
    #expect(met == count)
    let tables = machine.counters.tables
    #expect(tables[levels] == 1 && tables[levels - 1] >= UInt64(count))
  }

  /// A gigabyte more of RAM costs nothing until it is used.
  @Test func bootTouchesFewFrames() throws {
    var counts: [Int] = []
    for memory in [64 << 20, 64 << 30] as [UInt64] {
      let machine = try Machine(Configuration(memory: memory))
      var count = 0
      machine.forEachUsedFrame { _, _ in count += 1 }
      counts.append(count)
    }
    #expect(counts[1] <= counts[0] + 64, "\(counts)")
  }
}
