import TestSupport
import Testing

@testable import VMem

/// Mapping, unmapping and populating against a dictionary of pages and sets of tables.
struct PageTablesTests {
  /// What the tables must hold: pages by address, and which tables exist at each depth.
  private struct Model {
    let levels: Int
    var pages: [UInt64: UInt64] = [:]
    /// Starts of the ranges that tables at a depth cover.
    var tables: [Int: Set<UInt64>] = [:]

    init(_ map: AddressMap) {
      levels = map.levels
      // Those that boot has made below the top entries.
      var at = map.vmallocStart
      while at < map.vmallocEnd {
        tables[levels - 1, default: []].insert(at)
        at += Level.size(depth: levels)
      }
    }

    /// Notes the tables that a walk down to `address` makes.
    mutating func touch(_ address: UInt64, depth lowest: Int = 1) {
      for depth in lowest..<levels {
        tables[depth, default: []].insert(address & ~(Level.size(depth: depth + 1) - 1))
      }
    }

    func count(_ depth: Int) -> UInt64 { UInt64(tables[depth]?.count ?? 0) }
  }

  private struct User {
    let frames: [UInt64]
    let base: UInt64
    var random: SeededGenerator
    var model: Model

    init(_ machine: borrowing Machine, seed: UInt64) throws {
      frames = machine.frameNumbers(of: try machine.allocatePages(count: 64))
      // Borders of every level lie above and below this one.
      base = machine.map.vmallocStart + Level.size(depth: machine.map.levels) * 3
      random = SeededGenerator(seed: seed)
      model = Model(machine.map)
    }

    /// A range near a border of a random level. Where it lies in one table its ends may lie inside
    /// pages, at the same offset; over a border such a walk steps past the end of the table.
    private mutating func range(_ longest: UInt64) -> (start: UInt64, end: UInt64) {
      let border = base + (random.below(3) << Level.shift(depth: 2 + random.index(2)))
      let start = border - 16 << 12 + random.below(32) << 12
      let end = start + (1 + random.below(longest)) << 12
      let isInside = start >> 21 == end >> 21
      let offset = isInside && random.once(in: 3) ? random.below(4096) : 0
      return (start + offset, end + offset)
    }

    mutating func map(_ machine: borrowing Machine) throws {
      let (start, end) = range(12)
      let length = Int((end - start) >> 12)
      var list: [UInt64] = (0..<length).map { _ in random.pick(frames) }
      switch random.below(8) {
      case 0: list[random.index(length)] = PageList.null
      case 1: list[random.index(length)] = UInt64(machine.ram.frameCount) + random.below(1 << 30)
      case 2: list.removeLast(random.index(length + 1))
      default: break
      }
      var wanted: Refusal?
      var warned: UInt64 = 0
      for step in 0..<length {
        let address = start + UInt64(step) << 12
        model.touch(address)
        let page = address & ~4095
        if let there = model.pages[page] {
          wanted = Refusal(
            .errno(.ENOMEM), .slotOccupied, address, Entry(pfn: there, .kernel).bits)
        } else if step >= list.count || list[step] == PageList.null {
          wanted = Refusal(.errno(.ENOMEM), .nullPage, address, UInt64(step))
        } else if list[step] >= UInt64(machine.ram.frameCount) {
          wanted = Refusal(.errno(.ENOMEM), .invalidFrame, address, list[step])
        } else {
          model.pages[page] = list[step]
          continue
        }
        warned = 1
        break
      }
      let before = machine.warnings
      let got = refusal(of: { () throws(Refusal) in
        try machine.mappings.vmapPagesRange(start: start, end: end, pages: list)
      })
      try require(
        got == wanted && machine.warnings - before == warned,
        "map \(hex(start))..\(hex(end)): \(String(describing: got)), not \(String(describing: wanted))"
      )
    }

    mutating func unmap(_ machine: borrowing Machine) throws {
      let (start, end) = range(20)
      try machine.mappings.vunmapRange(start: start, end: end)
      var at = start & ~4095
      while at < end & ~4095 {
        model.pages[at] = nil
        at += 4096
      }
    }

    mutating func populate(_ machine: borrowing Machine) throws {
      let level = random.pick([Level.pte, .pte, .pmd, .pud])
      let (start, end) = range(600)
      try machine.mappings.populate(start: start, end: end, level: level)
      var at = start
      while at < end {
        model.touch(at, depth: level.depth(levels: model.levels))
        at = (at & ~(1 << 21 - 1)) + 1 << 21
      }
    }

