extension MemoryTypes {
  /// Ranges are whole pages of physical addresses, those that overlap agree on their mode, and each
  /// ioremap has one.
  func check(_ checker: inout Checker) {
    var ranges: [MemoryType] = []
    var at = ram[state].memoryTypes
    while !at.isNone, checker.use(at, "memory type") {
      let one = ram[at]
      checker.expect(
        one.start < one.end && one.start & 4095 == 0 && one.end & 4095 == 0
          && one.start >> Mappings.physicalBits == 0 && one.end <= Entry.pfnMask + 4096
          && one.mode <= 4, "memory type: range", one.start, one.end)
      ranges.append(one)
      at = one.next
    }
    ranges.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    for (below, above) in zip(ranges, ranges.dropFirst()) {
      checker.expect(
        below.end <= above.start || below.mode == above.mode, "memory type: mode", above.start,
        UInt64(above.mode))
    }
    // Two mappings of a range have an entry each.
    var left: [[UInt64]: Int] = [:]
    for range in ranges { left[[range.start, range.end], default: 0] += 1 }
    for area in checker.areas
    where ram[area].physicalAddress != 0 && ram[area].kind != .imported {
      let physical = ram[area].physicalAddress
      let range = [physical, physical &+ ram[area].size]
      checker.expect(
        left[range, default: 0] > 0, "areas: physical address", ram[area].start, physical)
      left[range, default: 0] -= 1
    }
  }
}
