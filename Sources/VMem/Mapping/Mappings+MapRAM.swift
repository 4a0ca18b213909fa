/// Short-lived mappings without a vm_struct.
extension Mappings {
  /// Carries out `Machine.vmMapRAM`.
  package func vmMapRAM(
    _ pages: [UInt64], count: UInt64? = nil
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let count = UInt64(UInt32(truncatingIfNeeded: count ?? UInt64(pages.count)))
    guard count > 0 else {
      warn(.vb_alloc)
      // Older kernels take the null address for one and map nothing there.
      if has(.mapRAMZeroBug) { throw bug(.__vmap_pages_range_noflush, .zeroPages) }
      throw Refusal(.null, .zeroPages)
    }
    let address: UInt64
    do throws(AreaAllocator.Failure) {
      if count <= MapBlock.maximumRequest {
        address = try areas.blocks.allocate(count)
      } else {
        mightSleep(.alloc_vmap_area)
        let area = try areas.allocate(
          VMArea(mapRAM: count << 12), align: 4096, start: map.vmallocStart,
          end: map.vmallocEnd, mayBlock: true)
        address = ram[area].start
      }
    } catch {
      if case .noHole = error, vmAreas.callPurgeNotifiers() {
        return try vmMapRAM(pages, count: count)
      }
      throw vmAreas.refusal(
        error, requested: count << 12, size: count << 12, align: 4096, from: map.vmallocStart,
        to: map.vmallocEnd, isLogged: true)
    }
    do throws(Refusal) {
      try mapPages(address, address + count << 12, pages)
    } catch {
      try vmUnmapRAM(address, count: count)
      throw Refusal(.null, as: error)
    }
    return address
  }

  /// Carries out `Machine.vmUnmapRAM`.
  package func vmUnmapRAM(_ address: UInt64, count: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    mightSleep(.vm_unmap_ram)
    let count = UInt64(UInt32(truncatingIfNeeded: count))
    guard address != 0, address >= map.vmallocStart, address <= map.vmallocEnd else {
      throw bug(.vm_unmap_ram, .outsideVmalloc, address)
    }
    guard address & 4095 == 0 else { throw bug(.vm_unmap_ram, .addressNotAligned, address) }
    guard count > 0 else { throw bug(.__vunmap_range_noflush, .zeroPages) }
    if count <= MapBlock.maximumRequest {
      let block = areas.blocks.block(containing: address)
      guard !block.isNone else {
        // A kernel takes the lock of the block that it has not found, and dies.
        logPageFault(._raw_spin_lock, 0, .write)
        throw Refusal(.errno(.ENOENT), .noBlock, address)
      }
      guard !areas.blocks.endsInUse(block, address, count) else {
        throw bug(.vb_free, .moreThanHandedOut, address, UInt64(MapBlocks.taken(count)))
      }
      tables.unmap(address, address + count << 12).deferToPurge()
      _ = areas.blocks.free(address, count)
      return
    }
    let block = areas.blocks.block(containing: address)
    guard block.isNone else {
      throw bug(.vm_unmap_ram, .moreThanHandedOut, address, count)
    }
    let area = areas.busyArea(containing: address)
    guard !area.isNone else {
      if has(.mapRAMUnknownBug) { throw bug(.vm_unmap_ram, .noAreaAtAddress, address) }
      warnOnce(.unmapRAMWithoutArea, .vm_unmap_ram)
      return
    }
    vmAreas.removeArea(area)
  }

  /// Whether so many pages are no block's, and no area starts there for `vm_unmap_ram` to take away.
  package func isUnknownLargeMapping(_ address: UInt64, count: UInt64) -> Bool {
    count > MapBlock.maximumRequest && areas.busyArea(containing: address).isNone
  }
}
