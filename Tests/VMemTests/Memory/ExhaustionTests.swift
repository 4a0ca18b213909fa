import TestSupport
import Testing

@testable import VMem

/// Memory that runs out at every step of a scenario: each call fails as documented, and the machine
/// is sound after it.
struct ExhaustionTests {
  /// One run of the scenario, and the calls of it that failed.
  private struct Run {
    let rounds: Int
    /// After how many calls the whole machine is checked.
    let interval: Int
    var failures = 0
    private var calls = 0
    private var areas: [UInt64] = []
    private var pages: [UInt64] = []
    private var mappings: [(address: UInt64, count: UInt64)] = []
    private var groups: [UInt64] = []
    private var allocations: [UInt64] = []
    private var maps: [UInt64] = []

    init(rounds: Int, interval: Int) {
      self.rounds = rounds
      self.interval = interval
    }

    /// Makes a call that may fail in one way only.
    private mutating func attempt<T>(
      _ machine: borrowing Machine, _ outcome: Refusal.Outcome, _ rules: [Rule],
      line: Int = #line, _ call: () throws(Refusal) -> T
    ) throws -> T? {
      var result: T?
      var refused: Refusal?
      do throws(Refusal) { result = try call() } catch { refused = error }
      if let refused {
        failures += 1
        try require(
          refused.outcome == outcome && rules.contains(refused.rule), "\(refused)", line: line)
      }
      calls += 1
      if calls % interval == 0 || (interval < 10 && result == nil) {
        let violations = machine.check()
        let text = violations.first.map { "\($0.what) \(hex($0.a)) \(hex($0.b))" }
        try require(violations.isEmpty, "call \(calls): \(text ?? "")", line: line)
      }
      return result
    }

    mutating func perform(_ machine: borrowing Machine) throws {
      for round in 0..<rounds {
        try getAreas(machine)
        try getPages(machine, round)
        try mapSparse(machine)
        try mapRAM(machine)
        try getGroups(machine)
        try allocate(machine)
        try free(machine)
      }
      let violations = machine.check()
      try require(violations.isEmpty, "\(violations)")
    }

    private mutating func getAreas(_ machine: borrowing Machine) throws {
      for step in 0..<14 as Range<UInt64> {
        let start = step % 3 == 0 ? machine.map.vmallocStart + step << 34 : nil
        let address = try attempt(machine, .null, [.noDescriptor]) { () throws(Refusal) in
          try machine.vmAreas.getVMArea(size: 1 << (10 + step), align: 1 << step, start: start)
        }
        if let address { areas.append(address) }
      }
    }

    private mutating func getPages(_ machine: borrowing Machine, _ round: Int) throws {
      for step in 0..<5 {
        let set = try attempt(machine, .null, [.noFrames, .noDescriptor]) { () throws(Refusal) in
          try machine.allocatePages(count: UInt64(1 + 2 * step), order: step == 3 ? 1 : 0)
        }
        guard let set else { continue }
        let numbers = machine.frameNumbers(of: set)
        pages += numbers
        let text = Array("pages_\(round)_\(step)".utf8)
        let name = try attempt(machine, .errno(.ENOMEM), [.nameTableFull]) { () throws(Refusal) in
          try machine.names.declare(text.span)
        }
        if let name { machine.names.bind(name, pages: set) }
        // A page less leaves a gap in the set.
        if step == 2 {
          try machine.pageSets.freePages([numbers[1]])
          pages.removeAll { $0 == numbers[1] }
        }
      }
    }

    private mutating func mapSparse(_ machine: borrowing Machine) throws {
      let start = machine.map.vmallocStart + 1 << 40 - 1 << 22
      let got = try attempt(machine, .null, [.noDescriptor]) { () throws(Refusal) in
        try machine.vmAreas.getVMArea(size: 8 << 20, flags: .sparse, start: start)
      }
      guard let area = got, let page = pages.first else { return }
      areas.append(area)
      for step in 0..<4 as Range<UInt64> {
        // Over the border of two PTE tables, of two PMD tables, and inside one.
        let at = area + step * 1 << 21 - (step == 0 ? 0 : 8192)
        let list = [UInt64](repeating: page, count: 4)
        let done: Void? = try attempt(machine, .errno(.ENOMEM), [.noTableMemory]) {
          () throws(Refusal) in
          try machine.mappings.vmAreaMapPages(area: area, start: at, end: at + 16384, pages: list)
        }
        // What a failed call has mapped stays, so the range is free for another try only when cleared.
        if done == nil {
          try machine.mappings.vmAreaUnmapPages(area: area, start: at, end: at + 16384)
        } else {
          try require(machine.mappings.vmallocToPFN(at + 8192) == page)
        }
      }
      _ = try attempt(machine, .errno(.ENOMEM), [.noTableMemory]) { () throws(Refusal) in
        try machine.mappings.populate(start: area, end: area + 8 << 20)
      }
      _ = try attempt(machine, .errno(.ENOENT), [.noTable]) { () throws(Refusal) in
        try machine.mappings.setPTE(at: area + 7 << 20, pfn: page)
      }
    }

