extension MapBlocks {
  /// Every block is indexed under its area, which is busy, its counts fit its bits, and those with
  /// room are on the list of their CPU.
  func check(_ checker: inout Checker) {
    var listed: Set<Ref<MapBlock>> = []
    var blocks: [Ref<MapBlock>] = []
    for cpu in 0..<Int(ram[Superblock.ref].cpus) {
      for entry in index(cpu).check(ram, &checker) {
        let block = Ref<MapBlock>(granule: entry.value)
        guard checker.use(block, "map blocks: block", entry.key) else { continue }
        blocks.append(block)
        check(block, key: entry.key, &checker)
      }
      // What waits for a grace period is freed at the end of each verb.
      checker.expect(
        ram[perCPU(cpu)].rcuPage == 0 && ram[perCPU(cpu)].rcuCount == 0,
        "per-CPU data: deferred frees", UInt64(cpu))
    }
    for cpu in 0..<Int(ram[Superblock.ref].cpus) { checkQueue(cpu, &listed, &checker) }
    for block in blocks {
      checker.expect(
        listed.contains(block) == (ram[block].free > 0)
          || ram[block].next.isNone && ram[block].previous.isNone && ram[block].free == 0,
        "map blocks: list", block.physicalAddress)
    }
    let places = Set(blocks.map { ram[$0].area })
    for area in checker.areas where ram[area].kind == .mapBlock {
      checker.expect(places.contains(area), "map blocks: area without a block", ram[area].start)
    }
  }

  private func check(_ block: Ref<MapBlock>, key: UInt64, _ checker: inout Checker) {
    let record = ram[block]
    guard checker.isUsed(record.area) else {
      return checker.expect(false, "map blocks: area", block.physicalAddress)
    }
    let start = ram[record.area].start
    checker.expect(
      ram[record.area].kind == .mapBlock
        && self.block(containing: start, checker) == block && index(start) == key
        && start & (size - 1) == 0, "map blocks: area", start)
    let (free, dirty) = (record.free, record.dirty)
    guard free <= pages, dirty < UInt32.max - pages else {
      return checker.expect(false, "map blocks: counts", start, UInt64(dirty))
    }
    var out: UInt32 = 0
    var behind: UInt32 = 0
    for word in 0..<16 {
      out += UInt32(record.used[word].nonzeroBitCount)
      for bit in 0..<64 where record.used[word] >> UInt64(bit) & 1 != 0 {
        if UInt32(word * 64 + bit) >= pages - free { behind += 1 }
      }
    }
    // A count that does not fit what is unmapped leaves bits behind, never too few.
    checker.expect(
      behind == 0 && free + dirty + out >= pages, "map blocks: pages out", start,
      UInt64(out))
    let isClean = record.dirtyStart == pages && record.dirtyEnd == 0
    checker.expect(
      isClean
        || record.dirtyStart < record.dirtyEnd && dirty > 0
          && record.dirtyStart < pages
          && record.dirtyEnd < pages + UInt32(MapBlock.maximumRequest) + 1,
      "map blocks: dirty range", start, UInt64(record.dirtyStart))
    checker.expect(
      record.cpu < ram[Superblock.ref].cpuCount, "map blocks: CPU", start, UInt64(record.cpu))
  }

  /// What `block(containing:)` finds, if the index can be followed.
  private func block(containing address: UInt64, _ checker: borrowing Checker) -> Ref<MapBlock> {
    checker.isSound ? block(containing: address) : .none
  }

  private func checkQueue(
    _ cpu: Int, _ listed: inout Set<Ref<MapBlock>>, _ checker: inout Checker
  ) {
    let queue = ram[perCPU(cpu)]
    var previous = Ref<MapBlock>.none
    var at = queue.freeBlocks
    while !at.isNone {
      guard checker.isUsed(at), listed.insert(at).inserted else {
        return checker.expect(false, "map blocks: list", UInt64(cpu), at.physicalAddress)
      }
      checker.expect(
        ram[at].previous == previous && Int(ram[at].cpu) == cpu, "map blocks: back link",
        at.physicalAddress)
      previous = at
      at = ram[at].next
    }
    checker.expect(queue.lastFreeBlock == previous, "map blocks: last of a list", UInt64(cpu))
  }
}