    mutating func setPTE(_ machine: borrowing Machine) throws {
      let address = range(1).start
      let page = address & ~4095
      let pfn = random.pick(frames)
      var wanted: Refusal?
      if let depth = (1..<model.levels).reversed().first(where: {
        !(model.tables[$0]?.contains(address & ~(Level.size(depth: $0 + 1) - 1)) ?? false)
      }) {
        wanted = Refusal(
          .errno(.ENOENT), .noTable, address,
          UInt64(Level(depth: depth, levels: model.levels).rawValue))
      } else if let there = model.pages[page] {
        wanted = Refusal(.errno(.EBUSY), .slotOccupied, address, Entry(pfn: there, .kernel).bits)
      } else {
        model.pages[page] = pfn
      }
      let tables = machine.counters.tables
      let got = refusal(of: { () throws(Refusal) in
        try machine.mappings.setPTE(at: address, pfn: pfn)
      })
      try require(
        got == wanted && machine.counters.tables == tables,
        "set_pte_at \(hex(address)): \(String(describing: got))")
    }

    func compare(_ machine: borrowing Machine, boot: [UInt64]) throws {
      for (address, pfn) in model.pages {
        try require(machine.mappings.vmallocToPFN(address + 17) == pfn, "\(hex(address))")
      }
      var met = 0
      for border in [0, 1, 2] as [UInt64] {
        for depth in [2, 3] {
          let middle = base + border << Level.shift(depth: depth)
          for step in 0..<80 as Range<UInt64> {
            let address = middle - 32 << 12 + step << 12
            let wanted = model.pages[address]
            try require(machine.mappings.vmallocToPFN(address) == wanted, "\(hex(address))")
            met += 1
          }
        }
      }
      try require(met > 0)
      let tables = machine.counters.tables
      for depth in 1..<model.levels {
        let own = tables[depth] - boot[depth]
        let wanted = model.count(depth)
        try require(own == wanted, "depth \(depth): \(own) tables, not \(wanted)")
      }
    }
  }

  @Test(arguments: [4, 5], [1, 2, 3] as [UInt64])
  func pagesAndTablesAreTheModels(_ levels: Int, _ seed: UInt64) throws {
    let machine = try Machine(Configuration(memory: 16 << 20, levels: levels))
    // Tables of the direct map and of the struct pages.
    var boot = machine.counters.tables
    boot[levels - 1] -= levels == 4 ? 64 : 50
    var user = try User(machine, seed: seed)
    var highest = [UInt64](repeating: 0, count: 6)
    for step in 0..<Scale.operations(3_000, long: 300_000) {
      let context = "levels \(levels), seed \(seed), step \(step)"
      do {
        switch user.random.below(20) {
        case 0..<8: try user.map(machine)
        case 8..<14: try user.unmap(machine)
        case 14: if user.random.once(in: 8) { try user.populate(machine) }
        default: try user.setPTE(machine)
        }
        let tables = machine.counters.tables
        try require(zip(tables, highest).allSatisfy { $0 >= $1 }, "tables went away")
        highest = tables
        if step % 100 == 99 { try user.compare(machine, boot: boot) }
        if step % 500 == 499 {
          try require(machine.check().isEmpty, "\(machine.check())")
          try require(machine.staleMappings.isEmpty, "\(machine.staleMappings)")
        }
      } catch {
        Issue.record("\(context): \(error)")
        return
      }
    }
  }

  /// What stands in an entry, and that walks tell of it.
  @Test(arguments: [4, 5])
  func entriesAreTheArchitectures(_ levels: Int) throws {
    let machine = try Machine(Configuration(memory: 4 << 20, levels: levels))
    let page = machine.frameNumbers(of: try machine.allocatePages(count: 1))[0]
    let area = try machine.vmAreas.getVMArea(size: 4096, flags: .sparse)
    try machine.mappings.vmAreaMapPages(area: area, start: area, end: area + 4096, pages: [page])
    let steps = machine.mmu.walk(area)
    #expect(steps.count == levels)
    for step in steps.dropLast() {
      let bits = step.entry.bits & ~(Entry.pfnMask | Entry.accessed)
      #expect(bits == 0x43)
      let word = machine.ram[table: step.table, step.index].bits
      #expect(word == step.entry.bits)
    }
    let last = try required(steps.last)
    #expect(last.entry.bits == page << 12 | 0x8000_0000_0000_0163)
    #expect(last.level == .pte && steps[0].level == .pgd)
    #expect(steps[0].table == machine.mmu.topTable)
  }
}
