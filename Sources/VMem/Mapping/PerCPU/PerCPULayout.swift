/// How memory of which every CPU has its own is laid out: a unit for each CPU, the same at the same place
/// in all of them. The corresponding kernel function is `pcpu_build_alloc_info`.
struct PerCPULayout {
  /// Alignment of chunks, and what they are made of (`atom_size`).
  static let atom: UInt64 = 2 << 20
  /// The smallest unit: static data of a kernel and what is reserved for modules and early use.
  private static let smallestUnit: UInt64 = 256 << 10
  /// The largest object (`PCPU_MIN_UNIT_SIZE`).
  static let largestObject: UInt64 = 32 << 10

  /// Bytes of a unit.
  let unit: UInt64
  /// Offset of each CPU's unit from the chunk's base, and the CPU's node.
  let units: [UInt64]
  let nodes: [Int]
  /// Units of all groups, those of no CPU included (`pcpu_nr_units`).
  let unitCount: Int
  let groups: [(offset: UInt64, size: UInt64)]

  /// As many units in an atom as waste little, CPUs of a node together, and nodes as far apart as their
  /// memory.
  init(_ configuration: Configuration) {
    let cpus = configuration.cpus
    let nodes = (0..<cpus).map { $0 * configuration.nodes / max(1, cpus) }
    let counts = (0..<configuration.nodes).map { node in nodes.count { $0 == node } }
    var (best, fewest) = (1, Int.max)
    for perAtom in stride(from: Int(Self.atom / Self.smallestUnit), through: 1, by: -1) {
      guard Self.atom % UInt64(perAtom) == 0, Self.atom / UInt64(perAtom) & 4095 == 0 else {
        continue
      }
      let atoms = counts.reduce(0) { $0 + ($1 + perAtom - 1) / perAtom }
      if atoms * perAtom - cpus > cpus / 3 { continue }
      if atoms > fewest { break }
      (best, fewest) = (perAtom, atoms)
    }
    unit = Self.atom / UInt64(best)
    var groups: [(offset: UInt64, size: UInt64)] = []
    var units: [UInt64] = []
    var end: UInt64 = 0
    for (node, count) in counts.enumerated() where count > 0 {
      let start = UInt64(BootLayout.nodeStart(node, configuration)) << 12
      let offset = groups.isEmpty ? 0 : max((start + Self.atom - 1) & ~(Self.atom - 1), end)
      let size = UInt64((count + best - 1) / best) * Self.atom
      for index in 0..<count { units.append(offset + UInt64(index) * unit) }
      groups.append((offset, size))
      end = offset + size
    }
    unitCount = Int(groups.reduce(0) { $0 + $1.size } / unit)
    self.nodes = nodes
    self.groups = groups
    self.units = units
  }
}
