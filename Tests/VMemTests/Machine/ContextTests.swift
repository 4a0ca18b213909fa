import TestSupport
import Testing

@testable import VMem

/// Which calls may be made where: might-sleep complaints are counted and logged, and change nothing
/// else; what an interrupt must not do is a BUG.
struct ContextTests {
  /// What a call does in a context.
  private enum Reply: Equatable {
    case quiet
    /// Works, with this many complaints.
    case complains(UInt64)
    case bug
  }

  private enum Call: CaseIterable {
    case getArea, getAreaWithoutBlocking, freeArea, mapPages, mapPagesOverTables, unmapPages
    case setPTE, populate, mapRAM, unmapRAM, unmapAliases, allocatePages
    case allocatePagesWithoutBlocking, freePages, access, vunmapRange

    func reply(in context: ExecutionContext) -> Reply {
      if context == .process { return .quiet }
      switch self {
      case .getArea: return context.rawValue >= ExecutionContext.irq.rawValue ? .bug : .complains(1)
      case .getAreaWithoutBlocking:
        return context.rawValue >= ExecutionContext.irq.rawValue ? .bug : .quiet
      // One for the call, three for the tables that it makes.
      case .mapPages: return .complains(3)
      case .mapPagesOverTables: return .complains(1)
      case .populate: return .complains(2)
      case .freeArea, .unmapPages, .unmapRAM, .unmapAliases, .allocatePages:
        return .complains(1)
      default: return .quiet
      }
    }
  }

  /// What the calls work on, made in process context.
  private struct Stage {
    let area: UInt64
    let sparse: UInt64
    let mapped: UInt64
    let pages: [UInt64]

    init(_ machine: borrowing Machine) throws {
      pages = machine.frameNumbers(of: try machine.allocatePages(count: 3))
      area = try machine.vmAreas.getVMArea(size: 4096)
      let far = machine.map.vmallocStart + 1 << 40
      sparse = try machine.vmAreas.getVMArea(size: 4 << 20, flags: .sparse, start: far)
      mapped = try machine.mappings.vmMapRAM([pages[0]])
    }

    func perform(_ call: Call, _ machine: borrowing Machine) throws(Refusal) {
      switch call {
      case .getArea: _ = try machine.vmAreas.getVMArea(size: 4096)
      case .getAreaWithoutBlocking: _ = try machine.vmAreas.getVMArea(size: 4096, gfp: .atomic)
      case .freeArea: try machine.vmAreas.freeVMArea(area)
      case .mapPages, .mapPagesOverTables:
        try machine.mappings.vmAreaMapPages(
          area: sparse, start: sparse, end: sparse + 4096, pages: [pages[1]])
      case .unmapPages:
        try machine.mappings.vmAreaUnmapPages(area: sparse, start: sparse, end: sparse + 4096)
      case .setPTE: try machine.mappings.setPTE(at: sparse + 8192, pfn: pages[2])
      case .populate: try machine.mappings.populate(start: sparse, end: sparse + 4096)
      case .mapRAM: _ = try machine.mappings.vmMapRAM([pages[1]])
      case .unmapRAM: try machine.mappings.vmUnmapRAM(mapped, count: 1)
      case .unmapAliases: try machine.unmapAliases()
      case .allocatePages: _ = try machine.allocatePages(count: 1)
      case .allocatePagesWithoutBlocking: _ = try machine.allocatePages(count: 1, gfp: .atomic)
      case .freePages: try machine.pageSets.freePages([pages[2]])
      case .access: try machine.mmu.fill(mapped, count: 4096, byte: 1)
      case .vunmapRange: try machine.mappings.vunmapRange(start: sparse, end: sparse + 4096)
      }
    }
  }

  @Test(arguments: ExecutionContext.allCases)
  func complaintsAreCountedAndLogged(_ context: ExecutionContext) throws {
    for call in Call.allCases {
      let machine = try Machine(
        Configuration(memory: 4 << 20, switches: KernelVersion.v7_0.switches))
      let stage = try Stage(machine)
      if call == .setPTE || call == .mapPagesOverTables {
        try machine.mappings.populate(start: stage.sparse, end: stage.sparse + 4096)
      }
      let (warned, logged) = (machine.warnings, machine.log.end)
      let before = StateDump.lines(machine)
      machine.context = context
      let refused = refusal(of: { () throws(Refusal) in try stage.perform(call, machine) })
      machine.context = .process
      let warnings = machine.warnings - warned
      let text = "\(call) in \(context): \(warnings) warnings, \(String(describing: refused))"
      switch call.reply(in: context) {
      case .quiet:
        try require(refused == nil && warnings == 0 && machine.log.end == logged, text)
      case .complains(let count):
        try require(refused == nil && warnings == count, text)
        try require(machine.log.end == logged + count, text)
        for number in logged..<machine.log.end {
          let record = machine.log[number]
          try require(
            record.message == KernelMessage.sleepingInAtomic.rawValue
              && record.a == UInt64(context.rawValue), text)
        }
      case .bug:
        try require(refused?.outcome == .bug && StateDump.lines(machine) == before, text)
        try require(machine.log[logged].message == KernelMessage.bug.rawValue, text)
      }
      try require(machine.check().isEmpty, "\(text): \(machine.check())")
    }
  }

  /// Each CPU is in a context of its own.
  @Test func contextsBelongToCPUs() throws {
    let machine = try Machine(Configuration(memory: 4 << 20, cpus: 2))
    machine.context = .nmi
    try machine.selectCPU(1)
    let other = machine.context
    #expect(other == .process)
    try machine.selectCPU(0)
    let own = machine.context
    #expect(own == .nmi)
  }

  /// WARN_ONCE speaks once, but is counted each time.
  @Test func warnOnceIsLoggedOnce() throws {
    let machine = try Machine(Configuration(memory: 4 << 20, switches: KernelVersion.v7_0.switches))
    let page = machine.frameNumbers(of: try machine.allocatePages(count: 1))
    for flags in [VMFlags.map, [.sparse, .noGuard], [.sparse, .flushResetPerms]] {
      let area = try machine.vmAreas.getVMArea(size: 8192, flags: flags)
      let (warned, logged) = (machine.warnings, machine.log.end)
      for _ in 0..<3 {
        let got = refusal(of: { () throws(Refusal) in
          try machine.mappings.vmAreaMapPages(
            area: area, start: area, end: area + 4096, pages: page)
        })
        #expect(got?.outcome == .errno(.EINVAL))
      }
      let (more, records) = (machine.warnings - warned, machine.log.end - logged)
      #expect(more == 3 && records == 1)
    }
  }
}
