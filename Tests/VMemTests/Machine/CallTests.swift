import TestSupport
import Testing

@testable import VMem

/// What holds for every kernel call, as a client of the library makes it.
struct CallTests {
  private func booted() throws -> Machine {
    var configuration = Configuration()
    configuration.cpus = 2
    return try Machine(configuration)
  }

  /// Lazy areas are drained when they have more pages than the kernel lets wait, whoever frees them.
  @Test func freedAreasAreDrained() throws {
    let machine = try booted()
    let areas = try (0..<96).map { _ in try machine.vmAreas.getVMArea(size: 1 << 20) }
    var most: UInt64 = 0
    for area in areas {
      try machine.vmAreas.freeVMArea(area)
      most = max(most, machine.counters.lazyPages)
    }
    #expect(most > 8192)
    #expect(machine.counters.lazyPages < most)
    #expect(machine.check().isEmpty)
  }

  @Test func aCallAdvancesTheClockOnce() throws {
    let machine = try booted()
    let before = machine.clock
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 64 << 10))
    #expect(machine.clock == before + 1)
    try machine.mappings.vfree(area)
    #expect(machine.clock == before + 2)
    // A refused call has been made, too, and is over.
    #expect(throws: Refusal.self) { try machine.vmAreas.freeVMArea(0x1000) }
    #expect(machine.clock == before + 3)
    _ = try machine.vmAreas.getVMArea(size: 4096)
    #expect(machine.clock == before + 4)
  }

  @Test func callsThatArePerformedTogetherAreOne() throws {
    let machine = try booted()
    let before = machine.clock
    let areas = try machine.perform { () throws(Refusal) in
      try (0..<10_000).map { (_: Int) throws(Refusal) in try machine.vmAreas.getVMArea(size: 4096) }
    }
    #expect(machine.clock == before + 1)
    var waiting: UInt64 = 0
    try machine.perform { () throws(Refusal) in
      for area in areas { try machine.vmAreas.freeVMArea(area) }
      waiting = machine.counters.lazyPages
    }
    #expect(waiting == 20_000)
    #expect(machine.counters.lazyPages < waiting)
    #expect(throws: Refusal.self) {
      try machine.perform { () throws(Refusal) in try machine.vmAreas.freeVMArea(0x1000) }
    }
    #expect(machine.clock == before + 3)
    #expect(machine.check().isEmpty)
  }

  /// A CPU in the middle of a call makes no other; another CPU does.
  @Test func aBusyCPUMakesNoOtherCall() throws {
    let machine = try booted()
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 64 << 10))
    _ = try machine.steps.begin(.vunmapRange(start: area, end: area + 4096), on: 0)
    let before = machine.clock
    let busy = Refusal(.errno(.EBUSY), .cpuInTheMiddle, 0)
    #expect(
      refusal(of: { () throws(Refusal) in _ = try machine.vmAreas.getVMArea(size: 4096) }) == busy)
    var isMade = false
    #expect(refusal(of: { () throws(Refusal) in try machine.perform { isMade = true } }) == busy)
    #expect(!isMade && machine.clock == before)
    try machine.selectCPU(1)
    _ = try machine.vmAreas.getVMArea(size: 4096)
    try machine.selectCPU(0)
    while machine.steps.isBusy { _ = try machine.steps.step(0) }
    _ = try machine.vmAreas.getVMArea(size: 4096)
    machine.expectSound("after the call")
  }
}
