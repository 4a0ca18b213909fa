/// What /proc/kcore shows of memory.
extension MMU {
  /// Hands out `count` bytes as a read of /proc/kcore at `address` gives them. Never faults: what is
  /// not there reads as zeroes. The corresponding kernel functions are `read_kcore_iter` and, for the
  /// vmalloc windows, `vread_iter`.
  package func kcoreRead(_ address: UInt64, count: UInt64, _ chunk: (Span<UInt8>) -> Void) {
    ram.settleFreedArea()
    var done: UInt64 = 0
    while done < count {
      let at = address &+ done
      let step = min(count - done, 4096 - at & 4095)
      if !handOut(at, step, chunk) {
        let zeroes = InlineArray<4096, UInt8>(repeating: 0)
        chunk(zeroes.span.extracting(first: Int(step)))
      }
      done += step
    }
  }

  /// Hands out the bytes of one page, or returns false where they read as zeroes.
  private func handOut(
    _ address: UInt64, _ count: UInt64, _ chunk: (Span<UInt8>) -> Void
  ) -> Bool {
    let isModule = address >= map.modulesStart && address < AddressMap.modulesEnd
    if map.isVmallocAddress(address) || isModule {
      let area = areas.busyArea(containing: address)
      if !area.isNone, ram[area].areaFlags & VMArea.mapBlock != 0, has(.mapRAMInKcore) {
        handOutBlock(areas.blocks.block(containing: address), address, count, chunk)
        return true
      }
      guard isReadable(area, address) else { return false }
    } else {
      let frames = UInt64(ram.frameCount)
      let isRAM = tables.isDirectMap(address)
      guard isRAM || address &- map.vmemmap < frames << 6 else { return false }
      let pfn = (address &- map.pageOffset) >> 12
      if isRAM && pfn >= UInt64(BootLayout.hole.from) && pfn < UInt64(BootLayout.hole.to) {
        return false
      }
    }
    do throws(Refusal) {
      try readByTables(address, count: count, chunk)
      return true
    } catch {
      return false
    }
  }

  /// Hands out the bytes of one page of a block of vm_map_ram: zeroes before the first run of used
  /// pages, else the bytes at the same offset of that run's first page, wherever in it the address is.
  /// The corresponding kernel function is `vmap_ram_vread_iter`.
  private func handOutBlock(
    _ block: Ref<MapBlock>, _ address: UInt64, _ count: UInt64, _ chunk: (Span<UInt8>) -> Void
  ) {
    let zeroes = InlineArray<4096, UInt8>(repeating: 0)
    let base = ram[ram[block].area].start
    var (at, left) = (address, count)
    for run in areas.blocks.usedRuns(block) where left > 0 {
      let start = base + UInt64(run.lowerBound) << 12
      if at < start {
        let gap = min(start - at, left)
        chunk(zeroes.span.extracting(first: Int(gap)))
        (at, left) = (at + gap, left - gap)
      }
      guard left > 0 else { break }
      let offset = at & 4095
      do throws(Refusal) {
        try readByTables(start + offset, count: left, chunk)
      } catch {
        chunk(zeroes.span.extracting(first: Int(left)))
      }
      left = 0
    }
    if left > 0 { chunk(zeroes.span.extracting(first: Int(left))) }
  }

  /// The bytes of an area that /proc/kcore reads: none of device memory and sparse areas, and not the
  /// guard page.
  package func kcoreReads(_ area: VMArea) -> Range<UInt64> {
    guard area.isVMStruct else {
      return area.start..<(has(.mapRAMInKcore) ? max(area.start, area.end) : area.start)
    }
    let zeroes: VMFlags =
      has(.sparse) ? [.ioremap, .sparse, .uninitialized] : [.ioremap, .uninitialized]
    let size = area.flags.isDisjoint(with: zeroes) ? area.size : 0
    return area.start..<max(area.start, area.start &+ size)
  }

  private func isReadable(_ area: Ref<VMArea>, _ address: UInt64) -> Bool {
    !area.isNone && kcoreReads(ram[area]).contains(address)
  }

  /// Bytes from an address of the vmalloc window on that read as zeroes because their area is never
  /// read, or because they have no tables: at least so many, or 0.
  package func kcoreZeroes(from address: UInt64) -> UInt64 {
    guard map.isVmallocAddress(address) else { return 0 }
    let area = areas.busyArea(containing: address)
    // Of a block the kernel reads pages that lie elsewhere in it.
    if !area.isNone, ram[area].kind == .mapBlock, has(.mapRAMInKcore) { return 0 }
    if !area.isNone, address >= kcoreReads(ram[area]).upperBound { return ram[area].end - address }
    let end = tables.end(of: address)
    guard !end.entry.isPresent else { return 0 }
    let inside = Level.size(depth: end.depth) - 1
    return min(inside - address & inside + 1, map.vmallocEnd - address)
  }
}
