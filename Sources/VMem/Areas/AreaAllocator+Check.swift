extension AreaAllocator {
  /// Busy, lazy, pooled and free ranges tile [1, 2^64 − 1), and every count is right.
  func check(_ checker: inout Checker) {
    ram[state].busy.check(ram, &checker)
    var ranges: [(start: UInt64, end: UInt64)] = []
    space.check(&checker) { ranges.append(($0, $1)) }
    var busy: UInt64 = 0
    forEachBusy { area in
      busy += 1
      ranges.append((ram[area].start, ram[area].end))
    }
    checker.expect(busy == ram[state].busyCount, "areas: busy count", busy, ram[state].busyCount)
    checkNodes(&checker, &ranges)
    ranges.sort { $0.start < $1.start }
    var reached: UInt64 = 1
    for range in ranges {
      checker.expect(
        range.start == reached, "areas: the number line has a hole or an overlap", reached,
        range.start)
      reached = range.end
    }
    checker.expect(reached == .max, "areas: the number line ends early", reached)
  }

  private func checkNodes(
    _ checker: inout Checker, _ ranges: inout [(start: UInt64, end: UInt64)]
  ) {
    var lazyPages: UInt64 = 0
    for number in 0..<nodeCount {
      let lazy = ram[node(number)].lazy
      var area = lazy.head
      for _ in 0..<lazy.count {
        lazyPages += ram[area].reserved >> 12
        ranges.append((ram[area].start, ram[area].end))
        area = ram[area].next
      }
      checker.expect(area.isNone, "areas: lazy list is longer than its count", UInt64(number))
      guard nodeCount > 1 else { continue }
      for pool in 0..<VmapNode.poolCount {
        let list = ram[node(number)].pools[pool]
        var area = list.head
        for _ in 0..<list.count {
          checker.expect(
            ram[area].reserved == UInt64(pool + 1) << 12, "areas: size of a pooled area",
            ram[area].start, ram[area].reserved)
          ranges.append((ram[area].start, ram[area].end))
          if ram[area].next.isNone {
            checker.expect(list.tail == area, "areas: tail of a pool", ram[area].start)
          }
          area = ram[area].next
        }
        checker.expect(
          area.isNone, "areas: pool is longer than its count", UInt64(number), UInt64(pool))
      }
    }
    checker.expect(lazyPages == ram[state].lazyPages, "areas: lazy pages", lazyPages)
    blocks.check(&checker)
  }
}

extension MapBlocks {
  /// Every block is indexed under its area, which is busy, and its counts fit its bits.
  func check(_ checker: inout Checker) {
    for cpu in 0..<Int(checker.ram[Superblock.ref].cpus) {
      let index = self.index(cpu)
      index.check(checker.ram, &checker)
      var key: UInt64 = 0
      while let found = index.next(from: key, checker.ram) {
        key = found.key + 1
        let block = checker.ram[Ref<MapBlock>(granule: found.value)]
        let start = checker.ram[block.area].start
        checker.expect(
          areas.busyArea(startingAt: start) == block.area, "map blocks: area is not busy", start)
        checker.expect(
          block.free + block.dirty <= MapBlock.pages, "map blocks: counts", start,
          UInt64(block.dirty))
      }
    }
  }
}
