extension SelfTest {
  /// Zeroed memory: consecutive frames up to 4 MiB where there are, else an area of vmalloc. The
  /// corresponding kernel function is `kvmalloc`.
  ///
  /// Refuses with NULL.
  func kvmalloc(_ size: UInt64) throws(Refusal) -> UInt64 {
    let pages = (size + 4095) >> 12
    let order = 64 - (pages - 1).leadingZeroBitCount
    if order <= FrameAllocator.maximumOrder, let pfn = frames.allocatePage(order: order) {
      for step in 0..<UInt32(1) << UInt32(order) {
        ram[frames.frame(pfn + step)].index = Frame.orphan
      }
      return map.pageOffset + UInt64(pfn) << 12
    }
    var request = VmallocRequest(size: size)
    request.gfp.insert(.zero)
    return try mappings.vmalloc(request)
  }

  /// The corresponding kernel function is `kvfree`.
  func kvfree(_ address: UInt64) throws(Refusal) {
    guard address < map.vmallocStart else { return try mappings.vfree(address) }
    let pfn = UInt32((address - map.pageOffset) >> 12)
    frames.free(pfn, order: Int(ram[frames.frame(pfn)].order))
  }
}
