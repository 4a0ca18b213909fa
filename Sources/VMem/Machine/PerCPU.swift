/// What each CPU keeps for itself.
struct PerCPU: BitwiseCopyable {
  /// Blocks of vm_map_ram that this CPU allocated and that have room: first and last.
  var freeBlocks = Ref<MapBlock>.none
  var lastFreeBlock = Ref<MapBlock>.none
  /// Blocks whose index modulo the number of CPUs is this CPU's, by index.
  var blocks = SparseArray()
  /// Frame in which addresses wait that are freed after a grace period, or 0, and their number.
  var rcuPage: UInt32 = 0
  var rcuCount: UInt32 = 0
  /// Entries in this CPU's TLB.
  var tlbUsed: UInt32 = 0
  /// The user address space whose tables this CPU walks.
  var userSpace = Ref<UserSpace>.none
  /// What the task that the machine boots with has of temporary mappings on this CPU.
  var kmap = Ref<KmapControl>.none
  /// PKRS: what each protection key allows now.
  var pkrs: UInt32 = 0
  /// The call that this CPU is in the middle of.
  var step = StepState()

  static func framesNeeded(cpus: Int) -> UInt32 {
    UInt32((cpus * MemoryLayout<PerCPU>.stride + 4095) / 4096)
  }
}

extension RAM {
  /// What a CPU that there is keeps for itself.
  @inline(__always)
  func perCPU(_ cpu: Int) -> Ref<PerCPU> {
    let granules = UInt32(MemoryLayout<PerCPU>.stride / 16)
    return Ref(granule: self[Superblock.ref].perCPU.granule &+ UInt32(cpu) &* granules)
  }
}
