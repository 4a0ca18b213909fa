/// One vmap node: pools of freed address space by size, and the areas that wait for a purge.
/// The corresponding kernel structure is `struct vmap_node`.
struct VmapNode: BitwiseCopyable {
  /// Largest pooled area in pages, guard page included (`MAX_VA_SIZE_PAGES`).
  static let poolCount = 256

  struct List: BitwiseCopyable {
    var head = Ref<VMArea>.none
    var tail = Ref<VMArea>.none
    var count: UInt32 = 0
    /// Areas of a lazy list whose rows were read while they were busy.
    var seenBusy: UInt32 = 0
  }

  /// Pool `i` holds areas of `i + 1` pages.
  var pools = InlineArray<256, List>(repeating: List())
  /// Areas that wait for a purge, newest first.
  var lazy = List()

  static func framesNeeded(cpus: Int) -> UInt32 {
    UInt32((cpus * MemoryLayout<VmapNode>.stride + 4095) / 4096)
  }
}
