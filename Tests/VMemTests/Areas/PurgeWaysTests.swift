import TestSupport
import Testing

@testable import VMem

/// Purges of few areas among many free blocks, whose ways in the index are found before any of them is
/// given back.
struct PurgeWaysTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func waysThatOthersChange(_ seed: UInt64) throws {
    let machine = try Machine(Configuration(memory: 64 << 20, seed: seed))
    var random = SeededGenerator(seed: seed)
    var live: [VirtualAddress] = []
    for _ in 0..<4000 { live.append(try machine.getVMArea(size: (1 + random.below(8)) << 12)) }
    for at in stride(from: live.count - 1, to: 0, by: -2) {
      try machine.freeVMArea(live.remove(at: at))
    }
    try machine.drainLazyAreas()
    for round in 0..<40 {
      // Two or three in a row, so that some become one block.
      for _ in 0..<20 {
        let at = random.index(live.count - 3)
        for _ in 0..<2 + random.below(2) { try machine.freeVMArea(live.remove(at: at)) }
      }
      #expect(!machine.areas.space.prefersBulk(60), "few blocks are free")
      try machine.drainLazyAreas()
      guard machine.expectSound("seed \(seed), round \(round)") else { return }
      for _ in 0..<50 { live.append(try machine.getVMArea(size: (1 + random.below(8)) << 12)) }
      live.sort { $0.bits < $1.bits }
    }
  }

  /// Full leaves: nothing behind their last entries is followed.
  @Test func fullLeaves() throws {
    let machine = try Machine(Configuration(memory: 64 << 20))
    var random = SeededGenerator(seed: 1)
    func size() -> UInt64 { (1 + random.below(16)) << 12 }
    var live = try (0..<12_000).map { _ in try machine.vmAreas.getVMArea(size: size()) }
    for _ in 0..<24_000 {
      let at = random.index(live.count)
      try machine.vmAreas.freeVMArea(live[at])
      live[at] = try machine.vmAreas.getVMArea(size: size())
    }
    machine.expectSound("full leaves")
  }
}