    private mutating func mapRAM(_ machine: borrowing Machine) throws {
      guard let page = pages.last else { return }
      for count in [1, 3, 64, 65, 7] as [UInt64] {
        let list = [UInt64](repeating: page, count: Int(count))
        let address = try attempt(machine, .null, [.noDescriptor, .noTableMemory]) {
          () throws(Refusal) in try machine.mappings.vmMapRAM(list)
        }
        if let address { mappings.append((address, count)) }
      }
    }

    private mutating func getGroups(_ machine: borrowing Machine) throws {
      for step in 1...3 as ClosedRange<UInt64> {
        let address = try attempt(machine, .null, [.noDescriptor]) { () throws(Refusal) in
          try machine.percpu.getPerCPUAreas(
            align: 4096, [(0, step << 12), (step << 14, 4096), (1 << 30, 4096)])
        }
        if let address { groups.append(address) }
      }
    }

    private mutating func allocate(_ machine: borrowing Machine) throws {
      let rules: [Rule] = [.noDescriptor, .noFrames, .noTableMemory, .morePagesThanRAM]
      for step in 1...4 as ClosedRange<UInt64> {
        var request = VmallocRequest(size: step * step * 5000)
        if step == 2 { request.gfp.insert(.zero) }
        let address = try attempt(machine, .null, rules) { () throws(Refusal) in
          try machine.mappings.vmalloc(request)
        }
        if let address { allocations.append(address) }
      }
      let list = Array(pages.prefix(9))
      let mapped = try attempt(machine, .null, rules + [.sizeRoundsToZero]) { () throws(Refusal) in
        try machine.mappings.vmap(list, count: UInt64(list.count), flags: .map)
      }
      if let mapped { maps.append(mapped) }
    }

    /// Giving back must always work, whatever there is left.
    private mutating func free(_ machine: borrowing Machine) throws {
      while let (address, count) = mappings.popLast() {
        let done: Void? = try attempt(machine, .bug, []) { () throws(Refusal) in
          try machine.mappings.vmUnmapRAM(address, count: count)
        }
        try require(done != nil)
      }
      while let address = allocations.popLast() { try machine.mappings.vfree(address) }
      while let address = maps.popLast() { try machine.mappings.vunmap(address) }
      for address in areas { try machine.vmAreas.freeVMArea(address) }
      areas = []
      while let address = groups.popLast() { try machine.percpu.freePerCPUAreas(address) }
      _ = try attempt(machine, .bug, []) { () throws(Refusal) in try machine.unmapAliases() }
      _ = try attempt(machine, .bug, []) { () throws(Refusal) in try machine.reclaimAreas() }
      while let page = pages.popLast() { try machine.pageSets.freePages([page]) }
      let counters = machine.counters
      try require(counters.busyAreas == 0 && counters.lazyPages == 0)
      try require(counters.freeBlocks == 1, "address space stays in pieces")
    }
  }

  @Test(arguments: 0..<10, [(1, 4), (4, 5)])
  func everyCallMayRunOutOfMemory(_ part: Int, _ machine: (cpus: Int, levels: Int)) throws {
    var configuration = Configuration(cpus: machine.cpus, levels: machine.levels)
    let smallest = BootLayout.smallestMemory(configuration)
    for step in stride(from: part, to: 80, by: Scale.isLong ? 10 : 30) {
      configuration.memory = smallest + UInt64(step) << 12
      let machine = try Machine(configuration)
      let isThorough = Scale.isLong || step % 8 == 0
      var run = Run(rounds: 2, interval: isThorough ? 1 : 16)
      do {
        try run.perform(machine)
      } catch {
        Issue.record("\(configuration.memory) bytes, \(machine.cpuCount) CPUs: \(error)")
        return
      }
      // The smallest machine must run out, or this tests nothing.
      if step == 0 { #expect(run.failures > 20) }
    }
  }

  /// With enough memory nothing of it fails.
  @Test func enoughMemoryIsEnough() throws {
    let machine = try Machine(Configuration(memory: 4 << 20, cpus: 4))
    var run = Run(rounds: 2, interval: 1)
    do { try run.perform(machine) } catch { Issue.record("\(error)") }
    #expect(run.failures == 0)
  }
}
