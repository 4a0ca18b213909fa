internal import VMem

/// The page tables of a dump: those of RAM, and a top table in the image that leads to copies where the
/// kernel's own memory is mapped as well. Nothing in RAM changes.
extension KernelMemory {
  /// Starts the top table, which is `init_top_pgt`, as a copy of the machine's.
  mutating func copyTopTable(_ machine: borrowing Machine) {
    copy(machine.mmu.topTable, to: image["init_top_pgt"], machine)
  }

  private mutating func copy(_ pfn: UInt64, to address: UInt64, _ machine: borrowing Machine) {
    for index in 0..<Level.entries {
      store(machine.ram[table: pfn, index].withoutNote.bits, at: address + UInt64(index) * 8)
    }
  }

  /// Stores 4 KiB leaves from an address on. What was mapped there is replaced.
  mutating func mapPages(
    _ address: UInt64, _ entries: some Sequence<Entry>, _ machine: borrowing Machine
  ) {
    var (at, place) = (address, 0)
    for entry in entries {
      let index = Level.index(of: at, depth: 1)
      if at == address || index == 0 {
        // In two steps: `words` must have one owner while a table is added, or they are copied.
        let table = leafTable(of: at, machine)
        place = wordIndex(table)
      }
      words[place + index] = entry.bits
      at += 4096
    }
  }

  /// The address of the lowest table on the way to `address`: one of this memory's own. By hand, since
  /// what lies in RAM is copied on the way.
  private mutating func leafTable(of address: UInt64, _ machine: borrowing Machine) -> UInt64 {
    var table = image["init_top_pgt"]
    for depth in stride(from: map.levels, to: 1, by: -1) {
      let at = table + UInt64(Level.index(of: address, depth: depth)) * 8
      let entry = Entry(bits: load(at: at))
      let isTable = entry.isPresent && !entry.endsWalk(depth: depth)
      if isTable, entry.pfn >= base >> 12 {
        table = start + entry.pfn << 12 - base
        continue
      }
      table = allocate(bytes: 4096, alignment: 4096)
      if isTable { copy(entry.pfn, to: table, machine) }
      store(physical(table) | Protection.kernelTable.bits, at: at)
    }
    return table
  }
}
