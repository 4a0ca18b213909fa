import Testing

@testable import VMem

/// What happens when no place is left even after a purge.
struct PurgeNotifierTests: ~Copyable {
  private let machine: Machine
  private let start: UInt64
  private let end: UInt64

  init() throws {
    machine = try Machine(
      Configuration(
        memory: 64 << 20, switches: KernelVersion.v7_0.switches, seed: 1))
    start = machine.map.vmallocStart
    end = start + 0x11000
  }

  private func reserveAll() throws(Refusal) -> UInt64 {
    try machine.vmAreas.getVMArea(size: 0x10000, start: start, end: end)
  }

  @Test func whatANotifierFreesIsHandedOut() throws {
    let kept = try reserveAll()
    #expect(throws: Refusal.self) { try reserveAll() }
    try machine.vmAreas.registerPurgeNotifier(kept)
    #expect(try reserveAll() == kept)
    machine.expectSound("after the notifier")
    // The new area has none.
    #expect(throws: Refusal.self) { try reserveAll() }
  }

  @Test func aNotifierIsRegisteredOnce() throws {
    let area = try reserveAll()
    let exists = Refusal(.errno(.EEXIST), .hasNotifier, area)
    let none = Refusal(.errno(.ENOENT), .noNotifier, area)
    let nowhere = Refusal(.errno(.EINVAL), .noAreaAtAddress, area + 4096)
    #expect(throws: none) { try machine.vmAreas.unregisterPurgeNotifier(area) }
    try machine.vmAreas.registerPurgeNotifier(area)
    #expect(throws: exists) { try machine.vmAreas.registerPurgeNotifier(area) }
    #expect(throws: nowhere) { try machine.vmAreas.registerPurgeNotifier(area + 4096) }
    #expect(throws: nowhere) { try machine.vmAreas.unregisterPurgeNotifier(area + 4096) }
    try machine.vmAreas.unregisterPurgeNotifier(area)
    #expect(throws: Refusal.self) { try reserveAll() }
    #expect(machine.vmAreas.findVMArea(area) != nil)
  }

  @Test func requestsThatMustNotWaitCallNone() throws {
    let kept = try reserveAll()
    try machine.vmAreas.registerPurgeNotifier(kept)
    #expect(throws: Refusal.self) {
      try machine.vmAreas.getVMArea(size: 0x10000, start: start, end: end, gfp: .atomic)
    }
    #expect(machine.vmAreas.findVMArea(kept) != nil)
  }

  @Test func pagesAndTheirArrayGoToo() throws {
    // More than 512 pages: the page array has an area of its own, which is given up as well.
    let before = machine.ram[machine.ram.mapping].vmallocPages
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 600 << 12))
    let found = machine.vmAreas.findVMArea(area)
    let array = try #require(found).array
    try machine.vmAreas.registerPurgeNotifier(area)
    try machine.vmAreas.registerPurgeNotifier(array)
    let size = machine.map.vmallocEnd - machine.map.vmallocStart
    #expect(throws: Refusal.self) { try machine.vmAreas.getVMArea(size: size &- 4095) }
    #expect(machine.vmAreas.findVMArea(area) == nil && machine.vmAreas.findVMArea(array) == nil)
    let after = machine.ram[machine.ram.mapping].vmallocPages
    #expect(after == before)
    machine.expectSound("after giving up")
  }
}
