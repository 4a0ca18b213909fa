import VMem

/// The tables and entries of a range in the words of the recordings.
struct TableText {
  private(set) var lines: [String] = []
  private var tables = (pud: 0, pmd: 0, pte: 0)
  private var leaves = (pud: 0, pmd: 0, pte: 0)

  init(_ machine: borrowing Machine, _ start: UInt64, _ end: UInt64) {
    visit(machine.ram, machine.mmu.topTable, machine.map.levels, start, end)
  }

  /// How many tables and leaves there are, by level.
  var counts: String {
    "tables: pud=\(tables.pud) pmd=\(tables.pmd) pte=\(tables.pte)"
      + "  leaves: pud=\(leaves.pud) pmd=\(leaves.pmd) pte=\(leaves.pte)"
  }

  private mutating func visit(
    _ ram: RAM, _ table: UInt64, _ depth: Int, _ start: UInt64, _ end: UInt64
  ) {
    if depth == 1 { return runs(ram, table, start, end) }
    let size = Level.size(depth: depth)
    let name = ["", "pte", "pmd", "pud", "pgd"][depth]
    var at = start & ~(size - 1)
    while at < end {
      let entry = ram[table: table, Level.index(of: at, depth: depth)]
      if entry.isPresent {
        lines.append(String(repeating: "  ", count: 4 - depth) + "\(name) \(hex(at)) table")
        switch depth {
        case 4: tables.pud += 1
        case 3: tables.pmd += 1
        default: tables.pte += 1
        }
        visit(ram, entry.pfn, depth - 1, max(at, start), min(at + size, end))
      }
      at += size
    }
  }

  private mutating func runs(_ ram: RAM, _ table: UInt64, _ start: UInt64, _ end: UInt64) {
    var at = start
    while at < end {
      let first = at
      let flags = ram[table: table, Level.index(of: at, depth: 1)].bits & 0x8000_0000_0000_0f9f
      while at < end, flags & 1 == 1,
        ram[table: table, Level.index(of: at, depth: 1)].bits & 0x8000_0000_0000_0f9f == flags
      {
        at += 4096
      }
      if at == first {
        at += 4096
        continue
      }
      let count = Int((at - first) >> 12)
      leaves.pte += count
      lines.append("      pte \(hex(first))-\(hex(at)) \(count) page(s) flags=\(hex(flags))")
    }
  }
}
