import TestSupport
import Testing

@testable import VMem

/// Slab caches: objects are apart, and empty slabs go back.
struct ObjectCacheTests {
  private func fill(_ machine: borrowing Machine, _ object: Ref<VMArea>, _ value: UInt64) {
    var record = VMArea()
    record.start = value
    record.requestedSize = ~value
    machine.ram[object] = record
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func objectsKeepTheirContents(_ seed: UInt64) throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    var random = SeededGenerator(seed: seed)
    var held: [(object: Ref<VMArea>, value: UInt64)] = []
    for step in 0..<Scale.operations(20_000, long: 500_000) {
      if random.below(20) < (step / 3000 % 2 == 0 ? 12 : 8) {
        let object = try required(machine.caches.allocate(VMArea.self))
        fill(machine, object, UInt64(step))
        held.append((object, UInt64(step)))
      } else if !held.isEmpty {
        held.swapAt(random.index(held.count), held.count - 1)
        let (object, value) = held.removeLast()
        let record = machine.ram[object]
        try require(
          record.start == value && record.requestedSize == ~value,
          "seed \(seed), step \(step): two objects share memory")
        machine.caches.free(object)
      }
      if random.once(in: 500) { machine.caches.shrink() }
      if step % 1000 == 0 {
        // The objects are in use, and no structure has them.
        let found = machine.check().first {
          "\($0.what)" != "slab cache: object belongs to nothing"
        }
        try require(found == nil, "seed \(seed), step \(step): \(found!.what)")
      }
    }
    for (object, _) in held { machine.caches.free(object) }
    machine.caches.shrink()
    machine.expectSound("seed \(seed), end")
    // The block of free address space and its index are what is left.
    let slabs = machine.counters.slabFrames
    #expect(slabs == 2, "seed \(seed)")
  }

  /// However many objects a cache had, it keeps no slab when none is left.
  @Test(arguments: [1, 2, 41, 42, 43, 1000])
  func anEmptyCacheKeepsNoSlab(_ count: Int) throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    let before = machine.counters
    var objects: [Ref<Name>] = []
    for _ in 0..<count {
      objects.append(try required(machine.caches.allocate(Name.self)))
    }
    let perSlab = 4096 / ((MemoryLayout<Name>.stride + 15) & ~15)
    let full = machine.counters.slabFrames - before.slabFrames
    #expect(full == UInt64((count + perSlab - 1) / perSlab))
    for object in objects { machine.caches.free(object) }
    machine.caches.shrink()
    let after = machine.counters
    #expect(after.slabFrames == before.slabFrames)
    #expect(after.freeFrames == before.freeFrames)
    machine.expectSound("\(count) objects")
  }

  /// Slabs that are empty serve other needs before an allocation fails.
  @Test func emptySlabsAreReclaimedBeforeMemoryRunsOut() throws {
    let machine = try Machine(Configuration(memory: 1 << 20))
    var objects: [Ref<Name>] = []
    while let object = machine.caches.allocate(Name.self) { objects.append(object) }
    for object in objects { machine.caches.free(object) }
    let free = machine.counters.freeFrames
    #expect(free == 0)
    let pages = try machine.allocatePages(count: 4)
    try machine.pageSets.freePages(machine.frameNumbers(of: pages))
    machine.expectSound("after the reclaim")
  }
}
