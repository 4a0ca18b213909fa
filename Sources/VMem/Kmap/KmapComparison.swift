/// What one way of mapping pages cost: counted while it worked.
package struct KmapCost: Sendable {
  /// The kernel function that maps.
  package let method: StaticString
  package var mappings: UInt64 = 0
  /// Locks taken that all CPUs share.
  package var locks: UInt64 = 0
  /// Entries of page tables written.
  package var writes: UInt64 = 0
  /// Single pages flushed, once for each CPU that did it, and flushes of everything on all CPUs.
  package var singleFlushes: UInt64 = 0
  package var fullFlushes: UInt64 = 0

  /// Units that an entry, a single flush, and a full flush on each CPU cost.
  package static let units = (write: UInt64(1), single: UInt64(40), full: UInt64(400))

  /// Units that all of it costs on so many CPUs, of which each does a full flush.
  package func cost(cpus: UInt64) -> UInt64 {
    writes * Self.units.write + singleFlushes * Self.units.single
      + fullFlushes * Self.units.full * cpus
  }
}

/// The same work by each way of mapping: pages of high memory copied to others, in turn on every
/// CPU.
package struct KmapComparison: Sendable {
  package static let mostPages: UInt64 = 65536
  /// `vmap_area` and busy-tree locks of a vmap, those of a vunmap, and those of a purge.
  private static let vmapLocks = (map: UInt64(2), unmap: UInt64(2), purge: UInt64(2))

  let pages: UInt64
  let cpus: Int
  /// The machine it is asked on: kernel, switches, windows.
  let configuration: Configuration

  /// Refuses with -EINVAL for no pages, more than 65536, or CPUs that no machine has.
  package init(pages: UInt64, cpus: UInt64, like configuration: Configuration) throws(Refusal) {
    guard (1...Self.mostPages).contains(pages) else {
      throw Refusal(.errno(.EINVAL), .tooManyToCompare, pages, Self.mostPages)
    }
    guard (1...UInt64(Configuration.maximumCPUs)).contains(cpus) else {
      throw Refusal(.errno(.EINVAL), .noSuchCPU, cpus, UInt64(Configuration.maximumCPUs))
    }
    self.pages = pages
    self.cpus = Int(cpus)
    self.configuration = configuration
  }

  /// Does the work four times, each time on a machine of its own.
  package func run() throws(Refusal) -> [KmapCost] {
    [try pageByPage(.kmap), try pageByPage(.local), try pageByPage(.atomic), try vmap()]
  }

  private enum Way { case kmap, local, atomic }

  private func makeMachine() throws(Refusal) -> Machine {
    var c = Configuration()
    c.kernel = configuration.kernel
    c.switches = configuration.switches
    c.levels = configuration.levels
    c.window = configuration.window
    c.pkmapSlots = configuration.pkmapSlots
    c.cpus = cpus
    c.highmem = (pages * 2 + 1024) << 12
    // Low memory for struct pages, tables and lists of as many pages.
    c.memory = c.highmem + 48 << 20 + (pages / 8) << 12
    do throws(BootError) {
      return try Machine(c)
    } catch {
      // With guards, kmap_local has slots for fewer CPUs.
      guard case .localSlots(let most) = error else {
        throw Refusal(.errno(.ENOMEM), .noFrames, pages)
      }
      throw Refusal(.errno(.EINVAL), .noSuchCPU, UInt64(cpus), UInt64(most))
    }
  }

  private func allocate(on machine: borrowing Machine) throws(Refusal) -> [UInt64] {
    let set = try machine.pageSets.allocatePages(count: pages * 2, gfp: [.kernel, .highmem])
    var result: [UInt64] = []
    for index in 0..<pages * 2 { result.append(UInt64(machine.pageSets.page(index, of: set) ?? 0)) }
    return result
  }

  private func pageByPage(_ way: Way) throws(Refusal) -> KmapCost {
    let machine = try makeMachine()
    let frames = try allocate(on: machine)
    let before = machine.counters.flushes
    for page in 0..<Int(pages) {
      try machine.selectCPU(UInt64(page % cpus))
      try copy(machine, frames[2 * page], frames[2 * page + 1], way)
    }
    if way == .kmap { try machine.highmem.kmapFlushUnused() }
    let flushes = machine.counters.flushes
    var cost = KmapCost(
      method: way == .kmap ? "kmap" : way == .local ? "kmap_local" : "kmap_atomic")
    if let pkmap = machine.highmem.pkmap {
      cost.mappings = machine.ram[pkmap.state].mappings
      cost.locks = machine.ram[pkmap.state].locks
      cost.writes = machine.ram[pkmap.state].writes
    }
    // kunmap_local flushes its own CPU, the flush of a small PKMAP every one.
    let single = flushes.pages - before.pages
    cost.singleFlushes = way == .kmap ? single * UInt64(cpus) : single
    cost.fullFlushes = flushes.full - before.full
    return cost
  }

  private func copy(
    _ machine: borrowing Machine, _ from: UInt64, _ to: UInt64, _ way: Way
  ) throws(Refusal) {
    switch way {
    case .kmap:
      let (source, target) = (try machine.highmem.kmap(from), try machine.highmem.kmap(to))
      try machine.mmu.copy(to: target, from: source, count: 4096)
      try machine.highmem.kunmap(to)
      try machine.highmem.kunmap(from)
    case .local:
      let (source, target) = (
        try machine.highmem.kmapLocalPage(from), try machine.highmem.kmapLocalPage(to)
      )
      try machine.mmu.copy(to: target, from: source, count: 4096)
      try machine.highmem.kunmapLocal(target)
      try machine.highmem.kunmapLocal(source)
    case .atomic:
      let (source, target) = (
        try machine.highmem.kmapAtomic(from), try machine.highmem.kmapAtomic(to)
      )
      try machine.mmu.copy(to: target, from: source, count: 4096)
      try machine.highmem.kunmapAtomic(target)
      try machine.highmem.kunmapAtomic(source)
    }
  }

  /// Each CPU maps all of its pages at once, sources and targets, and what is freed is purged.
  private func vmap() throws(Refusal) -> KmapCost {
    let machine = try makeMachine()
    let frames = try allocate(on: machine)
    let before = machine.counters.flushes
    var cost = KmapCost(method: "vmap")
    for cpu in 0..<min(cpus, Int(pages)) {
      try machine.selectCPU(UInt64(cpu))
      let mine = stride(from: cpu, to: Int(pages), by: cpus)
      let (from, to) = (mine.map { frames[2 * $0] }, mine.map { frames[2 * $0 + 1] })
      let count = UInt64(from.count)
      let source = try machine.mappings.vmap(from, count: count, flags: .map)
      let target = try machine.mappings.vmap(to, count: count, flags: .map)
      try machine.mmu.copy(to: target, from: source, count: count << 12)
      try machine.mappings.vunmap(target)
      try machine.mappings.vunmap(source)
      cost.mappings += 2
      cost.locks += 2 * (Self.vmapLocks.map + Self.vmapLocks.unmap)
      // Written once, and cleared once.
      cost.writes += 4 * count
    }
    try machine.vmAreas.unmapAliases()
    cost.locks += Self.vmapLocks.purge
    let flushes = machine.counters.flushes
    cost.singleFlushes = (flushes.pages - before.pages) * UInt64(cpus)
    cost.fullFlushes = flushes.full - before.full
    return cost
  }
}
