/// A block of address space from which small vm_map_ram requests are cut: the kernel's `vmap_block`.
struct MapBlock: SlabObject {
  static var cache: Int { 4 }

  /// Pages of a block (`VMAP_BBMAP_BITS`) on a 64-bit kernel built for up to 2048 CPUs.
  static let pages: UInt32 = 1024
  static let size = UInt64(pages) << 12
  /// Most pages of a request that blocks serve (`VMAP_MAX_ALLOC`).
  static let maximumRequest: UInt64 = 64
  /// A block with less than this untouched is purged without force (`VMAP_PURGE_THRESHOLD`).
  static let purgeThreshold = pages / 4

  var area = Ref<VMArea>.none
  var cpu: UInt32 = 0
  /// Neighbours on the list of blocks with room.
  var next = Ref<MapBlock>.none
  var previous = Ref<MapBlock>.none
  /// Pages at the end that have never been handed out.
  var free: UInt32 = 0
  /// Pages handed out and given back.
  var dirty: UInt32 = 0
  /// Pages given back since the last flush lie in this half-open range.
  var dirtyStart: UInt32 = 0
  var dirtyEnd: UInt32 = 0
  /// One bit for each page handed out.
  var used = InlineArray<16, UInt64>(repeating: 0)
}
