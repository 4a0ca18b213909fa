/// Short-lived mappings without a vm_struct.
extension Machine {
  /// Maps pages somewhere in the vmalloc window. The corresponding kernel function is `vm_map_ram`.
  ///
  /// Up to 64 pages come from the current CPU's block, more get an area of their own; neither has a
  /// guard page. Refuses with NULL; no pages at all are a WARN too.
  public func vmMapRAM(_ pages: [UInt64]) throws(Refusal) -> UInt64 {
    let count = UInt64(pages.count)
    guard count > 0 else {
      warn(.vb_alloc)
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
      if case .noHole = error, callPurgeNotifiers() { return try vmMapRAM(pages) }
      throw refusal(
        error, count << 12, count << 12, 4096, map.vmallocStart, map.vmallocEnd, mayBlock: true)
    }
    do throws(Refusal) {
      try mapPages(address, address + count << 12, pages)
    } catch {
      try vmUnmapRAM(address, count: count)
      throw Refusal(.null, as: error)
    }
    return address
  }

  /// Unmaps what `vmMapRAM` mapped; `count` must be the same. The corresponding kernel function is
  /// `vm_unmap_ram`.
  ///
  /// `count` is an `unsigned int`. One that gives back more than its block has handed out is a BUG: a
  /// kernel's count of the block's dirty pages would go wrong and kill it or leak the block, and more
  /// than a block gives at once would free the block's own area under it. Addresses that are null, not
  /// aligned, or outside the window are BUGs; -ENOENT where there is no block (a kernel would follow a
  /// null pointer).
  public func vmUnmapRAM(_ address: UInt64, count: UInt64) throws(Refusal) {
    mightSleep(.vm_unmap_ram)
    guard address != 0, address >= map.vmallocStart, address <= map.vmallocEnd else {
      throw bug(.vm_unmap_ram, .outsideVmalloc, address)
    }
    guard address & 4095 == 0 else { throw bug(.vm_unmap_ram, .addressNotAligned, address) }
    let count = UInt64(UInt32(truncatingIfNeeded: count))
    guard count > 0 else { throw bug(.vm_unmap_ram, .zeroPages) }
    if count <= MapBlock.maximumRequest {
      let block = areas.blocks.block(containing: address)
      guard !block.isNone else { throw Refusal(.errno(.ENOENT), .noBlock, address) }
      let (back, out) = (UInt64(MapBlocks.taken(count)), areas.blocks.pagesOut(block))
      guard back <= out else {
        throw bug(.vb_free, .moreThanHandedOut, address, back, out)
      }
      tables.unmap(address, address + count << 12).deferToPurge()
      _ = areas.blocks.free(address, count)
      return
    }
    let block = areas.blocks.block(containing: address)
    guard block.isNone else {
      throw bug(.vm_unmap_ram, .moreThanHandedOut, address, count, areas.blocks.pagesOut(block))
    }
    let area = areas.busyArea(containing: address)
    guard !area.isNone else {
      warnOnce(.unmapRAMWithoutArea, .vm_unmap_ram)
      return
    }
    removeArea(area)
  }
}
