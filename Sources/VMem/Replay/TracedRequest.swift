/// What an event `alloc_vmap_area` asked for.
package struct TracedRequest: Sendable {
  /// Bytes, the guard page included.
  package var size: UInt64
  /// Bytes, a power of two.
  package var align: UInt64
  /// Where the area may lie; `end` is exclusive.
  package var start: UInt64
  package var end: UInt64
  /// Whether the range is the whole vmalloc window of the machine that was traced: only such requests
  /// look into the pools.
  package var isWhole: Bool

  /// Whether another CPU may have been purging at that moment: it takes pools off while it decays
  /// them, and requests find them empty.
  package var meetsPurge = false

  package init(size: UInt64, align: UInt64, start: UInt64, end: UInt64, isWhole: Bool) {
    self.size = size
    self.align = align
    self.start = start
    self.end = end
    self.isWhole = isWhole
  }

  /// Whether it is for a block of vm_map_ram (`VMAP_BLOCK_SIZE` of 64 bits, which the number of CPUs
  /// decides): it is aligned to its size, and without a guard page. Whatever else is aligned has one.
  package var isMapBlock: Bool {
    isWhole && size == align && (512 << 10...4 << 20).contains(size)
  }

  /// Whether `alloc_vmap_area` gets as far as its event with these values.
  package var isSound: Bool {
    wanted.isSound && start < end
  }

  var wanted: AreaAllocator.Wanted {
    AreaAllocator.Wanted(size: size, align: align, start: start, end: end)
  }
}
