/// What /proc/kcore shows of memory.
extension Machine {
  /// Hands out `count` bytes as a read of /proc/kcore at `address` gives them. Never faults: what is
  /// not there reads as zeroes. The corresponding kernel functions are `read_kcore_iter` and, for the
  /// vmalloc windows, `vread_iter`.
  public func kcoreRead(_ address: UInt64, count: UInt64, _ chunk: (Span<UInt8>) -> Void) {
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
    let isModule = address >= AddressMap.modulesStart && address < AddressMap.modulesEnd
    if map.isVmallocAddress(address) || isModule {
      guard isReadable(areas.busyArea(containing: address), address) else { return false }
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

  /// Device memory and sparse areas read as zeroes, and so does the guard page.
  private func isReadable(_ area: Ref<VMArea>, _ address: UInt64) -> Bool {
    guard !area.isNone else { return false }
    guard ram[area].isVMStruct else { return true }
    let flags = ram[area].flags
    let zeroes: VMFlags =
      has(.sparse) ? [.ioremap, .sparse, .uninitialized] : [.ioremap, .uninitialized]
    return flags.isDisjoint(with: zeroes)
      && address < ram[area].start &+ ram[area].size
  }
}
