import TestSupport
import Testing

@testable import VMem

/// Random use of the area allocator against a search through every free block.
struct AreaAllocatorTests {
  private static let machines: [(cpus: Int, switches: Switches)] = [
    (1, [.vmapNodes, .sparse]), (4, [.vmapNodes, .sparse]), (4, [.lazyMerge, .sizeWrapBug]),
  ]

  @Test(arguments: machines.indices, [1, 2] as [UInt64])
  func everyAnswerIsTheLinearScans(_ kind: Int, _ seed: UInt64) throws {
    let (cpus, switches) = Self.machines[kind]
    let machine = try Machine(
      Configuration(memory: 64 << 20, cpus: cpus, switches: switches, seed: seed))
    var user = try RandomAreaUser(machine, seed: seed << 8 | UInt64(kind))
    let count = Scale.operations(4_000, long: 170_000)
    for step in 0..<count {
      guard user.step(machine) else {
        Issue.record("machine \(kind), seed \(seed), step \(step): \(user.complaint)")
        return
      }
      if step % 500 == 499 {
        guard user.checkBusy(machine), machine.expectSound("seed \(seed), step \(step)") else {
          Issue.record("machine \(kind), seed \(seed), step \(step): \(user.complaint)")
          return
        }
      }
    }
    guard user.freeAll(machine) else { return _ = Issue.record("at the end: \(user.complaint)") }
    machine.expectSound("machine \(kind), seed \(seed), all freed")
    try machine.unmapAliases()
    try machine.reclaimAreas()
    let counters = machine.counters
    #expect(counters.busyAreas == 0)
    #expect(counters.lazyPages == 0)
    #expect(counters.freeBlocks == 1, "seed \(seed): address space stays in pieces")
  }
}
