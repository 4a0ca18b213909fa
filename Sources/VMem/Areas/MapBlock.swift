/// A block of address space from which small vm_map_ram requests are cut: the kernel's `vmap_block`.
struct MapBlock: SlabObject {
  static var cache: Int { 4 }

  /// Most pages of a request that blocks serve (`VMAP_MAX_ALLOC`).
  static let maximumRequest: UInt64 = 64

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
