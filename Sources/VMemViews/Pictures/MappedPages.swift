internal import VMem

/// The pages that are mapped in parts of the kernel half, for comparisons.
struct MappedPages {
  /// What is mapped in one part.
  struct Sum: Equatable {
    var bytes: UInt64 = 0
    /// Of all entries, without what accesses leave in them.
    fileprivate var hash = RangeHash()

    static func == (a: Sum, b: Sum) -> Bool { a.bytes == b.bytes && a.hash.value == b.hash.value }
  }

  private var walk: TableWalk
  private let levels: Int

  init(_ machine: borrowing Machine) {
    levels = machine.map.levels
    walk = TableWalk(machine.ram, levels: levels, top: machine.mmu.topTable)
  }

  /// What is mapped from the first byte to the last, both of one half of the address space.
  mutating func sum(_ start: UInt64, _ last: UInt64) -> Sum {
    // Every part begins with the upper tables, and meets others once.
    walk.budget += 2 * levels
    var sum = Sum()
    walk.forEachEntry(in: start...last) { step in
      if step.mapsMemory {
        sum.bytes &+= step.bytes
        sum.hash.add(step.first, step.entry.bits & ~(Entry.accessed | Entry.dirty))
      }
      return .below
    }
    return sum
  }
}
