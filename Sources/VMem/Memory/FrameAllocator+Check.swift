extension FrameAllocator {
  /// Free lists hold aligned blocks of their order inside their zone, counts are right, and frames
  /// past the frontier have never been touched.
  func check(_ checker: inout Checker) {
    var managed: UInt64 = 0
    for number in 0..<zoneCount {
      let zone = self.zone(number)
      let (start, end) = (ram[zone].start, ram[zone].end)
      let frontier = ram[zone].frontier
      checker.expect(
        start <= frontier && frontier <= end && end <= ram.frameCount, "zone: bounds",
        UInt64(number))
      guard start <= frontier, frontier <= end, end <= ram.frameCount else { continue }
      managed += UInt64(ram[zone].managed)
      var free = UInt64(end - frontier)
      for order in 0...Self.maximumOrder { free += checkList(zone, order, &checker) }
      checker.expect(
        free == UInt64(ram[zone].free), "zone: free frames", free, UInt64(ram[zone].free))
      for cpu in 0..<Int(ram[Superblock.ref].cpus) { checkPerCPU(zone, cpu, &checker) }
    }
    checker.expect(
      managed == UInt64(ram[Superblock.ref].managedFrames), "managed frames", managed)
  }

  private func checkList(_ zone: Ref<Zone>, _ order: Int, _ checker: inout Checker) -> UInt64 {
    var pfn = ram[zone].freeArea[order].head
    var previous: UInt32 = 0
    var count: UInt32 = 0
    while pfn != 0 {
      let size = UInt32(1) << UInt32(order)
      guard pfn >= ram[zone].start, pfn & (size - 1) == 0, pfn < ram[zone].frontier,
        checker.claim(UInt64(pfn), count: UInt64(size), "free block lies outside its zone")
      else {
        checker.expect(false, "free list: block", UInt64(pfn), UInt64(order))
        break
      }
      let frame = ram[frame(pfn)]
      checker.expect(
        frame.mapcount == PageType.buddy.word && frame.private == UInt64(order),
        "free list: frame record", UInt64(pfn), UInt64(order))
      checker.expect(frame.previous == previous, "free list: back link", UInt64(pfn))
      previous = pfn
      pfn = frame.next
      count += 1
    }
    checker.expect(
      count == ram[zone].freeArea[order].count, "free list: count", UInt64(count),
      UInt64(ram[zone].freeArea[order].count))
    return UInt64(count) << UInt64(order)
  }

  private func checkPerCPU(_ zone: Ref<Zone>, _ cpu: Int, _ checker: inout Checker) {
    let list = ram[zone].perCPU[cpu]
    guard list.head != 0 else {
      return checker.expect(list.count == 0, "per-CPU list: count", UInt64(list.count))
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
      checker.expect(
        record.mapcount == PageType.perCPU.word, "per-CPU list: frame record", UInt64(pfn))
      checker.expect(
        record.next < ram.frameCount && ram[frame(record.next)].previous == pfn,
        "per-CPU list: back link", UInt64(pfn))
      pfn = record.next
      count += 1
    } while pfn != list.head
    checker.expect(count == list.count, "per-CPU list: count", UInt64(count), UInt64(list.count))
  }
}
