/// Makes allocations fail that `inject` has chosen. The corresponding kernel functions are
/// `should_fail_alloc_page` and `should_failslab`.
///
/// Allocations look at one word of the superblock, which is 0 as long as nothing is armed.
struct Injector {
  let ram: RAM

  private var state: Ref<Superblock> { Superblock.ref }

  /// Counts an allocation and says whether it fails; a failure is told in the log.
  @inline(never)
  func strikes(_ kind: InjectionKind, _ detail: UInt32) -> Bool {
    let at = Int(kind.rawValue)
    let before = ram[ram.injections].points[at]
    guard before.filter == nil || before.filter == detail,
      ram[ram.injections].points[at].count()
    else { return false }
    ram[ram.injections].failed += 1
    // As in a kernel, the log says how many failures were left before this one.
    let times = UInt64(truncatingIfNeeded: before.left.map { Int64($0) } ?? -1)
    KernelLog(ram: ram).write(
      .faultInjected, level: 5, nil, UInt64(kind.rawValue) | UInt64(detail) << 8, before.seen + 1,
      UInt64(before.every), times)
    return true
  }

  // MARK: Spare descriptors

  /// Whether alloc_vmap_area gets its descriptor. With it goes the preload.
  func allowsArea() -> Bool {
    if strikes(.slab, UInt32(SlabCache.vmapArea.rawValue)) { return false }
    preload()
    return true
  }

  /// Gives the CPU a spare descriptor for a block that may have to be split; failing is no error
  /// (`preload_this_cpu_lock`).
  func preload() {
    let bit = UInt64(1) << UInt64(ram[state].cpu)
    if ram[ram.injections].spares & bit == 0,
      !strikes(.slab, UInt32(SlabCache.vmapArea.rawValue))
    {
      ram[ram.injections].spares |= bit
    }
  }

  /// Whether a block that is split gets a descriptor: the CPU's spare one, or a new one.
  func allowsSplit() -> Bool {
    let bit = UInt64(1) << UInt64(ram[state].cpu)
    if ram[ram.injections].spares & bit == 0 {
      return !strikes(.slab, UInt32(SlabCache.vmapArea.rawValue))
    }
    ram[ram.injections].spares &= ~bit
    return true
  }
}

extension RAM {
  /// Whether allocations of a kind may fail.
  @inline(__always)
  func injects(_ kind: InjectionKind) -> Bool { self[Superblock.ref].injects & kind.bit != 0 }

  /// Whether an allocation from a slab is made to fail.
  @inline(__always)
  func fails(_ cache: SlabCache) -> Bool {
    injects(.slab) && Injector(ram: self).strikes(.slab, UInt32(cache.rawValue))
  }
}
