/// Pages behind chunks of per-CPU memory.
extension PerCPUAllocator {
  func isPopulated(_ base: UInt64, _ page: UInt64) -> Bool {
    mappings.vmallocToPFN(base + page << 12) != nil
  }

  /// Pages of every unit, where they are not there yet. Of a run that is missing all pages come or none.
  /// The corresponding kernel function is `pcpu_populate_chunk`.
  func populate(_ base: UInt64, _ pages: Range<UInt64>, _ layout: PerCPULayout) -> Bool {
    var first = pages.lowerBound
    while first < pages.upperBound {
      guard !isPopulated(base, first) else {
        first += 1
        continue
      }
      var end = first + 1
      while end < pages.upperBound, !isPopulated(base, end) { end += 1 }
      guard populateRun(base, first..<end, layout) else { return false }
      first = end
    }
    return true
  }

  private func populateRun(_ base: UInt64, _ run: Range<UInt64>, _ layout: PerCPULayout) -> Bool {
    var frames: [[UInt64]] = []
    var isComplete = true
    for node in layout.nodes where isComplete {
      var own: [UInt64] = []
      while own.count < run.count, let pfn = self.frames.allocatePage(node: node) {
        ram[self.frames.frame(pfn)].index = Frame.orphan
        own.append(UInt64(pfn))
      }
      frames.append(own)
      isComplete = own.count == run.count
    }
    for (cpu, offset) in layout.units.enumerated() where isComplete {
      let start = base + offset + run.lowerBound << 12
      do throws(Refusal) {
        try mappings.mapPages(start, start + UInt64(run.count) << 12, frames[cpu], own: true)
      } catch {
        isComplete = false
      }
    }
    guard !isComplete else { return true }
    for offset in layout.units {
      let start = base + offset + run.lowerBound << 12
      tables.unmap(start, start + UInt64(run.count) << 12).flush()
    }
    for pfn in frames.joined() { self.frames.free(UInt32(pfn)) }
    return false
  }

  /// Takes a page of some units back; what others have mapped in its place is theirs.
  func unpopulate(_ base: UInt64, _ page: UInt64, _ units: [UInt64]) {
    for offset in units {
      let address = base + offset + page << 12
      guard let pfn = mappings.vmallocToPFN(address), let record = pageSets.structPage(pfn) else {
        continue
      }
      tables.unmap(address, address + 4096).flush()
      if record.type == nil, record.owner.isNone, record.index == Frame.orphan,
        record.refcount == 1
      {
        frames.free(UInt32(pfn))
      }
    }
  }

  /// Fills bytes of one unit with zeroes.
  func zero(_ address: UInt64, _ size: UInt64) {
    var address = address
    let end = address + size
    while address < end {
      guard let pfn = mappings.vmallocToPFN(address), ram.isMemory(pfn) else { return }
      let count = min(end, (address | 4095) + 1) - address
      let offset = Int(address & 4095)
      unsafe ram.withFrame(UInt32(pfn)) { bytes in
        // Safe: the bytes lie in one frame.
        for index in offset..<offset + Int(count) { unsafe bytes[index] = 0 }
      }
      address += count
    }
  }
}
