import Testing

@testable import VMem

/// The walk over a range that every reader of page tables uses.
struct TableWalkTests: ~Copyable {
  private let machine: Machine
  private let start: UInt64

  /// A machine with two pages at `start`, the first and the third.
  init() throws {
    var configuration = Configuration()
    configuration.memory = 16 << 20
    let machine = try Machine(configuration)
    let start = try machine.vmAreas.getVMArea(size: 2 << 20, flags: .sparse)
    let set = try machine.allocatePages(count: 2)
    for (index, offset) in [(0, 0), (1, 8192)] as [(UInt64, UInt64)] {
      let page: UInt32? = machine.pageSets.page(index, of: set)
      let at = start + offset
      try machine.mappings.vmAreaMapPages(
        area: start, start: at, end: at + 4096, pages: [UInt64(try #require(page))])
    }
    self.machine = machine
    self.start = start
  }

  private func steps(
    _ range: ClosedRange<UInt64>, holes: Bool = false,
    _ next: (TableStep) -> TableWalk.Next = { _ in .below }
  ) -> [TableStep] {
    var steps: [TableStep] = []
    var walk = machine.tables.walk
    walk.forEachEntry(in: range, holes: holes) { step in
      steps.append(step)
      return next(step)
    }
    return steps
  }

  @Test func tablesComeBeforeTheirEntries() {
    let found = steps(start...start + 16383)
    #expect(found.map(\.depth) == [4, 3, 2, 1, 1])
    #expect(found.suffix(2).map(\.part.lowerBound) == [start, start + 8192])
    #expect(found.map(\.leadsToTable) == [true, true, true, false, false])
    #expect(found.map(\.mapsMemory) == [false, false, false, true, true])
    #expect(found[2].bytes == 16384 && found[3].bytes == 4096)
  }

  @Test func holesCountWhenAskedFor() {
    #expect(steps(start...start + 16383, holes: true).count == 3 + 4)
  }

  @Test func aStepIsPartOfTheRangeAndOfAnEntry() throws {
    let step = try #require(steps(start + 100...start + 199).last)
    #expect(step.first == start && step.part == start + 100...start + 199)
  }

  @Test func theWalkGoesWhereItIsTold() {
    #expect(steps(start...start + 16383) { $0.depth == 2 ? .behind : .below }.count == 3)
    #expect(steps(start...start + 16383) { $0.depth == 1 ? .end : .below }.count == 4)
  }

  @Test func tablesThatLeadToThemselvesEndTheWalk() {
    let table = machine.ram[table: machine.tables.top, Level.index(of: start, depth: 4)].pfn
    for index in 0..<512 { machine.ram[table: table, index] = Entry(pfn: table, .kernelTable) }
    var walk = machine.tables.walk
    var count = 0
    walk.forEachEntry(in: machine.map.kernelStart...UInt64.max) { _ in
      count += 1
      return .below
    }
    #expect(walk.budget == 0 && count <= 4096 * 512)
  }

  @Test func aDescentEndsAtTheLeafOrTheHole() {
    #expect(machine.tables.descent(to: start).map(\.depth) == [4, 3, 2, 1])
    #expect(machine.tables.end(of: start).mapsMemory)
    #expect(machine.tables.end(of: start + 4096).entry.isNone)
    #expect(machine.tables.descent(to: start + 1 << 30).map(\.depth) == [4, 3])
    #expect(machine.tables.entryPlace(start, depth: 2).stoppedAt == 2)
    #expect(machine.tables.entryPlace(start + 1 << 30, depth: 1).stoppedAt == 3)
  }
}
