public import VMem

extension Views {
  /// The page tables of a range; without one the whole file, or for `tree` and `count` the whole
  /// kernel half, of a user address space the whole user half.
  ///
  /// - Parameters:
  ///   - machine: whose tables are shown.
  ///   - user: the address space whose tables a CPU uses; the kernel's alone when nil.
  ///   - range: its first and its last byte.
  ///   - format: as the kernel's file, as a tree, in numbers or words, or counted.
  ///   - output: where the rows go.
  ///
  /// The corresponding kernel function is `ptdump_walk_pgd_level_debugfs`.
  public static func pageTables(
    _ machine: borrowing Machine, of user: UserTables? = nil,
    in range: ClosedRange<VirtualAddress>?, format: PageTablesFormat, to output: inout ViewOutput
  ) {
    let range = range.map { (start: $0.lowerBound.bits, end: $0.upperBound.bits &+ 1) }
    pageTables(machine, of: user, range: range, format: format, to: &output)
  }

  /// The same for `start ..< end`, where an `end` of 0 stands for the top of the address space.
  package static func pageTables(
    _ machine: borrowing Machine, of user: UserTables? = nil,
    range: (start: UInt64, end: UInt64)?, format: PageTablesFormat, to output: inout ViewOutput
  ) {
    let top = user?.top ?? machine.mmu.topTable
    let userEnd = Level.size(depth: machine.map.levels) << 8
    switch format {
    case .ptdump: ptdump(machine, top, range, to: &output)
    case .tree, .words, .count:
      let (start, end) = range ?? (user == nil ? (machine.map.kernelStart, 0) : (0, userEnd))
      var tree = TableTree(
        ram: machine.ram, levels: machine.map.levels, top: top,
        format: format)
      if end == 0 || start < end { tree.walk(start...(end &- 1), to: &output) }
      tree.totals(to: &output)
    }
  }

  private static func ptdump(
    _ machine: borrowing Machine, _ top: UInt64, _ range: (start: UInt64, end: UInt64)?,
    to output: inout ViewOutput
  ) {
    let (start, end) = range ?? (0, 0)
    guard end == 0 || start < end else { return }
    let wanted = start...(end &- 1)
    // The kernel walks the user half and what lies from the direct map's top entry on, but not the
    // guard hole between them.
    let levels = machine.map.levels
    let halves: [ClosedRange<UInt64>] = [
      0...(Level.size(depth: levels) << 8 - 1),
      (levels == 4 ? 0xffff_8800_0000_0000 : 0xff10_0000_0000_0000)...UInt64.max,
    ]
    let slots = machine.highmem.localSlots * machine.cpuCount
    var dump = TableDump(
      ram: machine.ram, map: machine.map, top: top, from: start,
      window: machine.highmem.kmapWindow.map { ($0, slots) })
    for half in halves where half.overlaps(wanted) {
      dump.walk(half.clamped(to: wanted), to: &output)
    }
    dump.finish(at: end, to: &output)
  }
}
