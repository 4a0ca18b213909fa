/// Memory of which every CPU has its own: chunks of address space with a unit for each CPU, the same
/// at the same place in all of them. The corresponding kernel code is mm/percpu.c.
///
/// Objects take the next place in the newest chunk, a chunk is given back as a whole, and all are
/// when the allocator goes: it lives no longer than the test that uses it.
struct PerCPUChunks {
  /// Alignment of chunks, and what they are made of (`atom_size`).
  private static let atom: UInt64 = 2 << 20
  /// The smallest unit: static data of a kernel and what is reserved for modules and early use.
  private static let smallestUnit: UInt64 = 256 << 10
  /// The largest object (`PCPU_MIN_UNIT_SIZE`).
  static let largestObject: UInt64 = 32 << 10

  private struct Chunk {
    var base: UInt64
    /// Bytes of each unit that objects have taken, and pages that are there.
    var used: UInt64 = 0
    var populated: UInt64 = 0
    /// What describes it: maps of the taken and the last bytes, and of the free runs by page.
    var records: [UInt64] = []
  }

  /// Bytes of a unit.
  let unit: UInt64
  /// Offset of each CPU's unit from the chunk's base.
  private let units: [UInt64]
  private let groups: [(offset: UInt64, size: UInt64)]
  private let nodes: [Int]
  private var chunks: [Chunk] = []
  /// Pages mapped so far, in all units.
  private(set) var mappedPages: UInt64 = 0

  /// Units as `pcpu_build_alloc_info` lays them out: as many in an atom as waste little, CPUs of a
  /// node together, and nodes as far apart as their memory.
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
    self.nodes = nodes
    self.groups = groups
    self.units = units
  }

  /// Room for an object in every unit; returns its address for CPU 0, or nil. The corresponding
  /// kernel function is `__alloc_percpu`.
  mutating func allocate(_ machine: borrowing Machine, size: UInt64, align: UInt64) -> UInt64? {
    guard size > 0, size <= Self.largestObject, align.nonzeroBitCount == 1, align <= 4096 else {
      return nil
    }
    if let place = take(machine, size, align) { return place }
    // An untouched chunk is not too small: there are no pages for it.
    guard chunks.last?.used != 0, add(machine) else { return nil }
    return take(machine, size, align)
  }

  private mutating func take(
    _ machine: borrowing Machine, _ size: UInt64, _ align: UInt64
  ) -> UInt64? {
    guard let chunk = chunks.last else { return nil }
    let start = (chunk.used + align - 1) & ~(align - 1)
    let end = start + size
    guard end <= unit else { return nil }
    let pages = (end + 4095) >> 12
    // Pages come one by one to all units; those that came before the memory ran out stay.
    while chunks[chunks.count - 1].populated < pages {
      guard populate(machine, chunk.base, chunks[chunks.count - 1].populated) else { return nil }
      chunks[chunks.count - 1].populated += 1
      mappedPages += UInt64(units.count)
    }
    chunks[chunks.count - 1].used = end
    return chunk.base + start
  }

  /// The page at an offset of every unit (`pcpu_populate_chunk`).
  private func populate(
    _ machine: borrowing Machine, _ base: UInt64, _ page: UInt64
  ) -> Bool {
    for (cpu, offset) in units.enumerated() {
      let address = base + offset + page << 12
      guard let pfn = machine.frames.allocatePage(node: nodes[cpu]) else {
        unpopulate(machine, base, page, cpus: cpu)
        return false
      }
      machine.ram[machine.frames.frame(pfn)].index = Frame.orphan
      do throws(Refusal) {
        try machine.mapPages(address, address + 4096, [UInt64(pfn)])
      } catch {
        machine.frames.free(pfn)
        unpopulate(machine, base, page, cpus: cpu)
        return false
      }
    }
    return true
  }

  private func unpopulate(
    _ machine: borrowing Machine, _ base: UInt64, _ page: UInt64, cpus: Int
  ) {
    for offset in units[..<cpus] {
      let address = base + offset + page << 12
      guard let pfn = machine.vmallocToPFN(address) else { continue }
      machine.tables.unmap(address, address + 4096).flush()
      machine.frames.free(UInt32(pfn))
    }
  }

  /// A new chunk, with what describes it (`pcpu_create_chunk`).
  private mutating func add(_ machine: borrowing Machine) -> Bool {
    var chunk = Chunk(base: 0)
    let map = unit / 32
    do throws(Refusal) {
      for size in [map, map + 8, unit >> 12 * 32] {
        var request = VmallocRequest(size: size)
        request.isZeroed = true
        chunk.records.append(size > 4096 ? try machine.vmalloc(request) : 0)
      }
      chunk.base = try machine.getPerCPUAreas(align: Self.atom, groups)
    } catch {
      for record in chunk.records { try? machine.vfree(record) }
      return false
    }
    chunks.append(chunk)
    return true
  }

  /// Gives every chunk back (`pcpu_destroy_chunk`).
  mutating func removeAll(_ machine: borrowing Machine) throws(Refusal) {
    for chunk in chunks {
      for page in 0..<chunk.populated { unpopulate(machine, chunk.base, page, cpus: units.count) }
      try machine.freePerCPUAreas(chunk.base)
      for record in chunk.records { try machine.vfree(record) }
    }
    chunks = []
  }
}
