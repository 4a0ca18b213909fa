import TestSupport
import Testing

@testable import VMem

/// The same calls give the same bytes of RAM; readers change none.
struct DeterminismTests {
  /// A machine after random calls that depend on nothing but the seed.
  private static func machine(seed: UInt64, steps: Int, boot: UInt64 = 1) throws -> Machine {
    let machine = try Machine(Configuration(memory: 16 << 20, cpus: 2, nodes: 2, seed: boot))
    var user = try RandomAreaUser(machine, seed: seed)
    for step in 0..<steps {
      guard user.step(machine) else { throw Mismatch("step \(step): \(user.complaint)", #line) }
    }
    return machine
  }

  @Test func sameCallsGiveTheSameHash() throws {
    let first = try Self.machine(seed: 5, steps: 400).hash()
    let second = try Self.machine(seed: 5, steps: 400).hash()
    #expect(first == second)
    let longer = try Self.machine(seed: 5, steps: 401).hash()
    #expect(first != longer)
    let other = try Self.machine(seed: 6, steps: 400).hash()
    #expect(first != other)
    let booted = try Self.machine(seed: 5, steps: 400, boot: 2).hash()
    #expect(first != booted)
  }

  /// One byte anywhere makes another hash, and its return the old one.
  @Test func everyByteCounts() throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    let pages = machine.frameNumbers(of: try machine.allocatePages(count: 3))
    let before = machine.hash()
    for (page, offset) in [(0, 0), (1, 2047), (2, 4095)] as [(Int, UInt64)] {
      let pfn = UInt32(pages[page])
      unsafe machine.ram.withFrame(pfn) { unsafe $0[Int(offset)] = 1 }
      let changed = machine.hash()
      #expect(changed != before)
      unsafe machine.ram.withFrame(pfn) { unsafe $0[Int(offset)] = 0 }
      let restored = machine.hash()
      #expect(restored == before)
    }
  }

  @Test func readersChangeNothing() throws {
    let machine = try Self.machine(seed: 7, steps: 300)
    let before = machine.hash()
    var met = 0
    _ = machine.check()
    _ = machine.counters
    _ = machine.configuration
    _ = machine.pageSets.zoneSummaries
    machine.vmAreas.forEachBusyArea { _ in met += 1 }
    machine.vmAreas.forEachLazyArea { _, _ in met += 1 }
    machine.vmAreas.forEachFreeBlock { _, _ in met += 1 }
    machine.vmAreas.forEachFreeTreeNode { _ in met += 1 }
    machine.vmAreas.forEachPool { _, _, _ in met += 1 }
    machine.vmAreas.forEachMapBlock { _ in met += 1 }
    machine.names.forEachName { _ in met += 1 }
    machine.forEachUsedFrame { _, _ in met += 1 }
    for address in [0, machine.map.vmallocStart, machine.map.pageOffset, .max] {
      _ = machine.vmAreas.findVMArea(address)
      _ = machine.vmAreas.neighbours(of: address)
      _ = machine.mappings.vmallocToPFN(address)
      _ = machine.mmu.walk(address)
      machine.mmu.kcoreRead(address, count: 5000) { met += $0.count }
    }
    for pfn in [0, 200, 1000, 1 << 20] as [UInt64] {
      _ = machine.pageSets.use(ofFrame: pfn)
      _ = machine.pageSets.structPage(pfn)
      _ = machine.pageSets.nameAndIndex(ofFrame: pfn)
    }
    let after = machine.hash()
    #expect(met > 0)
    #expect(after == before)
  }
}
