extension AreaAllocator {
  /// Busy, lazy, pooled and free ranges tile [1, 2^64 − 1), and every count is right.
  func check(_ checker: inout Checker) {
    var ranges: [(start: UInt64, end: UInt64)] = []
    space.check(&checker) { ranges.append(($0, $1)) }
    checkBusy(&checker)
    for area in checker.areas { ranges.append((ram[area].start, ram[area].end)) }
    checkNodes(&checker, &ranges)
    checkTiling(&ranges, &checker)
    blocks.check(&checker)
    if checker.hasSoundIndex { checkDeviceLike(&checker) }
  }

  private func checkTiling(
    _ ranges: inout [(start: UInt64, end: UInt64)], _ checker: inout Checker
  ) {
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

  private func checkBusy(_ checker: inout Checker) {
    let before = checker.violations.count
    let entries = ram[state].busy.check(ram, &checker)
    for entry in entries {
      let word = BusyWord(rawValue: entry.value)
      let area = word.area
      guard checker.use(area, "areas: busy area", entry.key) else { continue }
      checker.areas.append(area)
      checker.expect(
        key(ram[area].start) == entry.key, "areas: index", ram[area].start, entry.key)
      checker.expect(
        !word.isPlain
          || isPlain(area) && word == BusyWord(plain: area, bytes: ram[area].reserved),
        "areas: not as plain as the index says", ram[area].start)
    }
    checker.expect(
      UInt64(entries.count) == ram[state].busyCount, "areas: busy count", UInt64(entries.count),
      ram[state].busyCount)
    checker.hasSoundIndex = checker.violations.count == before
    for area in checker.areas { check(area, &checker) }
  }

  /// Whether `freePlain` does for an area all that is to be done.
  func isPlain(_ area: Ref<VMArea>) -> Bool {
    nodeCount == 1 && ram[area].kind == .caller && ram[area].name.isNone
      && !ram[area].showsArray
      && ram[area].start >= map.vmallocStart && ram[area].end <= map.vmallocEnd
  }

  private func checkNodes(
    _ checker: inout Checker, _ ranges: inout [(start: UInt64, end: UInt64)]
  ) {
    var lazyPages: UInt64 = 0
    let last = ram[state].freedLast
    if !last.isNone, checker.use(last, "areas: freed last", 0) {
      checker.expect(isPlain(last), "areas: freed last", ram[last].start)
      ranges.append((ram[last].start, ram[last].end))
    }
    for number in 0..<Int(ram[Superblock.ref].cpus) {
      let node = node(number)
      var areas = checkList(ram[node].lazy, number, "areas: lazy list", &checker)
      for area in areas {
        lazyPages &+= ram[area].reserved >> 12
        checker.expect(
          decodedNode(ram[area].areaFlags) ?? nodeNumber(of: ram[area].start) == number
            && ram[area].areaFlags >> 8 <= UInt32(nodeCount),
          "areas: node of a lazy area", ram[area].start, UInt64(number))
      }
      let seenBusy = areas.count { ram[$0].kind == .imported }
      checker.expect(
        ram[node].lazy.seenBusy == seenBusy, "areas: seen busy", UInt64(number), UInt64(seenBusy))
      checker.expect(ram[node].lazy.tail.isNone, "areas: tail of a lazy list", UInt64(number))
      for pool in 0..<VmapNode.poolCount {
        let list = ram[node].pools[pool]
        let pooled = checkList(list, number, "areas: pool", &checker)
        for area in pooled {
          checker.expect(
            ram[area].reserved == UInt64(pool + 1) << 12
              && decodedNode(ram[area].areaFlags) == number && nodeCount > 1,
            "areas: pooled area", ram[area].start, ram[area].reserved)
        }
        checker.expect(
          list.tail == pooled.last ?? .none && list.seenBusy == 0, "areas: tail of a pool",
          UInt64(number),
          UInt64(pool))
        areas += pooled
      }
      for area in areas { ranges.append((ram[area].start, ram[area].end)) }
    }
    checker.expect(ram[state].purging.seenBusy == 0, "areas: purge in parts")
    for area in checkList(ram[state].purging, 0, "areas: purge in parts", &checker) {
      lazyPages &+= ram[area].reserved >> 12
      ranges.append((ram[area].start, ram[area].end))
    }
    checker.expect(lazyPages == ram[state].lazyPages, "areas: lazy pages", lazyPages)
  }

  /// The areas of a list, as far as they can be followed.
  private func checkList(
    _ list: VmapNode.List, _ node: Int, _ what: StaticString, _ checker: inout Checker
  ) -> [Ref<VMArea>] {
    var found: [Ref<VMArea>] = []
    var area = list.head
    while !area.isNone, checker.use(area, what, UInt64(node)) {
      found.append(area)
      area = ram[area].next
    }
    checker.expect(
      found.count == Int(list.count), what, UInt64(node), UInt64(list.count))
    return found
  }

  /// RAM in use is mapped as device memory only by ioremap_page_range and vmap_pfn, into areas of that
  /// kind.
  private func checkDeviceLike(_ checker: inout Checker) {
    for address in checker.deviceLike {
      let area = busyArea(containing: address)
      checker.expect(
        !area.isNone && ram[area].flags.contains(.ioremap), "page table: RAM mapped as a device",
        address)
    }
  }
}
