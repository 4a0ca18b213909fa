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

  private let ram: RAM
  private let levels: Int
  private let top: UInt64
  /// Tables that may still be visited: every part begins with the upper ones, and meets others once,
  /// so a loop in a damaged image ends here.
  private var budget: Int

  init(_ machine: borrowing Machine) {
    ram = machine.ram
    levels = machine.map.levels
    top = machine.mmu.topTable
    budget = Int(machine.ram.frameCount)
  }

  /// What is mapped from the first byte to the last, both of one half of the address space.
  mutating func sum(_ start: UInt64, _ last: UInt64) -> Sum {
    budget += 2 * levels
    var sum = Sum()
    add(top, levels, start...last, to: &sum)
    return sum
  }

  private mutating func add(
    _ table: UInt64, _ depth: Int, _ range: ClosedRange<UInt64>, to sum: inout Sum
  ) {
    guard budget > 0 else { return }
    budget -= 1
    let level = Level(depth: depth, levels: levels)
    let size = Level.size(depth: depth)
    var low = range.lowerBound / size * size
    while true {
      let entry = ram[table: table, Level.index(of: low, depth: depth)]
      let part = max(low, range.lowerBound)...min(low + (size - 1), range.upperBound)
      if entry.isPresent, entry.mapsMemory(at: level) {
        sum.bytes &+= part.upperBound - part.lowerBound + 1
        sum.hash.add(low, entry.bits & ~(Entry.accessed | Entry.dirty))
      } else if entry.leadsToTable(at: level) {
        add(entry.pfn, depth - 1, part, to: &sum)
      }
      if range.upperBound - low < size { return }
      low += size
    }
  }
}
