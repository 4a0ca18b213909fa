extension FrameAllocator {
  /// Zones are those of boot, free lists hold aligned blocks of their order inside their zone, counts
  /// are right, and so are the records of free frames.
  func check(_ c: Configuration, _ layout: BootLayout, _ checker: inout Checker) {
    var managed: UInt64 = 0
    for number in 0..<zoneCount {
      let zone = self.zone(number)
      guard checkZone(zone, number, c, layout, &checker) else { continue }
      managed += UInt64(ram[zone].managed)
      var free = UInt64(ram[zone].end - ram[zone].frontier)
      for order in 0...Self.maximumOrder { free += checkList(zone, order, &checker) }
      checker.expect(
        free == UInt64(ram[zone].free), "zone: free frames", free, UInt64(ram[zone].free))
      for cpu in 0..<Zone.maximumCPUs { checkPerCPU(zone, cpu, &checker) }
    }
    checker.expect(
      managed == UInt64(ram[Superblock.ref].managedFrames), "managed frames", managed)
  }

  /// Returns false when the zone's lists must not be followed.
  private func checkZone(
    _ zone: Ref<Zone>, _ number: Int, _ c: Configuration, _ layout: BootLayout,
    _ checker: inout Checker
  ) -> Bool {
    let node = number / ZoneKind.count
    let kind = ZoneKind.allCases[number % ZoneKind.count]
    let (start, end) = BootLayout.zone(node, kind, c, layout)
    let record = ram[zone]
    var managed: UInt32 = start < end ? end - start : 0
    for (from, to) in layout.taken where from < end && to > start {
      managed -= min(to, end) - max(from, start)
    }
    let batch = managed > 0 ? Zone.batch(managed: managed) : record.batch
    checker.expect(
      record.start == start && record.end == end && Int(record.node) == node
        && record.kind == kind.rawValue && record.managed == managed && record.batch == batch
        && record.high == (start < end ? batch * 6 : record.high) && record.run <= Zone.longestRun
        && record.unusedToo == 0 && record.unusedThree == 0, "zone", UInt64(number))
    let isSound =
      record.start == start && record.end == end && start <= record.frontier
      && record.frontier <= end
    checker.expect(isSound, "zone: bounds", UInt64(number), UInt64(record.frontier))
    return isSound
  }

  private func checkList(_ zone: Ref<Zone>, _ order: Int, _ checker: inout Checker) -> UInt64 {
    var pfn = ram[zone].freeArea[order].head
    var previous: UInt32 = 0
    var count: UInt32 = 0
    let size = UInt32(1) << UInt32(order)
    while pfn != 0 {
      guard pfn >= ram[zone].start, pfn & (size - 1) == 0, pfn < ram[zone].frontier,
        checker.claim(UInt64(pfn), count: UInt64(size), "free block lies outside its zone")
      else {
        checker.expect(false, "free list: block", UInt64(pfn), UInt64(order))
        break
      }
      let record = ram[frame(pfn)]
      var expected = Frame()
      expected.flags = flags(zone)
      expected.next = record.next
      expected.previous = previous
      expected.private = UInt64(order)
      expected.mapcount = ram.word(.buddy)
      expected.isFresh = record.isFresh & 1
      expected.inheritPast(of: record)
      checker.expect(record == expected, "free list: frame record", UInt64(pfn), UInt64(order))
      for inner in pfn + 1..<pfn + size { checkInner(inner, flags(zone), &checker) }
      previous = pfn
      pfn = record.next
      count += 1
    }
    checker.expect(
      count == ram[zone].freeArea[order].count, "free list: count", UInt64(count),
      UInt64(ram[zone].freeArea[order].count))
    return UInt64(count) << UInt64(order)
  }

  /// A frame inside a block has no user. What it kept of a time when it was the first of a block says
  /// nothing.
  private func checkInner(_ pfn: UInt32, _ flags: UInt64, _ checker: inout Checker) {
    let record = ram[frame(pfn)]
    var expected = Frame()
    expected.flags = record.flags == 0 ? 0 : flags
    expected.mapcount = record.mapcount == 0 ? 0 : PageType.none
    (expected.next, expected.previous) = (record.next, record.previous)
    expected.private = record.private
    expected.isFresh = record.isFresh & 1
    expected.inheritPast(of: record)
    checker.expect(
      record == expected && record.private <= UInt64(Self.maximumOrder),
      "free block: frame record", UInt64(pfn))
  }

  private func checkPerCPU(_ zone: Ref<Zone>, _ cpu: Int, _ checker: inout Checker) {
    let list = ram[zone].perCPU[cpu]
    guard list.head != 0, cpu < Int(ram[Superblock.ref].cpus) else {
      return checker.expect(
        list.count == 0 && list.head == 0, "per-CPU list: count", UInt64(list.count))
    }
    var pfn = list.head
    var count: UInt32 = 0
    repeat {
      guard pfn >= ram[zone].start, pfn < ram[zone].frontier,
        checker.claim(UInt64(pfn), "per-CPU frame lies outside its zone")
      else {
        checker.expect(false, "per-CPU list: frame", UInt64(pfn))
        break
      }
      let record = ram[frame(pfn)]
      var expected = Frame()
      expected.flags = flags(zone)
      (expected.next, expected.previous) = (record.next, record.previous)
      // Left from a time when it was the first of a block.
      expected.private = min(record.private, UInt64(Self.maximumOrder))
      expected.mapcount = ram.word(.perCPU)
      expected.isFresh = record.isFresh & 1
      expected.inheritPast(of: record)
      checker.expect(record == expected, "per-CPU list: frame record", UInt64(pfn))
      checker.expect(
        record.next < ram.frameCount && ram[frame(record.next)].previous == pfn,
        "per-CPU list: back link", UInt64(pfn))
      pfn = record.next
      count += 1
    } while pfn != list.head
    checker.expect(count == list.count, "per-CPU list: count", UInt64(count), UInt64(list.count))
  }
}
