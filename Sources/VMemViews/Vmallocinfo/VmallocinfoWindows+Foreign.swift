internal import VMem

/// Windows of other architectures than x86-64, whose ends depend on how the kernel was built.
extension VmallocinfoWindows {
  /// PowerPC: where vmalloc begins, and its least size of all kernels that begin there. In their order:
  /// hash tables up to 5.1, hash tables with pages of 4 KiB, radix tables and hash tables with 64 KiB.
  private static let powerPC: [(start: UInt64, size: UInt64)] = [
    (0xd000_0000_0000_0000, 8 << 40), (0xc000_1000_0000_0000, 16 << 40),
    (0xc008_0000_0000_0000, 64 << 40),
  ]

  /// Callers whose areas may lie beside the window, at its ends: what is mapped before there are areas,
  /// and of 64 bits modules, which have a place of their own on some architectures.
  private static let besideCallers: [StaticString] = [
    "iotable_init", "pci_reserve_io", "pmd_empty_section_gap", "vm_area_add_early",
    "vm_reserve_area_early", "debug_ll_io_init", "map_lowmem",
  ]
  private static let moduleCallers: [StaticString] = [
    "module_alloc", "move_module", "load_module", "sys_init_module", "layout_and_allocate",
    "execmem_", "bpf_jit_", "bpf_prog_pack_alloc", "alloc_insn_page", "create_trampoline",
  ]

  /// The range of those rows that lie in the window for sure, and the highest of them; all of a window
  /// is between them at the least.
  private func sure(
    _ file: VmallocinfoFile, _ names: [StaticString], where isCandidate: (Row) -> Bool
  ) -> (lowest: UInt64, highest: Row)? {
    var lowest = UInt64.max
    var highest: Row?
    for row in file.rows where isCandidate(row) {
      // In order, all but the outermost need not be looked at.
      guard row.start < lowest || row.end > highest?.end ?? 0,
        !names.contains(where: { file.texts.hasPrefix($0, at: row.caller) })
      else { continue }
      lowest = min(lowest, row.start)
      if row.end > highest?.end ?? 0 { highest = row }
    }
    return highest.map { (lowest, $0) }
  }

  /// 64 bits: what the rows from `start` on span, but no more than any window here, and all that is known
  /// to be free behind them.
  mutating func findForeign(_ file: VmallocinfoFile, from start: UInt64) {
    let largest = AddressMap.vmallocSize(levels: 5)
    let isNear = { (row: Row) in row.start >= start && row.end - start <= largest }
    var all: Window = (.max, 0)
    for row in file.rows where isNear(row) {
      all = (min(all.start, row.start), max(all.last, row.end - 1))
    }
    isWhole = false
    foreign = all
    vmalloc = all
    if let known = Self.powerPC.last(where: {
      all.start >= $0.start && all.start - $0.start < $0.size
    }) {
      vmalloc = (known.start, max(all.last, known.start + (known.size - 1)))
      foreign = vmalloc
    } else if let (lowest, highest) = sure(
      file, Self.besideCallers + Self.moduleCallers, where: isNear)
    {
      vmalloc = (lowest, highest.end - 1)
    }
  }

  /// 32 bits. Arm has its modules in the 16 MiB below the memory that is always mapped, begins the window
  /// at a multiple of 8 MiB, and ends it at one of two places, to which per-CPU memory reaches. Others
  /// begin and end it where the size of the memory and the number of CPUs say.
  mutating func findNarrow(_ file: VmallocinfoFile) {
    let memory: UInt64 = 0xc000_0000
    let arm = memory - 16 << 20..<memory
    let hasModules = file.rows.contains { arm.contains($0.start) }
    if hasModules { modules = (arm.lowerBound, memory - 1) }
    let isArm =
      hasModules
      || file.rows.contains { row in
        Self.besideCallers.contains { file.texts.hasPrefix($0, at: row.caller) }
      }
    let isElsewhere = { (row: Row) in !hasModules || !arm.contains(row.start) }
    foreign = (0, 0xffff_ffff)
    isWhole = false
    guard
      let (lowest, highest) = sure(
        file, Self.besideCallers + (isArm ? Self.moduleCallers : []), where: isElsewhere)
        ?? sure(file, [], where: isElsewhere)
    else { return }
    let step: UInt64 = 8 << 20
    vmalloc = (isArm ? lowest / step * step : lowest, highest.end - 1)
    let isPerCPU = highest.flags == .alloc && highest.pages == 0
    isWhole = isArm && isPerCPU && [0xff00_0000, 0xff80_0000].contains(highest.end)
  }

  /// Takes windows from the kernel's log, if that is of the machine of the rows.
  mutating func take(_ logged: LoggedWindows, _ rows: [Row]) {
    guard let window = logged.vmalloc else { return }
    let isIn = { (row: Row, start: UInt64, last: UInt64) in
      row.start >= start && row.end - 1 <= last
    }
    let other: Window? = logged.modules.map { (start: $0.start, last: $0.last) } ?? modules
    let own = rows.count { isIn($0, window.start, window.last) }
    let others = other.map { other in rows.count { isIn($0, other.start, other.last) } } ?? 0
    guard (own + others) * 2 > rows.count else { return }
    if foreign == nil, vmalloc != (window.start, window.last) {
      foreign = (rows[0].start, rows.reduce(0) { max($0, $1.end - 1) })
    }
    vmalloc = (window.start, window.last)
    isWhole = true
    logLines.append(window.line)
    guard let other = logged.modules else { return }
    modules = others > 0 ? (other.start, other.last) : nil
    emptyModules = (other.start, other.last)
    logLines.append(other.line)
  }
}
