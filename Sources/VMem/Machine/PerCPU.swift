/// What each CPU keeps for itself.
struct PerCPU: BitwiseCopyable {
  /// Blocks of vm_map_ram that this CPU allocated and that have room: first and last.
  var freeBlocks = Ref<MapBlock>.none
  var lastFreeBlock = Ref<MapBlock>.none
  /// Blocks whose index modulo the number of CPUs is this CPU's, by index.
  var blocks = SparseArray()
  /// Keeps the size a multiple of 16.
  var unused: UInt64 = 0

  static func framesNeeded(cpus: Int) -> UInt32 {
    UInt32((cpus * MemoryLayout<PerCPU>.stride + 4095) / 4096)
  }
}
