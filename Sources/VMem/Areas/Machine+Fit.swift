/// What an allocation would get.
extension Machine {
  /// The address that `getVMArea` with the same arguments would return now, or its refusal. Nothing
  /// changes.
  ///
  /// - Parameters:
  ///   - requested: bytes, without the guard page.
  ///   - flags, align, start, end: as `getVMArea` takes them.
  ///
  /// Complexity: logarithmic in the free blocks where a pool or the lowest block that is large enough
  /// decides. For other alignments, and where nothing fits, the call is made on a copy of the machine,
  /// since the shape of the free tree and what a purge gives back decide.
  package func fit(
    size requested: UInt64, flags: VMFlags = [], align: UInt64 = 1, start: UInt64? = nil,
    end: UInt64? = nil
  ) throws(Refusal) -> UInt64 {
    if let address = seenFit(requested, flags, align: align, start: start, end: end) {
      return address
    }
    guard let copy = duplicate() else { throw Refusal(.null, .noDescriptor) }
    return try copy.vmAreas.getVMArea(
      size: requested, flags: flags, align: align, start: start, end: end)
  }

  /// The address, where looking is enough to know it.
  private func seenFit(
    _ requested: UInt64, _ flags: VMFlags, align: UInt64, start: UInt64?, end: UInt64?
  ) -> UInt64? {
    // With so many free pages no descriptor is missing.
    guard context == .process, !steps.isBusy, !ram.injects(.slab), counters.freeFrames > 64,
      let (size, align) = VMAreas.extent(requested, flags, align: align), size != 0,
      align.nonzeroBitCount == 1
    else { return nil }
    let (from, to) = (start ?? map.vmallocStart, end ?? map.vmallocEnd)
    return areas.pooledPlace(size: size, align: align, from: from, to: to)
      ?? areas.space.place(size: size, align: align, from: from, to: to)
  }
}

extension AreaAllocator {
  /// The area that the current CPU's pool would hand out, or nil.
  func pooledPlace(size: UInt64, align: UInt64, from start: UInt64, to end: UInt64) -> UInt64? {
    guard nodeCount > 1, start == map.vmallocStart, end == map.vmallocEnd else { return nil }
    let head = pooled(size)
    return head.isNone || ram[head].start & (align - 1) != 0 ? nil : ram[head].start
  }

  /// The first area of a size in the current CPU's pools, or none.
  func pooled(_ size: UInt64) -> Ref<VMArea> {
    let index = (size - 1) >> 12
    guard index < UInt64(VmapNode.poolCount) else { return .none }
    return ram[node(ram[Superblock.ref].cpu % nodeCount)].pools[Int(index)].head
  }
}
