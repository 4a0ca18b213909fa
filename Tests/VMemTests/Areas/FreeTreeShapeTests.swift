import TestSupport
import Testing

@testable import VMem

/// The free tree has the shape that textbook red-black trees and the kernel's rules give it.
struct FreeTreeShapeTests {
  /// The engine's tree and the model's, both driven by the same operations.
  private struct Pair {
    let space: FreeSpace
    let caches: ObjectCaches
    let model = NaiveTree()
    var held: [(start: UInt64, end: UInt64)] = []
    var random: SeededGenerator

    init(_ machine: borrowing Machine, seed: UInt64) {
      space = machine.areas.space
      caches = machine.caches
      random = SeededGenerator(seed: seed)
      model.give(1, .max)
    }

    /// Takes a random range wherever the engine's search finds it, or anywhere at all.
    mutating func take() {
      let size = (1 + random.below(8)) << 12
      let base: UInt64 = 0xffff_c900_0000_0000
      let start = base + random.below(1 << 12) << 12
      if random.once(in: 2) {
        let align = UInt64(1) << (12 + random.below(5))
        guard
          let address = try? space.allocate(size: size, align: align, from: start, to: .max)
        else { return }
        model.take(address, address + size)
        held.append((address, address + size))
      } else if let block = model.node(containing: start), start + size <= block.end {
        guard space.reserve(start, size) else {
          Issue.record("free range \(hex(start)) cannot be reserved")
          return
        }
        model.take(start, start + size)
        held.append((start, start + size))
      }
    }

    /// Gives a held range back, or one end of it.
    mutating func give() {
      guard !held.isEmpty else { return }
      var (start, end) = held.swapAt(random.index(held.count), with: held.count - 1)
      if end - start > 4096 && random.once(in: 4) {
        let middle = start + 4096
        if random.once(in: 2) {
          held.append((middle, end))
          end = middle
        } else {
          held.append((start, middle))
          start = middle
        }
      }
      guard let spare = caches.allocate(FreeBlock.self) else { return }
      guard space.release(start, end, spare: spare) else {
        Issue.record("range \(hex(start)) cannot be given back")
        return
      }
      model.give(start, end)
    }
  }

  private func compare(
    _ machine: borrowing Machine, _ pair: Pair, _ context: String, isThorough: Bool
  ) -> Bool {
    let wanted = pair.model.preOrder
    var at = 0
    var isEqual = true
    machine.vmAreas.forEachFreeTreeNode { node in
      let other = at < wanted.count ? wanted[at] : nil
      if node?.start != other?.start || node?.isBlack != other?.isBlack { isEqual = false }
      at += 1
    }
    if isThorough {
      var checker = Checker(ram: machine.ram)
      machine.prepare(&checker, BootLayout(machine.configuration))
      machine.caches.check(&checker)
      pair.space.check(&checker) { _, _ in }
      if let violation = checker.violations.first {
        Issue.record("\(context): \(violation.what) \(hex(violation.a))")
        return false
      }
    }
    if !isEqual || at != wanted.count { Issue.record("\(context): the shapes differ") }
    return isEqual && at == wanted.count
  }

  /// Few ranges turn the tree inside out all the time, many make it deep.
  @Test(arguments: [(1, 6), (2, 20), (3, 60), (4, 300)] as [(UInt64, Int)])
  func shapeIsTheTextbooks(_ seed: UInt64, _ ranges: Int) throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    var pair = Pair(machine, seed: seed)
    for step in 0..<Scale.operations(8_000, long: 250_000) {
      let wantsMore = pair.held.count < ranges
      if pair.random.index(4) < (wantsMore ? 3 : 1) { pair.take() } else { pair.give() }
      if ranges <= 20 || step % 16 == 0 {
        let isThorough = Scale.isLong || step % 16 == 0
        guard compare(machine, pair, "seed \(seed), step \(step)", isThorough: isThorough)
        else { return }
      }
    }
    while !pair.held.isEmpty { pair.give() }
    guard compare(machine, pair, "seed \(seed), end", isThorough: true) else { return }
    let blocks = machine.counters.freeBlocks
    #expect(blocks == 1)
  }
}

extension Array {
  /// Takes out the element at a position by moving another into its place.
  fileprivate mutating func swapAt(_ index: Int, with last: Int) -> Element {
    swapAt(index, last)
    return removeLast()
  }
}
